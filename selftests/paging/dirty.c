// SPDX-License-Identifier: GPL-2.0
/* The dirty bitmap while threads write, with and without a budget. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

#define PAGES	64
#define WRITERS	3

_Static_assert(PAGES == 64, "the bitmap is one word");

static size_t psize;

static struct {
	char *map;
	atomic_bool stop;
	atomic_ulong writes;
} work;

/* Write to even pages only: one word, or one time in 16 all of the page. */
static void *writer(void *arg)
{
	const size_t words = psize / sizeof(uint64_t);
	uint64_t rng = random_state((uintptr_t)arg, 0), n = 0;

	while (!atomic_load(&work.stop)) {
		uint64_t *page = (uint64_t *)(work.map +
			random_below(&rng, PAGES / 2) * 2 * psize);
		bool whole = !random_below(&rng, 16);
		size_t first = whole ? 0 : random_below(&rng, words);
		size_t end = whole ? words : first + 1;

		for (size_t i = first; i < end; i++)
			page[i] = rng + n;
		n++;
	}
	atomic_fetch_add(&work.writes, n);
	return NULL;
}

/* Clear the bitmap and copy the dirty pages, as a live migration does. */
static unsigned int copy_dirty(int fd, char *copy, const char *p,
			       uint64_t *bitmap)
{
	uint64_t nr = get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, PAGES, bitmap);

	for (unsigned int i = 0; i < PAGES; i++)
		if (*bitmap >> i & 1)
			memcpy(copy + i * psize, p + i * psize, psize);
	return (unsigned int)nr;
}

/* Copy while the writers run; returns rounds that reported an odd page. */
static unsigned int copy_while_written(int fd, char *copy)
{
	unsigned int i, rounds = 0, odd = 0, reported = 0;
	unsigned long long until;
	pthread_t thread[WRITERS];
	uint64_t bitmap;

	atomic_store(&work.writes, 0);
	atomic_store(&work.stop, false);
	for (i = 0; i < WRITERS; i++)
		pthread_create(&thread[i], NULL, writer,
			       (void *)(uintptr_t)(i + 1));
	until = now_ms() + 1000;
	while (now_ms() < until || rounds < 5) {
		reported += copy_dirty(fd, copy, work.map, &bitmap);
		odd += !!(bitmap & 0xaaaaaaaaaaaaaaaa);
		rounds++;
		sched_yield();
	}
	atomic_store(&work.stop, true);
	for (i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
	reported += copy_dirty(fd, copy, work.map, &bitmap);
	diag("%lu writes, %u rounds, %u pages reported",
	     atomic_load(&work.writes), rounds, reported);
	return odd;
}

/* Without writers: count, count after eviction, and the largest range. */
static void count(int fd, char *p, char *copy)
{
	struct vmlab_dirty d = { .size = sizeof(d), .end = PAGES * psize };
	uint64_t bitmap;

	is(copy_dirty(fd, copy, p, &bitmap), 0,
	   "pages dirty when nothing writes");
	p[2 * psize] = 1;
	p[9 * psize] = 1;
	works(ioctl(fd, VMLAB_IOC_DIRTY, &d), "DIRTY without a bitmap");
	is(d.nr_dirty, 2, "pages dirty after two writes");
	range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(copy_dirty(fd, copy, p, &bitmap), 2,
	   "pages dirty after their eviction");
	is(bitmap, 1 << 2 | 1 << 9, "the bitmap names the two");
	d.end = UINT64_MAX & ~(psize - 1);
	works(ioctl(fd, VMLAB_IOC_DIRTY, &d), "DIRTY of the largest range");
	is(d.nr_dirty, 0, "pages dirty after they were cleared");
}

static void dirty(uint64_t budget)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);
	char *copy = calloc(PAGES, psize);
	unsigned int odd;

	if (!copy)
		bail("out of memory");
	if (budget)
		use_paging(fd, .budget = budget, .policy = VMLAB_POLICY_CLOCK);
	work.map = p;
	odd = copy_while_written(fd, copy);
	ok(!memcmp(copy, p, PAGES * psize),
	   "a copy kept by the bitmap is exact%s",
	   budget ? ", with a budget of 12 frames" : "");
	is(odd, 0, "rounds that reported a page that nothing writes");
	count(fd, p, copy);
	free(copy);
	unmap_and_close(fd, p, PAGES);
}

int main(void)
{
	psize = page_size();
	dirty(0);
	dirty(12);
	return tap_done();
}
