// SPDX-License-Identifier: GPL-2.0
/* Prefetch: which pages it fills, and how many of them are used or wasted. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static char *map(int fd)
{
	return map_shared(fd, PAGES);
}

/*
 * The simulation: FIFO, and after each fill the next so many pages, as far as
 * they are not resident.
 */
struct simulation {
	unsigned int queue[PAGES], nr, budget, next;
	bool prefetched_page[PAGES];
	unsigned int filled, prefetched, used, wasted;
};

static bool is_resident(const struct simulation *s, unsigned int page)
{
	for (unsigned int i = 0; i < s->nr; i++)
		if (s->queue[i] == page)
			return true;
	return false;
}

static void bring(struct simulation *s, unsigned int page, bool prefetched)
{
	if (s->nr == s->budget) {
		s->wasted += s->prefetched_page[s->queue[0]];
		memmove(s->queue, s->queue + 1, --s->nr * sizeof(s->queue[0]));
	}
	s->queue[s->nr++] = page;
	s->prefetched_page[page] = prefetched;
	s->prefetched += prefetched;
	s->filled += !prefetched;
}

static void simulate(struct simulation *s, unsigned int page)
{
	if (is_resident(s, page)) {
		s->used += s->prefetched_page[page];
		s->prefetched_page[page] = false;
		return;
	}
	bring(s, page, false);
	for (unsigned int i = 1; i <= s->next && page + i < PAGES; i++)
		if (!is_resident(s, page + i))
			bring(s, page + i, true);
}

static void against_simulation(unsigned int next, unsigned int budget)
{
	struct simulation s = { .budget = budget, .next = next };
	struct vmlab_paging_stats stats;
	int fd = dev_open(O_RDWR);
	char *p = map(fd);
	unsigned int i;

	use_paging(fd, .budget = budget, .policy = VMLAB_POLICY_FIFO,
		   .prefetch = next ? VMLAB_PREFETCH_NEXT :
					  VMLAB_PREFETCH_NONE,
		   .prefetch_pages = next);
	srandom(7);
	for (i = 0; i < 300; i++) {
		/* Runs, which prefetch serves, and jumps. */
		static unsigned int page;

		page = random() % 4 ? (page + 1) % PAGES : random() % PAGES;
		simulate(&s, page);
		touch(p + page * psize, TOUCH_READ, 0, NULL);
	}
	stats = paging_stats(fd);
	is(space_stats(fd).filled, s.filled,
	   "fills, with prefetch of %u pages and %u frames", next, budget);
	is(stats.prefetched, s.prefetched, "pages prefetched");
	is(stats.prefetch_used, s.used, "prefetched pages used");
	is(stats.prefetch_wasted, s.wasted, "prefetched pages wasted");
	ok(!next || (s.used && s.wasted), "some pages were used, some wasted");
	unmap_and_close(fd, p, PAGES);
}

static void next_pages(void)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };
	int fd = dev_open(O_RDWR), i;
	char *p = map(fd);

	works(set_paging(fd, .prefetch = VMLAB_PREFETCH_NEXT,
			 .prefetch_pages = 3), "prefetch of the next 3 pages");
	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).filled, 4, "fills of 16 pages in a row");
	works(ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats), "PAGING_STATS");
	is(stats.prefetched, 12, "pages prefetched");
	is(stats.prefetch_used, 12, "prefetched pages used");

	works(set_paging(fd, .prefetch = VMLAB_PREFETCH_STRIDE,
			 .prefetch_pages = 3), "prefetch of 3 pages by stride");
	for (i = 16; i < PAGES; i += 4)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	/* 16, 20 and 24 give the stride; 28, 32 and 36 are prefetched then. */
	is(space_stats(fd).filled, 4 + 5, "fills of 12 pages at a stride");
	unmap_and_close(fd, p, PAGES);
}

static void whole_mapping(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map(fd);

	fails(set_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE,
			 .prefetch_pages = 3), EINVAL,
	      "prefetch of the whole mapping with a number of pages");
	works(set_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE),
	      "prefetch of the whole mapping");
	touch(p + 7 * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).frames, PAGES, "frames after one touch");
	unmap_and_close(fd, p, PAGES);
}

/* A full budget ends it: else each fault would replace all other pages. */
static void whole_within_budget(void)
{
	const uint64_t budget = PAGES / 4;
	int fd = dev_open(O_RDWR);
	char *p = map(fd);

	works(set_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE,
			 .budget = budget),
	      "prefetch of the whole mapping, a budget of %llu pages",
	      (unsigned long long)budget);
	for (int i = 0; i < PAGES; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	is(paging_stats(fd).prefetched, budget - 1, "pages prefetched");
	is(space_stats(fd).filled, PAGES - budget + 1, "pages filled");
	is(range(fd, VMLAB_RANGE_EVICT, 0, PAGES).done, budget, "evicted");
	touch(p, TOUCH_READ, 0, NULL);
	is(space_stats(fd).frames, budget, "frames after one more touch");
	unmap_and_close(fd, p, PAGES);
}

static int set_around(int fd, uint32_t flags)
{
	return set_paging(fd, .prefetch = VMLAB_PREFETCH_NEXT,
			  .prefetch_pages = 3,
			  .flags = VMLAB_PAGING_AROUND | flags);
}

static void around_counts(int fd, char *p)
{
	int i;

	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).faults, 4, "faults of 16 reads");
	is(paging_stats(fd).mapped_around, 12, "pages mapped around");
	is(paging_stats(fd).prefetched, 12, "pages prefetched");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 16).done, 16, "pages evicted");
	is(paging_stats(fd).prefetch_used + paging_stats(fd).prefetch_wasted,
	   0, "pages known as used or wasted");
	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_WRITE, 'w', NULL);
	is(space_stats(fd).faults, 4 + 16, "faults after 16 writes besides");
}

static void around(void)
{
	int fd = dev_open(O_RDWR), i;
	char *p;

	fails(set_paging(fd, .prefetch = VMLAB_PREFETCH_STRIDE,
			 .prefetch_pages = 3, .flags = VMLAB_PAGING_AROUND),
	      EINVAL, "AROUND without prefetch of the next pages");
	works(set_around(fd, 0), "AROUND");
	p = map(fd);
	around_counts(fd, p);
	for (i = 0; i < 16; i++)
		p[i * psize + 1] = 'x';
	range(fd, VMLAB_RANGE_EVICT, 0, 16);
	for (i = 0; i < 16 && p[i * psize] == 'w' && p[i * psize + 1] == 'x';)
		i++;
	is(i, 16, "pages mapped around have their contents");
	p[psize] = 'y';
	range(fd, VMLAB_RANGE_EVICT, 0, 16);
	is(p[psize], 'y', "a write to a page mapped around is kept");
	works(set_around(fd, VMLAB_PAGING_STEPPING), "AROUND with STEPPING");
	unmap_and_close(fd, p, PAGES);
}

int main(void)
{
	psize = page_size();
	against_simulation(0, 8);
	against_simulation(1, 8);
	against_simulation(4, 8);
	next_pages();
	whole_mapping();
	whole_within_budget();
	around();
	return tap_done();
}
