/* SPDX-License-Identifier: GPL-2.0 */
/* The requests of /dev/vmlab that have a structure of one size. */
#ifndef SELFTESTS_REQUESTS_H
#define SELFTESTS_REQUESTS_H

#include <stdint.h>

#include <linux/vmlab.h>

enum request_kind {
	REQUEST_INFO,
	REQUEST_FLAG_NAMES,
	REQUEST_SPACE_GET,
	REQUEST_SPACE_SET,
	REQUEST_SPACE_STATS,
	REQUEST_MM,
	REQUEST_TASKS,
	REQUEST_VMAS,
	REQUEST_PAGING_GET,
	REQUEST_PAGING_SET,
	REQUEST_PAGING_STATS,
	REQUEST_RANGE,
	REQUEST_DIRTY,
	REQUEST_INJECT_SET,
	REQUEST_INJECT_GET,
	REQUEST_EVENTS,
	REQUEST_BACKING,
	REQUEST_KMEM,
	REQUEST_CLONE,
	NR_REQUESTS
};

struct request_info {
	const char *name;
	unsigned long nr;
	uint32_t size;
};

extern const struct request_info request_table[NR_REQUESTS];

union request {
	uint32_t size;
	struct vmlab_info info;
	struct vmlab_flag_names names;
	struct vmlab_space_config config;
	struct vmlab_space_stats stats;
	struct vmlab_mm mm;
	struct vmlab_tasks tasks;
	struct vmlab_vmas vmas;
	struct vmlab_paging paging;
	struct vmlab_range range;
	struct vmlab_dirty dirty;
	struct vmlab_inject inject;
	struct vmlab_events events;
	struct vmlab_backing_config backing;
	struct vmlab_kmem kmem;
	struct vmlab_clone clone;
	char bytes[8192];
};

#endif /* SELFTESTS_REQUESTS_H */
