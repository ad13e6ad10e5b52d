// SPDX-License-Identifier: GPL-2.0
/* Sampling: the events of accesses are those that a program made. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "sim.h"

#define PAGES	64
#define ACCESSES 3000
#define ROOM	(4 * ACCESSES)
#define MASK	(1u << VMLAB_EVENT_ACCESS | 1u << VMLAB_EVENT_DROP)

static size_t psize;

#define use_sample(fd, rate, ...)					\
	use_paging(fd, .flags = VMLAB_PAGING_SAMPLE, .sample = (rate),	\
		   ##__VA_ARGS__)

/* --- settings ---------------------------------------------------------------- */

static void settings(void)
{
	int fd = dev_open(O_RDWR), clone;
	struct vmlab_paging paging;

	fails(set_paging(fd, .sample = 1), EINVAL, "a sample without the flag");
	fails(set_paging(fd, .sample_keep = 1), EINVAL,
	      "pages to keep without the flag");
	fails(set_paging(fd, .flags = VMLAB_PAGING_STEPPING, .sample = 1), EINVAL,
	      "a sample of stepping");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE), EINVAL, "no sample");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE,
			 .sample = VMLAB_SAMPLE_ALL + 1), EINVAL, "more than all");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE, .sample = 1,
			 .sample_keep = VMLAB_SAMPLE_KEEP_MAX + 1), EINVAL,
	      "too many pages to keep");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE | VMLAB_PAGING_STEPPING,
			 .sample = 1), EINVAL, "sampling and stepping");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE << 1), EINVAL,
	      "an unknown flag");
	works(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE | VMLAB_PAGING_AROUND,
			 .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 4,
			 .sample = VMLAB_SAMPLE_ALL,
			 .sample_keep = VMLAB_SAMPLE_KEEP_MAX),
	      "the highest values, and around");
	paging = get_paging(fd);
	ok(paging.flags == (VMLAB_PAGING_SAMPLE | VMLAB_PAGING_AROUND) &&
	   paging.sample == VMLAB_SAMPLE_ALL &&
	   paging.sample_keep == VMLAB_SAMPLE_KEEP_MAX, "GET returns them");
	clone = clone_space(fd);
	is(get_paging(clone).sample, VMLAB_SAMPLE_ALL, "a clone has them");
	close(clone);

	paging = (struct vmlab_paging){
		.size = offsetof(struct vmlab_paging, sample),
		.sample = 1,
	};
	works(paging_set(fd, &paging), "a SET of the size before");
	is(get_paging(fd).sample, 0, "... ends sampling");
	close(fd);
}

/* --- sequences --------------------------------------------------------------- */

/*
 * The pages that a program accesses; @nr is less than their number where some
 * are not to be seen.
 */
struct sequence {
	uint64_t page[ROOM];
	unsigned int nr;
};

static void add(struct sequence *s, uint64_t page)
{
	/* A repeat may be seen or not. */
	if (s->nr < ROOM && (!s->nr || s->page[s->nr - 1] != page))
		s->page[s->nr++] = page;
}

/* Read all events; return how many of them are no accesses to a page of the sample. */
static unsigned int read_events(int fd, struct sequence *s, uint32_t sample,
				unsigned int *filled)
{
	static struct vmlab_event event[256];
	unsigned int others = 0;
	ssize_t got;

	s->nr = 0;
	*filled = 0;
	while ((got = read(fd, event, sizeof(event))) > 0) {
		for (size_t i = 0; i < (size_t)got / sizeof(*event); i++) {
			others += event[i].type != VMLAB_EVENT_ACCESS ||
				  event[i].lost ||
				  vmlab_sample_hash(event[i].pgoff) >= sample;
			*filled += !!(event[i].arg & VMLAB_EVENT_ACCESS_FILLED);
			add(s, event[i].pgoff);
		}
	}
	return others;
}

