// SPDX-License-Identifier: GPL-2.0
/*
 * Threads fault while others unmap, move, discard and fork: no write is lost,
 * and no frame is replaced by a new one.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

enum {
	WRITERS = 4,
	KEPT = 16,		/* pages that are always within the space */
	DISCARDED = 16,		/* pages behind its end from time to time */
	RUN_MS = 4000,
	RACE_PAGES = 128,
	BACKING_MAPS = 4000,
};

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;
static int fd;
static char *view;		/* KEPT + DISCARDED pages, shared by all */
static atomic_bool stop;

/* Return word @nr of a page: one for each writer, and one that all increment. */
static atomic_ullong *word(char *base, size_t in_page, size_t nr)
{
	return (atomic_ullong *)(base + in_page * page) + nr;
}

struct writer {
	pthread_t thread;
	size_t nr;
	unsigned long long wrote[KEPT];
	unsigned long long rounds;
	unsigned long long lost;
	unsigned long long sigbus;
	unsigned long long wrong;
};

static const char stamp = 0x5a;

static void *writer(void *arg)
{
	struct writer *w = arg;

	while (!atomic_load(&stop)) {
		for (size_t i = 0; i < KEPT; i++) {
			size_t n = (i + w->nr * 4) % KEPT;
			atomic_ullong *mine = word(view, n, w->nr);

			w->lost += atomic_load(mine) != w->wrote[n];
			atomic_store(mine, ++w->wrote[n]);
			atomic_fetch_add(word(view, n, WRITERS), 1);
		}
		for (size_t i = KEPT; i < KEPT + DISCARDED; i++) {
			/* Both ends of the page are zero or stamped. */
			for (size_t end = 0; end < 2; end++) {
				char *p = view + i * page + end * (page - 1);
				char seen = 0;
				int sig = touch_load(p, &seen);

				w->sigbus += sig == SIGBUS;
				w->wrong += sig && sig != SIGBUS;
				w->wrong += seen && seen != stamp;
			}
		}
		w->rounds++;
	}
	return NULL;
}

/* Drop page tables while the writers run. */
static void *dropper(void *arg)
{
	unsigned int seed = 1;

	(void)arg;
	while (!atomic_load(&stop)) {
		size_t from = (size_t)rand_r(&seed) % KEPT;
		size_t to = from + 1 + (size_t)rand_r(&seed) % (KEPT - from);

		madvise(view + from * page, (to - from) * page, MADV_DONTNEED);
		sched_yield();
	}
	return NULL;
}

struct mapper {
	pthread_t thread;
	unsigned long long rounds;
	unsigned long long wrong;
};

/* Map the space, and move, split and unmap the mapping. */
static void *mapper(void *arg)
{
	struct mapper *m = arg;
	unsigned long long last[KEPT] = { 0 };

	while (!atomic_load(&stop)) {
		int flags = m->rounds % 3 ? MAP_SHARED : MAP_PRIVATE;
		char *p = mmap(NULL, KEPT * page, rw, flags, fd, 0), *q;

		if (p == MAP_FAILED) {
			m->wrong++;
			continue;
		}
		for (size_t i = 0; i < KEPT; i++) {
			unsigned long long sum =
				atomic_load(word(p, i, WRITERS));

			m->wrong += sum < last[i];
			last[i] = sum;
		}
		/* Write to private copies: the word must not appear in the frames. */
		if (flags == MAP_PRIVATE)
			for (size_t i = 0; i < KEPT; i++)
				atomic_store(word(p, i, WRITERS + 1), 7);
		mprotect(p + page, 2 * page, PROT_READ);
		munmap(p + 4 * page, page);
		q = mremap(p + 5 * page, 3 * page, 4 * page, MREMAP_MAYMOVE);
		if (q == MAP_FAILED) {
			m->wrong++;
		} else {
			m->wrong += atomic_load(word(q, 0, WRITERS)) < last[5];
			munmap(q, 4 * page);
		}
		munmap(p, KEPT * page);
		m->rounds++;
	}
	return NULL;
}

/* Shorten and extend the space: discarded pages must be zero then. */
static void *shrinker(void *arg)
{
	struct mapper *m = arg;

	while (!atomic_load(&stop)) {
		bool failed = false;

		failed |= space_set_bytes(fd, (KEPT + DISCARDED) * page) != 0;
		for (size_t i = KEPT; i < KEPT + DISCARDED; i++) {
			volatile char *p = view + i * page;

			m->wrong += *p != 0;
			m->wrong += p[page - 1] != 0;
			*p = stamp;
			p[page - 1] = stamp;
		}
		for (size_t i = KEPT; i < KEPT + DISCARDED; i++)
			m->wrong += view[i * page] != stamp;
		failed |= space_set_bytes(fd, KEPT * page) != 0;
		m->wrong += failed;
		m->rounds++;
	}
	return NULL;
}

