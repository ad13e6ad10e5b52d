// SPDX-License-Identifier: GPL-2.0
/* Budgets: set for a space with frames, lowered, removed, used up by locks. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static unsigned int wrong_pages(const volatile char *p)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < PAGES; i++)
		wrong += p[i * psize] != (char)(i + 1);
	return wrong;
}

static void change(int fd, char *p)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < PAGES; i++)
		p[i * psize] = (char)(i + 1);
	works(set_paging(fd, .budget = 10, .policy = VMLAB_POLICY_LRU),
	      "a budget of 10 for a space that has frames");
	is(space_stats(fd).frames, 10, "frames");
	for (i = 0; i < PAGES; i++) {
		wrong += p[i * psize] != (char)(i + 1);
		wrong += space_stats(fd).frames > 10;
	}
	is(wrong, 0, "pages lost, or times above the budget");
	works(set_paging(fd, .budget = 3, .policy = VMLAB_POLICY_RANDOM),
	      "a budget of 3");
	is(space_stats(fd).frames, 3, "frames");
	works(set_paging(fd, .policy = VMLAB_POLICY_FIFO), "no budget");
	is(wrong_pages(p), 0, "pages lost");
	is(space_stats(fd).frames, PAGES, "frames");
}

static void lock(int fd, char *p)
{
	struct vmlab_paging_stats before;
	struct vmlab_range r;

	works(set_paging(fd, .budget = 4, .policy = VMLAB_POLICY_CLOCK),
	      "a budget of 4");
	before = paging_stats(fd);
	is(range(fd, VMLAB_RANGE_LOCK, 0, 3).done, 3, "pages locked");
	fails(try_range(fd, VMLAB_RANGE_LOCK, 3, 1, &r), ENOMEM,
	      "the last page of the budget is not locked");
	is(wrong_pages(p), 0, "pages lost with one page left for all others");
	is(space_stats(fd).frames, 4, "frames");
	is(paging_stats(fd).over_budget, before.over_budget,
	   "frames above the budget");
	works(set_paging(fd, .budget = 2, .policy = VMLAB_POLICY_CLOCK),
	      "a budget below the locked pages");
	is(space_stats(fd).frames, 3, "frames: the locked ones");
	p[20 * psize] = 1;
	is(paging_stats(fd).over_budget, before.over_budget + 1,
	   "a frame above the budget is counted");
}

/* The hand of the clock passes more frames than in one call. */
static void whole_turn(void)
{
	enum { MANY = 3000 };
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, MANY + 1);

	use_paging(fd, .budget = MANY, .policy = VMLAB_POLICY_CLOCK);
	for (size_t i = 0; i <= MANY; i++)
		p[i * psize] = (char)(i + 1);
	is(space_stats(fd).frames, MANY, "frames after a turn of the clock");
	is(paging_stats(fd).evicted, 1, "frames evicted");
	is(paging_stats(fd).over_budget, 0, "frames above the budget");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 1).done, 0,
	   "the first page was evicted");
	is(p[0], 1, "its contents");
	unmap_and_close(fd, p, MANY + 1);
}

/* The highest number of frames: bounded by the budget, and never lower than before. */
static void peak(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	use_paging(fd, .budget = 8, .policy = VMLAB_POLICY_FIFO);
	for (size_t i = 0; i < PAGES; i++)
		p[i * psize] = 1;
	is(space_stats(fd).frames_peak, 8, "the peak is the budget");
	is(range(fd, VMLAB_RANGE_DROP, 0, PAGES).busy, 0, "pages not dropped");
	is(space_stats(fd).frames, 0, "frames left");
	/* A page that is evicted is dropped with a frame in its place. */
	is(space_stats(fd).frames_peak, 9, "the peak after all pages were dropped");
	use_paging(fd, .budget = 0, .policy = VMLAB_POLICY_FIFO);
	for (size_t i = 0; i < 20; i++)
		p[i * psize] = 1;
	is(space_stats(fd).frames_peak, 20, "the peak without a budget");
	unmap_and_close(fd, p, PAGES);
}

/* Flags that change how a policy decides belong to that policy alone. */
static void variants(int fd)
{
	works(set_paging(fd, .policy = VMLAB_POLICY_CLOCK,
			 .flags = VMLAB_PAGING_CLOCK_LOAD_0),
	      "CLOCK with a clear bit at load");
	is(get_paging(fd).flags, VMLAB_PAGING_CLOCK_LOAD_0, "GET: flags");
	fails(set_paging(fd, .policy = VMLAB_POLICY_LRU,
			 .flags = VMLAB_PAGING_CLOCK_LOAD_0), EINVAL,
	      "LRU with the flag of CLOCK");
	fails(set_paging(fd, .policy = VMLAB_POLICY_CLOCK,
			 .flags = VMLAB_PAGING_LFU_TIES_LRU), EINVAL,
	      "CLOCK with the flag of LFU");
	is(get_paging(fd).flags, VMLAB_PAGING_CLOCK_LOAD_0,
	   "GET: flags after errors");
	works(set_paging(fd, .policy = VMLAB_POLICY_LFU,
			 .flags = VMLAB_PAGING_LFU_TIES_LRU),
	      "LFU with ties by LRU");
	works(set_paging(fd, .policy = VMLAB_POLICY_LFU), "LFU without");
	is(get_paging(fd).flags, 0, "GET: no flags");
	fails(set_paging(fd, .flags = 1u << 4), EINVAL, "an unknown flag");
}

int main(void)
{
	int fd = dev_open(O_RDWR);
	char *p;

	psize = page_size();
	p = map_shared(fd, PAGES);
	change(fd, p);
	lock(fd, p);
	variants(fd);
	unmap_and_close(fd, p, PAGES);
	whole_turn();
	peak();
	return tap_done();
}
