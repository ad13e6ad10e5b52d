// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>

#include "inspect/sysctl.h"

uint64_t sysctl_mmap_min_addr(void)
{
	FILE *in = fopen("/proc/sys/vm/mmap_min_addr", "re");
	uint64_t value;

	if (!in)
		return 0;
	if (fscanf(in, "%" SCNu64, &value) != 1)
		value = 0;
	fclose(in);
	return value;
}