static bool equal(const struct sequence *a, const struct sequence *b)
{
	for (unsigned int i = 0; i < a->nr && i < b->nr; i++) {
		if (a->page[i] != b->page[i]) {
			diag("access %u is to %llu, not %llu", i,
			     (unsigned long long)b->page[i],
			     (unsigned long long)a->page[i]);
			return false;
		}
	}
	if (a->nr != b->nr)
		diag("%u accesses instead of %u", b->nr, a->nr);
	return a->nr == b->nr;
}

/* The pages that a thread holds, the last one last. */
struct held {
	uint64_t page[VMLAB_SAMPLE_KEEP_MAX + 1];
	unsigned int nr;
};

/* Is an access seen, with @keep pages kept? */
static bool is_seen(struct held *held, uint64_t page, unsigned int keep)
{
	for (unsigned int i = 0; i < held->nr; i++)
		if (held->page[i] == page)
			return false;
	if (held->nr > keep) {
		unsigned int drop = held->nr - keep;

		memmove(held->page, held->page + drop, keep * sizeof(*held->page));
		held->nr = keep;
	}
	held->page[held->nr++] = page;
	return true;
}

/* Random accesses of one thread, compared with the events. */
static void sequence(uint32_t sample, unsigned int keep, uint64_t budget)
{
	static struct sequence made, seen;
	static uint64_t order[ACCESSES];
	struct vmlab_space_stats before, after;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	uint64_t state = random_state(1, keep);
	volatile char *p = map_shared(fd, PAGES);
	unsigned int sampled = 0, filled, others;
	struct held held = { .nr = 0 };

	for (unsigned int i = 0; i < ACCESSES; i++)
		order[i] = random_below(&state, PAGES);
	for (uint64_t page = 0; page < PAGES; page++)
		sampled += vmlab_sample_hash(page) < sample;
	use_sample(fd, sample, .sample_keep = keep, .budget = budget,
		   .policy = VMLAB_POLICY_LRU);
	works(set_events(fd, MASK, ROOM), "events");
	made.nr = 0;
	before = space_stats(fd);
	for (unsigned int i = 0; i < ACCESSES; i++) {
		uint64_t page = order[i];

		if (i % 2)
			p[page * psize]++;
		else
			(void)p[page * psize];
		if (vmlab_sample_hash(page) < sample && is_seen(&held, page, keep))
			add(&made, page);
	}
	after = space_stats(fd);
	others = read_events(fd, &seen, sample, &filled);
	diag("%u of %u pages, keep %u, budget %llu: %u accesses, %llu faults",
	     sampled, PAGES, keep, (unsigned long long)budget, seen.nr,
	     (unsigned long long)(after.filled + after.mapped - before.filled -
				  before.mapped));
	is(others, 0, "only events of the sample");
	ok(equal(&made, &seen), "%u pages, keep %u, budget %llu: the accesses made",
	   sampled, keep, (unsigned long long)budget);
	if (!budget) {
		is(filled, sampled, "each page is filled once");
		ok(after.filled + after.mapped - before.filled - before.mapped <=
		   seen.nr + PAGES + 64, "others are mapped once");
	} else if (sample == VMLAB_SAMPLE_ALL && !keep) {
		is(after.filled - before.filled,
		   sim_faults((struct sim_policy){ .id = VMLAB_POLICY_LRU },
			      (unsigned int)budget, order, ACCESSES, 0),
		   "LRU is exact");
	}
	unmap_and_close(fd, (void *)p, PAGES);
}

