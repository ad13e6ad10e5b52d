// SPDX-License-Identifier: GPL-2.0
/*
 * Clones of a space that is in use.  Threads write versions to the pages of the source
 * while others evict them, change its policy and shorten it.  A page of a clone has a
 * version that the source had during the request, and keeps it; a write to the clone
 * never appears in the source, and no write to the source is lost.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

enum {
	PAGES = 24,
	WRITERS = 2,
	BEYOND = 16,		/* pages beyond, which come and go */
	CLONES = 24,
	MOST_MS = 15000,	/* fewer clones where the machine is slow */
};

/* A space with huge frames that is cloned, when it is longer. */
#define HUGE	(2ul << 20)
#define GROWN	(8 * HUGE)

/* What a clone writes: no version has this bit. */
#define OWN	(1ull << 63)

static int fd;
static char *source;
static atomic_bool stop;
static atomic_ullong lost;

/*
 * The version of each page: @started before it is written to the first word and then
 * to the last word of the page, @written afterwards.
 */
static struct {
	atomic_ullong started, written;
} version[PAGES];

static volatile uint64_t *first_word(char *p, size_t n)
{
	return (volatile uint64_t *)(p + n * page);
}

static volatile uint64_t *last_word(char *p, size_t n)
{
	return first_word(p, n) + page / 8 - 1;
}

/* Write the next version of a page; count it as lost if the last one is not there. */
static void write_next(size_t n)
{
	uint64_t v = atomic_load(&version[n].written);

	if (*first_word(source, n) != v || *last_word(source, n) != v) {
		diag("  page %zu of the source: %llx %llx, not %llx", n,
		     (unsigned long long)*first_word(source, n),
		     (unsigned long long)*last_word(source, n),
		     (unsigned long long)v);
		atomic_fetch_add(&lost, 1);
	}
	v++;
	atomic_store(&version[n].started, v);
	*first_word(source, n) = v;
	atomic_thread_fence(memory_order_seq_cst);
	*last_word(source, n) = v;
	atomic_store(&version[n].written, v);
}

static void *write_pages(void *arg)
{
	size_t own = (uintptr_t)arg;
	uint64_t rng = random_state(1, own);

	while (!atomic_load(&stop)) {
		size_t n = random_below(&rng, PAGES / WRITERS) * WRITERS + own;

		write_next(n);
	}
	return NULL;
}

/* Evict, lock and unlock, and change budget, policy and length. */
static void *disturb(void *arg)
{
	uint64_t rng = random_state(1, 99);
	struct vmlab_range r;

	(void)arg;
	while (!atomic_load(&stop)) {
		size_t n = random_below(&rng, PAGES);

		switch (random_below(&rng, 6)) {
		case 0:
			try_range(fd, VMLAB_RANGE_EVICT, n, PAGES - n, &r);
			break;
		case 1:
			set_paging(fd, .budget = 2 + random_below(&rng, PAGES),
				   .policy = budget_policies[n %
					NR_BUDGET_POLICIES].policy);
			break;
		case 2:
			set_paging(fd, .policy = VMLAB_POLICY_FIFO);
			break;
		case 3:
			get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, PAGES, NULL);
			break;
		case 4:
			set_space(fd, 0, (PAGES + 1) * page,
				  VMLAB_BACKING_ZERO);
			set_space(fd, 0, (PAGES + BEYOND) * page,
				  VMLAB_BACKING_ZERO);
			break;
		case 5:
			/* The last page is beyond only for a moment. */
			touch(source + (PAGES + n % BEYOND) * page,
			      TOUCH_WRITE, 1, NULL);
			break;
		}
	}
	return NULL;
}

/* What a clone must have: at least @low, at most @high, of each page. */
struct bounds {
	uint64_t low[PAGES], high[PAGES];
};

/* Clone the space and note which versions it had meanwhile. */
static int clone_between(struct bounds *b)
{
	int clone;

	for (size_t i = 0; i < PAGES; i++)
		b->low[i] = atomic_load(&version[i].written);
	clone = clone_space(fd);
	for (size_t i = 0; i < PAGES; i++)
		b->high[i] = atomic_load(&version[i].started);
	return clone;
}

/* Does a page have a version between the bounds, perhaps half written? */
static bool page_fits(char *p, size_t n, const struct bounds *b)
{
	uint64_t head = *first_word(p, n), tail = *last_word(p, n);

	if ((head == tail || head == tail + 1) && tail >= b->low[n] &&
	    head <= b->high[n])
		return true;
	diag("  page %zu of the clone: %llx %llx, not %llx to %llx", n,
	     (unsigned long long)head, (unsigned long long)tail,
	     (unsigned long long)b->low[n], (unsigned long long)b->high[n]);
	return false;
}