static int forked(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < KEPT; i++)
		atomic_fetch_add(word(view, i, WRITERS), 1);
	return 0;
}

/* Fork a child that writes. */
static void *forker(void *arg)
{
	struct mapper *m = arg;

	while (!atomic_load(&stop)) {
		pid_t pid = spawn(forked, NULL);

		m->wrong += reap(pid) != 0;
		m->rounds++;
	}
	return NULL;
}

static void start(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	int err = pthread_create(thread, NULL, fn, arg);

	if (err)
		bail("pthread_create: %s", strerror(err));
}

static struct writer writers[WRITERS];
static struct mapper maps, shrinks, forks;

static void run_threads(void)
{
	pthread_t drops;

	for (size_t i = 0; i < WRITERS; i++) {
		writers[i].nr = i;
		start(&writers[i].thread, writer, &writers[i]);
	}
	start(&drops, dropper, NULL);
	start(&maps.thread, mapper, &maps);
	start(&shrinks.thread, shrinker, &shrinks);
	start(&forks.thread, forker, &forks);
	msleep(RUN_MS);
	atomic_store(&stop, true);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	pthread_join(drops, NULL);
	pthread_join(maps.thread, NULL);
	pthread_join(shrinks.thread, NULL);
	pthread_join(forks.thread, NULL);
}

/* Compare the words of all kept pages with what was written. */
static void check_words(void)
{
	unsigned long long missing = 0, leaked = 0;

	for (size_t i = 0; i < KEPT; i++) {
		unsigned long long sum = forks.rounds;

		for (size_t n = 0; n < WRITERS; n++) {
			sum += writers[n].wrote[i];
			missing += writers[n].wrote[i] -
				   atomic_load(word(view, i, n));
		}
		missing += sum != atomic_load(word(view, i, WRITERS));
		leaked += atomic_load(word(view, i, WRITERS + 1)) != 0;
	}
	is(missing, 0, "no write is lost at the end");
	is(leaked, 0, "no private write reached a frame");
}

static void check_threads(const struct vmlab_space_stats *s)
{
	unsigned long long lost = 0, wrong = 0, sigbus = 0, rounds = 0;

	for (size_t n = 0; n < WRITERS; n++) {
		lost += writers[n].lost;
		wrong += writers[n].wrong;
		sigbus += writers[n].sigbus;
		rounds += writers[n].rounds;
	}
	diag("%llu writer rounds, %llu maps, %llu shrinks, %llu forks, %llu faults, %llu SIGBUS",
	     rounds, maps.rounds, shrinks.rounds, forks.rounds,
	     (unsigned long long)s->faults, sigbus);
	ok(rounds && maps.rounds && shrinks.rounds && forks.rounds,
	   "every thread made progress");
	is(lost, 0, "each writer reads its own last write");
	is(wrong, 0, "discarded pages are zero or stamped");
	is(maps.wrong, 0, "other mappings never show an older value");
	is(shrinks.wrong, 0,
	   "discarded pages are zero when the space is longer again");
	is(forks.wrong, 0, "every child could write");
}

static void test_all(void)
{
	struct vmlab_space_stats s;

	fd = dev_open(O_RDWR);
	space_set_bytes(fd, KEPT * page);
	view = map_shared(fd, KEPT + DISCARDED);
	run_threads();
	check_words();
	s = space_stats(fd);
	check_threads(&s);
	is(s.faults, fault_outcomes(&s), "faults are the sum of the outcomes");
	is(s.oom + s.error, 0, "no fault failed");
	is(s.frames, KEPT, "frames within the space only");
	is(s.vmas, 1, "one VMA is left");
	unmap_and_close(fd, view, KEPT + DISCARDED);
	is(module_frames(), 0, "all at once: every frame is freed");
}

static pthread_barrier_t barrier;

static void *racer(void *arg)
{
	char *base = arg;

	for (size_t i = 0; i < RACE_PAGES; i++) {
		if (i % 16 == 0)
			pthread_barrier_wait(&barrier);
		atomic_fetch_add(word(base, i, 0), 1);
	}
	return NULL;
}

static void test_first_touch(void)
{
	pthread_t threads[WRITERS];
	struct vmlab_space_stats s;
	unsigned long long wrong = 0;

	fd = dev_open(O_RDWR);
	view = map_shared(fd, RACE_PAGES);
	pthread_barrier_init(&barrier, NULL, WRITERS);
	for (size_t i = 0; i < WRITERS; i++)
		start(&threads[i], racer, view);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < RACE_PAGES; i++)
		wrong += atomic_load(word(view, i, 0)) != WRITERS;
	s = space_stats(fd);
	is(wrong, 0, "first touch by %d threads at once: no add is lost",
	   WRITERS);
	is(s.filled, RACE_PAGES, "each frame is filled once");
	is(s.frames, RACE_PAGES, "... and there is one of each");
	is(s.frames_dirty, RACE_PAGES, "... and it is dirty");
	unmap_and_close(fd, view, RACE_PAGES);
	is(module_frames(), 0, "first touch: every frame is freed");
}

