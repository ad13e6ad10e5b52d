// SPDX-License-Identifier: GPL-2.0
/* The example policies that prefetch by stride, and by hints of the program. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../../tools/bpf/policies/hinted.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/bpf/bpf.h"

#define HINTED_PAGES	64

/* --- stride ---------------------------------------------------------------- */

/* Read each @stride-th of @pages pages, and another page after every fifth. */
static struct vmlab_paging_stats walk(uint32_t policy, uint32_t id,
				      unsigned int pages, unsigned int stride,
				      uint64_t *filled)
{
	struct vmlab_paging_stats stats;
	int fd = dev_open(O_RDWR);
	volatile char *map;
	unsigned int i, n = 0;

	use_paging(fd, .policy = policy, .policy_id = id, .budget = 64);
	map = map_pages(fd, pages, PROT_READ, MAP_SHARED, 0);
	for (i = 0; i < pages; i += stride) {
		(void)map[i * page_size()];
		/* A page of its own each time, which the walk skips. */
		if (++n % 5 == 0)
			(void)map[(n * 3 % 140 * stride + 3) * page_size()];
	}
	*filled = space_stats(fd).filled;
	stats = paging_stats(fd);
	munmap((void *)map, pages * page_size());
	close(fd);
	return stats;
}

static void finds_strides(void)
{
	struct vmlab_paging_stats stats;
	uint64_t without, with;
	struct policy_object *p;
	uint32_t id;

	p = load_or_bail(examples, "stride", &id);
	walk(VMLAB_POLICY_FIFO, 0, 1000, 7, &without);
	stats = walk(VMLAB_POLICY_BPF, id, 1000, 7, &with);
	diag("a walk by 7: %llu faults, %llu with prefetch; %llu pages prefetched, %llu used",
	     (unsigned long long)without, (unsigned long long)with,
	     (unsigned long long)stats.prefetched,
	     (unsigned long long)stats.prefetch_used);
	is(without, 143 + 28,
	   "a walk by 7 over 1000 pages faults at every step");
	ok(with < without / 2, "the stride policy saves most of the faults");
	ok(stats.prefetch_used * 10 > stats.prefetched * 8,
	   "more than 8 of 10 prefetched pages are used");
	is(stats.policy_refused, 0, "none of its requests is refused");
	policy_object_unload(p);
}

/* --- hinted ---------------------------------------------------------------- */

static void keep_and_done(int fd, volatile char *map, struct hint *hints)
{
	const size_t page = page_size();
	uint64_t filled;

	hints[0].advice = HINT_KEEP;
	hints[2].advice = HINT_DONE;
	/* Page 4 exceeds the budget: page 2 is the victim. */
	for (unsigned int i = 0; i < 5; i++)
		map[i * page] = (char)(i + 1);
	filled = space_stats(fd).filled;
	is(map[0] + map[page] + map[3 * page] + map[4 * page], 1 + 2 + 4 + 5,
	   "pages have their contents");
	is(space_stats(fd).filled, filled,
	   "the page with HINT_DONE was evicted first");
	map[5 * page] = 6;
	map[6 * page] = 7;
	filled = space_stats(fd).filled;
	is(map[0], 1, "a page with HINT_KEEP has its contents");
	is(space_stats(fd).filled, filled, "... and was not evicted");
}

/* A walk in an order that only the program knows. */
static void next_hints(int fd, volatile char *map, struct hint *hints)
{
	struct vmlab_paging_stats before, after;
	uint64_t filled;
	unsigned int i;

	memset(hints, 0, HINTS * sizeof(*hints));
	for (i = 0; i < 49; i++)
		hints[10 + i * 13 % 50] = (struct hint){
			.nr = 1,
			.next = 10 + (i + 1) * 13 % 50,
		};
	filled = space_stats(fd).filled;
	before = paging_stats(fd);
	for (i = 0; i < 50; i++)
		(void)map[(10 + i * 13 % 50) * page_size()];
	filled = space_stats(fd).filled - filled;
	after = paging_stats(fd);
	after.prefetch_used -= before.prefetch_used;
	diag("hints followed: %llu faults, %llu prefetched pages used",
	     (unsigned long long)filled,
	     (unsigned long long)after.prefetch_used);
	ok(filled == 1 && after.prefetch_used == 49,
	   "pages that the program announced are prefetched");
	is(after.policy_fallbacks, 0, "no decision fell back to FIFO");
}

static void follows_hints(void)
{
	struct policy_object *p;
	struct hint *hints;
	volatile char *map;
	uint32_t id;
	int fd;

	p = load_or_bail(examples, "hinted", &id);
	hints = policy_object_map(p, "hints", HINTS * sizeof(*hints));
	fd = dev_open(O_RDWR);
	use_paging(fd, .policy = VMLAB_POLICY_BPF, .policy_id = id,
		   .budget = 4);
	map = map_shared(fd, HINTED_PAGES);
	keep_and_done(fd, map, hints);
	next_hints(fd, map, hints);
	munmap((void *)map, HINTED_PAGES * page_size());
	close(fd);
	munmap(hints, HINTS * sizeof(*hints));
	policy_object_unload(p);
}

void prefetching_examples(void)
{
	finds_strides();
	follows_hints();
}
