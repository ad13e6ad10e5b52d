// SPDX-License-Identifier: GPL-2.0
/* Facts of the machine that predictions start from. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "labs/lib/run.h"
#include "labs/system.h"

#define THP_SIZE     "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"
#define FAULT_AROUND "/sys/kernel/debug/fault_around_bytes"

enum {
	LEVELS = 4, /* of x86-64 without la57 */
	FAULT_AROUND_PAGES = 16, /* fault_around_bytes in mm/memory.c */
	GUARD_PAGES = 256, /* stack_guard_gap in mm/mmap.c */
	MAP_COUNT = 65530, /* DEFAULT_MAX_MAP_COUNT */
};

static unsigned int kernel_version(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	uname(&name);
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return major << 16 | minor << 8;
}

void lab_machine_read(struct lab_machine *m, const struct vmlab *device)
{
	long page = sysconf(_SC_PAGESIZE);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	m->page = page > 0 ? (uint64_t)page : 4096;
	m->cpus = cpus > 0 ? (unsigned int)cpus : 1;
	m->entries = (unsigned int)(m->page / sizeof(uint64_t));
	m->levels = device ? vmlab_info_get(device)->pgtable_levels : LEVELS;
	m->huge = lab_read_number(THP_SIZE, 0);
	m->fault_around = lab_read_number(FAULT_AROUND,
					  FAULT_AROUND_PAGES * m->page);
	m->map_count_max = lab_read_number("/proc/sys/vm/max_map_count",
					   MAP_COUNT);
	m->stack_guard = GUARD_PAGES * m->page;
	m->task_end = (1ull << 47) - m->page;
	m->kernel = kernel_version();
}
