// SPDX-License-Identifier: GPL-2.0
/* Which processor a lab runs on. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "labs/processor.h"

void lab_one_cpu(struct lab_run *run)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : (size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		lab_fail(run, "sched_setaffinity: %s", strerror(errno));
}
