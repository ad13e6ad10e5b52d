// SPDX-License-Identifier: GPL-2.0
#include "requests.h"

#define REQUEST(request, structure)					\
	[REQUEST_ ## request] = {					\
		#request, VMLAB_IOC_ ## request, sizeof(struct structure) }

const struct request_info request_table[NR_REQUESTS] = {
	REQUEST(INFO, vmlab_info),
	REQUEST(FLAG_NAMES, vmlab_flag_names),
	REQUEST(SPACE_GET, vmlab_space_config),
	REQUEST(SPACE_SET, vmlab_space_config),
	REQUEST(SPACE_STATS, vmlab_space_stats),
	REQUEST(MM, vmlab_mm),
	REQUEST(TASKS, vmlab_tasks),
	REQUEST(VMAS, vmlab_vmas),
	REQUEST(PAGING_GET, vmlab_paging),
	REQUEST(PAGING_SET, vmlab_paging),
	REQUEST(PAGING_STATS, vmlab_paging_stats),
	REQUEST(RANGE, vmlab_range),
	REQUEST(DIRTY, vmlab_dirty),
	REQUEST(INJECT_SET, vmlab_inject),
	REQUEST(INJECT_GET, vmlab_inject),
	REQUEST(EVENTS, vmlab_events),
	REQUEST(BACKING, vmlab_backing_config),
	REQUEST(KMEM, vmlab_kmem),
	REQUEST(CLONE, vmlab_clone),
};
