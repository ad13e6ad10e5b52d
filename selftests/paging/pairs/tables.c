// SPDX-License-Identifier: GPL-2.0
/* Settings of a space, backings and kinds of mappings. */
#include <sys/mman.h>

#include "paging/pairs/pairs.h"

#define BUDGET	8

#define PAGING(...) { .size = sizeof(struct vmlab_paging), __VA_ARGS__ }
#define NEXT	.prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 6
#define STRIDE	.prefetch = VMLAB_PREFETCH_STRIDE, .prefetch_pages = 3
#define WHOLE	.prefetch = VMLAB_PREFETCH_WHOLE
#define AROUND	.flags = VMLAB_PAGING_AROUND
#define STEPPING .flags = VMLAB_PAGING_STEPPING

/* All pairs of: huge, around, stepping, kinds of prefetch, budget. */
const struct setting settings[] = {
	{ "default", false, { 0 } },
	{ "budget", false, PAGING(.budget = BUDGET) },
	{ "stepping", false, PAGING(STEPPING) },
	{ "stepping, budget, next", false,
	  PAGING(.budget = BUDGET, STEPPING, NEXT,
		 .policy = VMLAB_POLICY_LRU) },
	{ "stepping, stride", false, PAGING(STEPPING, STRIDE) },
	{ "budget, stride", false,
	  PAGING(.budget = BUDGET, STRIDE, .policy = VMLAB_POLICY_CLOCK) },
	{ "whole", false, PAGING(WHOLE) },
	{ "stepping, budget, whole", false,
	  PAGING(.budget = BUDGET, STEPPING, WHOLE,
		 .policy = VMLAB_POLICY_RANDOM, .seed = 1) },
	{ "around", false, PAGING(NEXT, AROUND) },
	{ "around, budget", false,
	  PAGING(.budget = BUDGET, NEXT, AROUND,
		 .policy = VMLAB_POLICY_LFU) },
	{ "around, stepping", false,
	  PAGING(NEXT, .flags = VMLAB_PAGING_AROUND |
				VMLAB_PAGING_STEPPING) },
	{ "huge", true, { 0 } },
	{ "huge, budget", true, PAGING(.budget = 520) },
	{ "huge, stride", true, PAGING(STRIDE) },
	{ "huge, around", true, PAGING(NEXT, AROUND) },
	{ "huge, budget, whole", true, PAGING(.budget = 540, WHOLE) },
	{ "huge, stepping", true, PAGING(STEPPING) },
};

const size_t nr_settings = sizeof(settings) / sizeof(*settings);

#define RW	(PROT_READ | PROT_WRITE)

const struct mapping mappings[] = {
	{ "shared", RW, MAP_SHARED, 0, false },
	{ "shared, read-only", PROT_READ, MAP_SHARED, 0, false },
	{ "private", RW, MAP_PRIVATE, 0, false },
	{ "private, read-only", PROT_READ, MAP_PRIVATE, 0, false },
	{ "shared, unaligned", RW, MAP_SHARED, 3, false },
	{ "private, unaligned", RW, MAP_PRIVATE, 3, false },
	{ "shared, MAP_POPULATE", RW, MAP_SHARED | MAP_POPULATE, 0, false },
	{ "private, MAP_POPULATE", RW, MAP_PRIVATE | MAP_POPULATE, 0, false },
	{ "shared, MAP_LOCKED", RW, MAP_SHARED | MAP_LOCKED, 0, true },
	{ "private, MAP_LOCKED", RW, MAP_PRIVATE | MAP_LOCKED, 0, true },
	{ "shared, executable", RW | PROT_EXEC, MAP_SHARED, 0, false },
	{ "private, MAP_NORESERVE", RW, MAP_PRIVATE | MAP_NORESERVE, 0,
	  false },
};

const size_t nr_mappings = sizeof(mappings) / sizeof(*mappings);

const char *const backing_names[NR_BACKINGS] = {
	[VMLAB_BACKING_ZERO] = "zero",
	[VMLAB_BACKING_PATTERN] = "pattern",
	[VMLAB_BACKING_FILE] = "file",
	[VMLAB_BACKING_PFN] = "pfn",
};

bool refused_mapping(const struct mapping *mapping, uint32_t backing)
{
	return backing == VMLAB_BACKING_PFN &&
	       !(mapping->flags & MAP_SHARED);
}