static int fault_until_killed(void *arg)
{
	(void)arg;
	for (;;) {
		for (size_t i = 0; i < RACE_PAGES; i++)
			view[i * page] = 1;
		madvise(view, RACE_PAGES * page, MADV_DONTNEED);
	}
	return 0;
}

static void test_kill(void)
{
	struct vmlab_space_stats s;
	int alive = 0;

	fd = dev_open(O_RDWR);
	view = map_shared(fd, RACE_PAGES);
	for (unsigned int i = 0; i < 10; i++) {
		pid_t pid = spawn(fault_until_killed, NULL);

		msleep(5 + i * 5);
		alive += kill_and_reap(pid) != 128 + SIGKILL;
	}
	s = space_stats(fd);
	is((uint64_t)alive, 0, "a process that faults can be killed");
	is(s.vmas, 1, "killed: no VMA is left behind");
	is(s.faults, fault_outcomes(&s),
	   "killed: faults are the sum of the outcomes");
	unmap_and_close(fd, view, RACE_PAGES);
	is(module_frames(), 0, "killed: every frame is freed");
}

/* --- mmap(2) beside a change of the backing ------------------------------- */

static void *change_backing(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; !atomic_load(&stop); i++)
		set_space(fd, 0, 0, i & 1 ? VMLAB_BACKING_ZERO :
					    VMLAB_BACKING_PFN);
	return NULL;
}

static void *try_to_change_backing(void *changed)
{
	while (!atomic_load(&stop))
		if (!set_space(fd, 0, 0, VMLAB_BACKING_PFN))
			atomic_store((atomic_bool *)changed, true);
	return NULL;
}

/* Goes through the list of VMAs, so that mmap(2) has to wait to add one. */
static void *count_vmas(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop))
		space_stats(fd);
	return NULL;
}

/*
 * mm links a VMA some time after the module saw it: special entries are for
 * special VMAs only, and the kernel stops where they are not.
 */
static void test_backing(void)
{
	pthread_t thread[3];
	unsigned int other = 0;
	struct vmlab_space_stats s;
	const unsigned long long end = now_ms() + RUN_MS;
	char *p;

	fd = dev_open(O_RDWR);
	atomic_store(&stop, false);
	pthread_create(&thread[0], NULL, change_backing, NULL);
	pthread_create(&thread[1], NULL, count_vmas, NULL);
	pthread_create(&thread[2], NULL, count_vmas, NULL);
	for (unsigned int i = 0; i < BACKING_MAPS && now_ms() < end; i++) {
		int sig;

		p = map_shared(fd, 1);
		sig = touch(p, TOUCH_WRITE, 1, NULL);
		other += sig && sig != SIGBUS;
		munmap(p, page);
		range(fd, VMLAB_RANGE_DROP, 0, 1);
	}
	atomic_store(&stop, true);
	for (unsigned int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	is(other, 0, "mmap beside a change of the backing: works, or SIGBUS");
	s = space_stats(fd);
	is(s.faults, fault_outcomes(&s), "... which are counted");
	p = map_shared(fd, 1);
	is((unsigned int)touch(p, TOUCH_WRITE, 1, NULL), 0,
	   "mmap after it works");
	unmap_and_close(fd, p, 1);
	is(module_frames(), 0, "... and every frame is freed");
}

/* To extend a VMA, mm removes it from its list for a moment. */
static void test_backing_mapped(void)
{
	const unsigned long long end = now_ms() + RUN_MS;
	atomic_bool changed = false;
	pthread_t thread;
	char *p;

	fd = dev_open(O_RDWR);
	p = map_shared(fd, 2);
	atomic_store(&stop, false);
	pthread_create(&thread, NULL, try_to_change_backing, &changed);
	for (unsigned int i = 0; i < 2 * BACKING_MAPS && now_ms() < end; i++) {
		munmap(p + page, page);
		p = mremap(p, page, 2 * page, MREMAP_MAYMOVE);
		if (p == MAP_FAILED)
			bail("mremap: %s", strerror(errno));
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	ok(!atomic_load(&changed),
	   "the backing of a mapping that mremap extends does not change");
	is((unsigned int)touch(p, TOUCH_WRITE, 1, NULL), 0, "... which works");
	unmap_and_close(fd, p, 2);
}

int main(void)
{
	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	test_first_touch();
	test_all();
	test_kill();
	test_backing();
	test_backing_mapped();
	return tap_done();
}