/* Pages that are mapped when sampling begins are seen, and at a lower rate others not. */
static void change_rate(void)
{
	static struct sequence seen;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	volatile char *p = map_shared(fd, PAGES);
	const uint32_t half = VMLAB_SAMPLE_ALL / 2;
	unsigned int filled, in_half = 0;

	for (unsigned int i = 0; i < PAGES; i++) {
		p[i * psize] = 1;
		in_half += vmlab_sample_hash(i) < half;
	}
	use_sample(fd, half);
	works(set_events(fd, MASK, ROOM), "events");
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 2;
	is(read_events(fd, &seen, half, &filled), 0, "only events of the sample");
	is(seen.nr, in_half, "mapped pages are seen when sampling begins");
	is(filled, 0, "... and they were resident");
	use_sample(fd, VMLAB_SAMPLE_ALL);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 3;
	read_events(fd, &seen, VMLAB_SAMPLE_ALL, &filled);
	is(seen.nr, PAGES, "all pages are seen when the sample grows");
	use_sample(fd, 1);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 4;
	is(read_events(fd, &seen, 1, &filled), 0, "a sample that shrinks");
	use_paging(fd, .budget = 0);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 5;
	is(read_events(fd, &seen, 1, &filled), 0, "no sample, no events");
	is(seen.nr, 0, "... at all");
	unmap_and_close(fd, (void *)p, PAGES);
}

static void drops(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	volatile char *p = map_shared(fd, PAGES);
	struct vmlab_event event[2 * PAGES];
	const uint32_t half = VMLAB_SAMPLE_ALL / 2;
	unsigned int in_half = 0, wrong = 0;
	ssize_t nr;

	use_sample(fd, half);
	for (unsigned int i = 0; i < PAGES; i++) {
		p[i * psize] = 1;
		in_half += vmlab_sample_hash(i) < half;
	}
	works(set_events(fd, MASK, ROOM), "events");
	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	nr = read(fd, event, sizeof(event)) / (ssize_t)sizeof(*event);
	for (ssize_t i = 0; i < nr; i++)
		wrong += event[i].type != VMLAB_EVENT_DROP ||
			 vmlab_sample_hash(event[i].pgoff) >= half;
	is(nr, in_half, "an event for each page of the sample that is dropped");
	is(wrong, 0, "... and for no other");
	unmap_and_close(fd, (void *)p, PAGES);
}

static void huge(void)
{
	static struct sequence seen;
	const size_t pages = (2 << 20) / psize;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	struct vmlab_paging_stats stats;
	unsigned int filled, bad = 0;
	volatile char *p, *whole;

	set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO);
	whole = mmap(NULL, 2 * pages * psize, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = (char *)(((uintptr_t)whole + pages * psize - 1) & -(pages * psize));
	if (mmap((void *)p, pages * psize, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, fd, 0) != p)
		bail("mmap: %s", strerror(errno));
	madvise((void *)p, pages * psize, MADV_HUGEPAGE);
	p[psize] = 7;
	if (!paging_stats(fd).huge_filled) {
		skip("no huge frames here", "huge frames while sampling");
	} else {
		use_sample(fd, VMLAB_SAMPLE_ALL);
		works(set_events(fd, MASK, ROOM), "events");
		for (size_t i = 0; i < pages; i++)
			bad += p[i * psize] != (i == 1 ? 7 : 0);
		is(bad, 0, "the contents of a huge frame stay");
		read_events(fd, &seen, VMLAB_SAMPLE_ALL, &filled);
		is(seen.nr, pages, "each of its pages is seen");
		stats = paging_stats(fd);
		is(stats.huge_filled, 1, "no other huge frame is filled");
		is(stats.huge_evicted, 1, "the one that was there is evicted");
	}
	munmap((void *)whole, 2 * pages * psize);
	close(fd);
}

int main(void)
{
	psize = page_size();
	settings();
	sequence(VMLAB_SAMPLE_ALL, 0, 0);
	sequence(VMLAB_SAMPLE_ALL, 0, 10);
	sequence(VMLAB_SAMPLE_ALL, 1, 0);
	sequence(VMLAB_SAMPLE_ALL, 16, 0);
	sequence(VMLAB_SAMPLE_ALL, 48, 0);
	sequence(VMLAB_SAMPLE_ALL, VMLAB_SAMPLE_KEEP_MAX, 0);
	sequence(VMLAB_SAMPLE_ALL / 4, 0, 0);
	sequence(VMLAB_SAMPLE_ALL / 4, 4, 0);
	sequence(1, 0, 0);
	change_rate();
	drops();
	huge();
	return tap_done();
}