/* Check a clone, fix its versions, write to some of its pages, and check again. */
static bool check_clone(char *p, struct bounds *b, uint64_t *rng)
{
	bool good = true;
	size_t n;

	for (n = 0; n < PAGES; n++) {
		good = page_fits(p, n, b) && good;
		b->low[n] = *last_word(p, n);
		b->high[n] = *first_word(p, n);
	}
	for (n = 0; n < PAGES; n++) {
		if (!random_below(rng, 2))
			continue;
		*first_word(p, n) = OWN | n;
		*last_word(p, n) = OWN | n;
		b->low[n] = OWN | n;
		b->high[n] = OWN | n;
	}
	sched_yield();
	for (n = 0; n < PAGES; n++)
		good = good && *last_word(p, n) == b->low[n] &&
		       *first_word(p, n) == b->high[n];
	if (!good)
		diag("  the clone changed");
	return good;
}

/* Clone a clone that has a budget, and check both again. */
static bool check_clone_of(int clone, char *p, const struct bounds *b,
			   uint64_t *rng)
{
	struct bounds own = *b;
	int second;
	char *q;
	bool good;

	set_paging(clone, .budget = 1 + random_below(rng, 8),
		   .policy = budget_policies[random_below(rng,
				NR_BUDGET_POLICIES)].policy);
	second = clone_space(clone);
	q = map_shared(second, PAGES);
	good = check_clone(q, &own, rng);
	for (size_t n = 0; n < PAGES; n++)
		good = good && *last_word(p, n) == b->low[n] &&
		       *first_word(p, n) == b->high[n];
	unmap_and_close(second, q, PAGES);
	return good;
}

static void start_space(void)
{
	fd = dev_open(O_RDWR);
	set_space(fd, 0, (PAGES + BEYOND) * page, VMLAB_BACKING_ZERO);
	source = map_shared(fd, PAGES + BEYOND);
	for (size_t i = 0; i < PAGES; i++) {
		atomic_store(&version[i].started, 0);
		atomic_store(&version[i].written, 0);
	}
	atomic_store(&stop, false);
}

static void clones_while_written(bool disturbed)
{
	unsigned long long before = module_frames();
	const size_t threads = disturbed ? WRITERS + 1 : WRITERS;
	pthread_t thread[WRITERS + 1];
	uint64_t rng = random_state(1, 7);
	unsigned long long begin;
	bool good = true;
	int k = 0;

	start_space();
	begin = now_ms();
	for (size_t i = 0; i < WRITERS; i++)
		pthread_create(&thread[i], NULL, write_pages, (void *)i);
	if (disturbed)
		pthread_create(&thread[WRITERS], NULL, disturb, NULL);

	do {
		struct bounds b;
		int clone = clone_between(&b);
		char *p = map_shared(clone, PAGES);

		good = check_clone(p, &b, &rng) &&
		       check_clone_of(clone, p, &b, &rng);
		unmap_and_close(clone, p, PAGES);
	} while (good && ++k < CLONES && now_ms() - begin < MOST_MS);
	atomic_store(&stop, true);
	for (size_t i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);

	ok(good, "clones while threads write%s",
	   disturbed ? " and others evict" : "");
	diag("  %d clones", k);
	is(atomic_load(&lost), 0, "writes that were lost");
	set_paging(fd, .policy = VMLAB_POLICY_FIFO);
	is(paging_stats(fd).charged, space_stats(fd).frames, "frames charged");
	unmap_and_close(fd, source, PAGES + BEYOND);
	is(module_frames(), before, "no frame is left");
}

/* Clone again and again, and write to both. */
static int clone_without_end(void *arg)
{
	(void)arg;
	for (uint64_t k = 0;; k++) {
		int clone = clone_space(fd);
		char *p = map_shared(clone, PAGES);

		for (size_t i = 0; i < PAGES; i += 3)
			*first_word(p, i) = OWN | k;
		unmap_and_close(clone, p, PAGES);
	}
	return 0;
}

static bool frames_are(void *arg)
{
	return module_frames() == *(unsigned long long *)arg;
}

