// SPDX-License-Identifier: GPL-2.0
/* Spaces: memory whose faults the module handles. */
#include <sys/mman.h>

#include "labs/memory.h"

struct vmlab_space *lab_space(struct lab_run *run, size_t length,
			      uint64_t budget, uint32_t policy, void **address)
{
	struct vmlab_space *space;
	struct vmlab_paging paging;

	lab_check(run, vmlab_space_open(length, &space),
		  "open /dev/vmlab for %zu bytes", length);
	if (budget) {
		lab_check(run, vmlab_space_paging_get(space, &paging),
			  "read the paging of the space");
		paging.budget = budget;
		paging.policy = policy;
		lab_check(run, vmlab_space_paging_set(space, &paging),
			  "a budget of %llu frames",
			  (unsigned long long)budget);
	}
	lab_check(run,
		  vmlab_space_map(space, 0, length, PROT_READ | PROT_WRITE,
				  MAP_SHARED, address),
		  "map %zu bytes of /dev/vmlab", length);
	return space;
}

struct vmlab_space_stats lab_space_stats(struct lab_run *run,
					 const struct vmlab_space *space)
{
	struct vmlab_space_stats stats;

	lab_check(run, vmlab_space_stats_get(space, &stats),
		  "the counters of the space");
	return stats;
}

struct vmlab_paging_stats lab_space_paging_stats(struct lab_run *run,
						 const struct vmlab_space *space)
{
	struct vmlab_paging_stats stats;

	lab_check(run, vmlab_space_paging_stats_get(space, &stats),
		  "the counters of paging");
	return stats;
}
