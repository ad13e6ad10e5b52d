// SPDX-License-Identifier: GPL-2.0
/* Kernel addresses in VMLAB_IOC_LAYOUT and debugfs' layout: kptr_restrict. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define KPTR_RESTRICT	"/proc/sys/kernel/kptr_restrict"

static int fd;

static unsigned int hidden_regions(unsigned int *kernel)
{
	static struct vmlab_region region[64];
	struct vmlab_layout query = {
		.size = sizeof(query),
		.regions = (uintptr_t)region,
		.nr = 64,
	};
	unsigned int hidden = 0;

	if (ioctl(fd, VMLAB_IOC_LAYOUT, &query))
		bail("LAYOUT: %s", strerror(errno));
	*kernel = 0;
	for (uint32_t i = 0; i < query.nr; i++) {
		*kernel += !!(region[i].flags & VMLAB_REGION_KERNEL);
		hidden += region[i].flags & VMLAB_REGION_HIDDEN &&
			  !region[i].start && !region[i].last;
	}
	return hidden;
}

static unsigned int hidden_lines(void)
{
	char *text = slurp(DEBUGFS "/layout"), *rest = text, *line;
	unsigned int hidden = 0;

	while ((line = next_line(&rest)))
		hidden += !strncmp(line, "- - kernel", 10);
	free(text);
	return hidden;
}

int main(void)
{
	char *before = slurp(KPTR_RESTRICT);
	unsigned int kernel;

	fd = dev_open(O_RDONLY);
	for (const char *value = "012"; *value; value++) {
		if (write_file(KPTR_RESTRICT, value, 1))
			bail(KPTR_RESTRICT ": %s", strerror(errno));
		/* Root has CAP_SYSLOG, which counts with 0 and 1. */
		is(hidden_regions(&kernel), *value == '2' ? kernel : 0,
		   "LAYOUT, kptr_restrict %c: hidden regions", *value);
		is(hidden_lines(), *value == '2' ? kernel : 0,
		   "debugfs' layout, kptr_restrict %c: hidden lines", *value);
	}
	if (!before || write_file(KPTR_RESTRICT, before, strlen(before)))
		bail(KPTR_RESTRICT ": %s", strerror(errno));
	free(before);
	return tap_done();
}