/* A task that is killed while it clones leaves nothing behind. */
static void killed(void)
{
	unsigned long long before = module_frames(), now;

	start_space();
	for (size_t i = 0; i < PAGES; i++)
		write_next(i);
	use_paging(fd, .budget = PAGES / 2, .policy = VMLAB_POLICY_LRU);
	now = before + PAGES / 2;
	for (unsigned int k = 0; k < 8; k++) {
		pid_t child = spawn(clone_without_end, NULL);

		for (unsigned int i = 0; i < k % 4; i++)
			msleep(3);
		write_next(k % PAGES);
		is((unsigned int)kill_and_reap(child), 128 + SIGKILL,
		   "a task that clones is killed");
	}
	/* A charge above the budget, if all frames were busy, is given back. */
	use_paging(fd, .budget = PAGES / 2, .policy = VMLAB_POLICY_LRU);
	wait_until(frames_are, &now);
	is(module_frames(), now, "frames of the source alone");
	is(atomic_load(&lost), 0, "writes that were lost");
	unmap_and_close(fd, source, PAGES + BEYOND);
	is(module_frames(), before, "no frame is left");
}

/* What fork(2) needs: the child maps the clone where the parent has the source. */
static int child_of_fork(int clone)
{
	if (mmap(source, PAGES * page, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, clone, 0) != source)
		return 1;
	for (size_t i = 0; i < PAGES; i++) {
		if (*first_word(source, i) != 1)
			return 2;
		*first_word(source, i) = OWN | i;
	}
	for (size_t i = 0; i < PAGES; i++)
		if (*first_word(source, i) != (OWN | i))
			return 3;
	return 0;
}

static void forks(void)
{
	bool good = true;

	start_space();
	for (size_t i = 0; i < PAGES; i++)
		write_next(i);
	for (int k = 0; good && k < 8; k++) {
		int clone = clone_space(fd), status;
		pid_t child = fork();

		if (!child)
			_exit(child_of_fork(clone));
		close(clone);
		for (size_t i = 0; i < PAGES; i++)
			*first_word(source, i) = 2;
		good = child > 0 && waitpid(child, &status, 0) == child &&
		       !status;
		for (size_t i = 0; i < PAGES; i++) {
			good = good && *first_word(source, i) == 2;
			*first_word(source, i) = 1;
		}
	}
	ok(good, "parent and child of fork(2) have memory of their own");
	unmap_and_close(fd, source, PAGES + BEYOND);
}

/* Make the space longer once it is being cloned, and fill a huge frame across its end. */
static void *grow(void *arg)
{
	const unsigned long long before = module_frames();

	(void)arg;
	while (!atomic_load(&stop) && module_frames() < before + HUGE / page)
		;
	set_space(fd, VMLAB_SPACE_HUGE, GROWN, VMLAB_BACKING_ZERO);
	for (size_t i = 0; i < HUGE / page; i++)
		*first_word(source + GROWN - HUGE, i) = OWN;
	return NULL;
}

/* Return the pages of a clone that are not zero from an offset to the end of @source. */
static unsigned int words_beyond(int clone, size_t bytes)
{
	unsigned int nr = 0;
	char *p;

	set_space(clone, 0, GROWN, VMLAB_BACKING_ZERO);
	p = map_shared(clone, GROWN / page);
	for (size_t i = bytes / page; i < GROWN / page; i++)
		nr += *first_word(p, i) != 0;
	munmap(p, GROWN);
	return nr;
}

/* A clone has no page beyond the length that the source had at first. */
static void source_grows(void)
{
	struct vmlab_space_config config = { .size = sizeof(config) };
	pthread_t thread;
	uint64_t frames;
	int clone;

	fd = dev_open(O_RDWR);
	if (set_space(fd, VMLAB_SPACE_HUGE, GROWN - HUGE / 2,
		      VMLAB_BACKING_ZERO)) {
		skip("VMLAB_FEAT_HUGE is missing", "the source grows");
		close(fd);
		return;
	}
	source = map_shared(fd, GROWN / page);
	madvise(source, GROWN, MADV_HUGEPAGE);
	for (size_t i = 0; i < (GROWN - HUGE) / page; i++)
		*first_word(source, i) = 1;
	atomic_store(&stop, false);
	pthread_create(&thread, NULL, grow, NULL);
	clone = clone_space(fd);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	works(ioctl(clone, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	frames = space_stats(clone).frames;
	ok(frames * page <= config.bytes,
	   "the source grows: %llu frames in a clone of %llu bytes",
	   (unsigned long long)frames, (unsigned long long)config.bytes);
	is(words_beyond(clone, config.bytes), 0, "... pages beyond its end");
	close(clone);
	unmap_and_close(fd, source, GROWN / page);
}

int main(void)
{
	close(dev_open(O_RDWR));
	clones_while_written(false);
	clones_while_written(true);
	killed();
	forks();
	source_grows();
	return tap_done();
}
