// SPDX-License-Identifier: GPL-2.0
/*
 * Threads and processes write while two tasks take the bitmap and copy what it names,
 * as a live migration does: the copy is exact in the end.
 */
#include "dirty_entries.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

enum { THREADS = 2, PROCESSES = 2, COPIERS = 2, MS = 1500, ROUNDS = 20 };

/* Shared with the processes. */
struct shared {
	atomic_bool stop;
	atomic_ulong writes;
	atomic_bool done;	/* the writers have ended */
};

static struct {
	struct shared *shared;
	int fd;
	char *map;
	char *copy;
	pthread_mutex_t lock;	/* of the copy: the later one stays */
	atomic_ulong rounds;
	atomic_ulong reported;
	bool by_pins;
} work = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Write a new value to one word of a page, in one of several ways. */
static void write_word(char *map, uint64_t *rng, uint64_t value)
{
	size_t n = random_below(rng, NR / 2) * 2;
	char *at = map + n * page + random_below(rng, page / 8) * 8;
	struct iovec local = { &value, sizeof(value) };
	struct iovec remote = { at, sizeof(value) };

	if (work.by_pins && !random_below(rng, 8))
		process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
	else
		*(volatile uint64_t *)at = value;
}

static void write_until_stopped(char *map, uint64_t seed)
{
	uint64_t rng = random_state(seed, 0), n = 0;

	while (!atomic_load(&work.shared->stop)) {
		write_word(map, &rng, seed << 56 | ++n);
		if (!random_below(&rng, 256))
			madvise(map, NR * page, MADV_DONTNEED);
		if (!random_below(&rng, 256)) {
			munmap(map, NR * page);
			map = map_shared(work.fd, NR);
		}
	}
	munmap(map, NR * page);
	atomic_fetch_add(&work.shared->writes, n);
}

static void *writer(void *arg)
{
	write_until_stopped(map_shared(work.fd, NR), (uintptr_t)arg);
	return NULL;
}

static int writer_process(void *arg)
{
	write_until_stopped(map_shared(work.fd, NR), (uintptr_t)arg);
	return 0;
}

static void copy_round(void)
{
	uint64_t bitmap, nr = get_dirty(work.fd, TAKE, 0, NR, &bitmap);

	for (size_t i = 0; i < NR; i++) {
		if (!(bitmap >> i & 1))
			continue;
		pthread_mutex_lock(&work.lock);
		memcpy(work.copy + i * page, work.map + i * page, page);
		pthread_mutex_unlock(&work.lock);
	}
	atomic_fetch_add(&work.reported, nr);
	atomic_fetch_add(&work.rounds, 1);
}

static void *copier(void *arg)
{
	(void)arg;
	while (!atomic_load(&work.shared->done)) {
		copy_round();
		sched_yield();
	}
	return NULL;
}

/* A reader of the bitmap must not take bits from the copiers. */
static void *reader(void *arg)
{
	unsigned long *odd = arg;
	uint64_t bitmap;

	while (!atomic_load(&work.shared->done)) {
		get_dirty(work.fd, 0, 0, NR, &bitmap);
		*odd += !!(bitmap & 0xaaaaaaaaaaaaaaaa);
		sched_yield();
	}
	return NULL;
}

static void run(const char *what)
{
	pthread_t threads[THREADS], copiers[COPIERS], read_thread;
	unsigned long long until = now_ms() + MS;
	unsigned long odd = 0;
	pid_t pids[PROCESSES];
	uintptr_t i;

	atomic_store(&work.rounds, 0);
	atomic_store(&work.reported, 0);
	atomic_store(&work.shared->stop, false);
	atomic_store(&work.shared->done, false);
	for (i = 0; i < PROCESSES; i++)
		pids[i] = spawn(writer_process, (void *)(i + 1));
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, writer,
			       (void *)(i + 1 + PROCESSES));
	for (i = 0; i < COPIERS; i++)
		pthread_create(&copiers[i], NULL, copier, NULL);
	pthread_create(&read_thread, NULL, reader, &odd);
	while (now_ms() < until || atomic_load(&work.rounds) < ROUNDS) {
		range(work.fd, VMLAB_RANGE_EVICT, 0, NR);
		msleep(20);
	}
	atomic_store(&work.shared->stop, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < PROCESSES; i++)
		is(reap(pids[i]), 0, "%s: exit status of a writer", what);
	/* The reader and one copier still run: this request misses nothing. */
	copy_round();
	atomic_store(&work.shared->done, true);
	for (i = 0; i < COPIERS; i++)
		pthread_join(copiers[i], NULL);
	pthread_join(read_thread, NULL);
	diag("%lu writes, %lu rounds, %lu pages reported",
	     atomic_load(&work.shared->writes), atomic_load(&work.rounds),
	     atomic_load(&work.reported));
	ok(!memcmp(work.copy, work.map, NR * page), "%s: the copy is exact", what);
	is(odd, 0, "%s: bitmaps with a page that no task writes", what);
}

static void space(const char *what, uint64_t budget, bool private_mapping)
{
	char *private = NULL;

	work.fd = dev_open(O_RDWR);
	if (private_mapping)
		private = map_pages(work.fd, 1, PROT_READ, MAP_PRIVATE, 0);
	work.map = map_shared(work.fd, NR);
	work.copy = calloc(NR, page);
	if (budget)
		use_paging(work.fd, .budget = budget, .policy = VMLAB_POLICY_CLOCK);
	run(what);
	free(work.copy);
	if (private)
		munmap(private, page);
	unmap_and_close(work.fd, work.map, NR);
}

void test_concurrent(void)
{
	work.shared = mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	space("writers", 0, false);
	space("writers, 12 frames", 12, false);
	work.by_pins = true;
	space("writers, also by process_vm_writev", 0, false);
	space("writers, beside a private mapping", 0, true);
	munmap(work.shared, page);
}
