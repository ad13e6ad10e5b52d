// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_CLONE_HOLD: writes to pages that were copied wait on every way of mm to a writable
 * entry: also of a fault that began before the hold, and where a read-only entry is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif

enum {
	PAGES = 16,
	CLONES = 1500,
	MOST_MS = 20000,	/* fewer clones where the machine is slow */
	HOLD_MS = 1000,
	TRIES = 10,
};

static int fd;
static char *source;

static volatile uint64_t *word(char *p, size_t n)
{
	return (volatile uint64_t *)(p + n * page);
}

static int must_hold(void)
{
	struct vmlab_clone clone = { .size = sizeof(clone), .flags = VMLAB_CLONE_HOLD };

	if (ioctl(fd, VMLAB_IOC_CLONE, &clone))
		bail("VMLAB_IOC_CLONE: %s", strerror(errno));
	return clone.fd;
}

static void open_source(void)
{
	fd = dev_open(O_RDWR);
	source = map_shared(fd, PAGES);
	/* All but the first are written. */
	for (size_t i = 1; i < PAGES; i++)
		*word(source, i) = 0;
}

/* On one processor, where the caller interrupts the other thread wherever it is. */
static void run_before(pthread_t thread)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (pthread_setaffinity_np(thread, sizeof(one), &one) ||
	    pthread_setaffinity_np(pthread_self(), sizeof(one), &one) ||
	    pthread_setschedparam(pthread_self(), SCHED_FIFO, &first))
		bail("no priority");
}

static void run_as_before(void)
{
	const struct sched_param usual = { .sched_priority = 0 };
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	pthread_setschedparam(pthread_self(), SCHED_OTHER, &usual);
	pthread_setaffinity_np(pthread_self(), sizeof(all), &all);
}

static struct {
	atomic_bool stop;
	int advice;
	atomic_ullong wrote;
} writer;

/* Fault on the first page again and again. */
static void *write_again(void *arg)
{
	(void)arg;
	for (uint64_t v = 1; !atomic_load(&writer.stop); v++) {
		madvise(source, page, writer.advice);
		*word(source, 0) = v;
		atomic_store(&writer.wrote, v);
	}
	return NULL;
}

/* Clone once; is what was written when the hold ended in the clone? */
static bool clone_has_all(uint64_t *rng)
{
	unsigned long long begin;
	uint64_t wrote;
	bool good;
	int clone;
	char *p;

	usleep(100 + (useconds_t)random_below(rng, 200));
	begin = now_ms();
	clone = must_hold();
	/* The other thread goes on, until it waits. */
	usleep(500);
	wrote = atomic_load(&writer.wrote);
	/* Unless the time is over. */
	good = now_ms() - begin >= HOLD_MS / 2;
	p = map_shared(clone, PAGES);
	good |= *word(p, 0) >= wrote;
	unmap_and_close(clone, p, PAGES);
	return good;
}

/* A fault finds its frame before the hold begins, and mm sets the entry after that. */
static void faults_that_began(bool locked)
{
	const char *const text = locked ? ", locked memory" : "";
	const unsigned long long begin = now_ms();
	uint64_t rng = random_state(1, locked);
	unsigned int n, bad = 0;
	pthread_t thread;

	open_source();
	writer.advice = locked ? MADV_DONTNEED_LOCKED : MADV_DONTNEED;
	if (locked && (mlock2(source, PAGES * page, MLOCK_ONFAULT) ||
		       madvise(source, page, writer.advice))) {
		skip(strerror(errno), "faults that began before%s", text);
		unmap_and_close(fd, source, PAGES);
		return;
	}
	atomic_store(&writer.stop, false);
	atomic_store(&writer.wrote, 0);
	pthread_create(&thread, NULL, write_again, NULL);
	run_before(thread);
	for (n = 0; n < CLONES && now_ms() - begin < MOST_MS; n++)
		bad += !clone_has_all(&rng);
	run_as_before();
	atomic_store(&writer.stop, true);
	pthread_join(thread, NULL);
	is(bad, 0, "faults that began before wait%s", text);
	diag("  of %u clones", n);
	unmap_and_close(fd, source, PAGES);
}

static struct {
	pthread_t id;
	atomic_bool started, done;
} other;

static void *write_first(void *arg)
{
	atomic_store(&other.started, true);
	*word(source, 0) = 7;
	atomic_store(&other.done, true);
	return arg;
}

static void *pipe_first(void *arg)
{
	int fds[2];

	if (pipe(fds) || write(fds[1], source, 8) != 8)
		bail("pipe: %s", strerror(errno));
	close(fds[0]);
	close(fds[1]);
	return arg;
}

static bool is_set(void *arg)
{
	return atomic_load((atomic_bool *)arg);
}

/* False: the machine was too slow to tell. */
static bool try_read_by_kernel(void)
{
	unsigned long long begin;
	bool waited, soon;
	int clone;

	open_source();
	clone = must_hold();
	begin = now_ms();
	pthread_create(&other.id, NULL, pipe_first, NULL);
	pthread_join(other.id, NULL);
	atomic_store(&other.started, false);
	atomic_store(&other.done, false);
	pthread_create(&other.id, NULL, write_first, NULL);
	wait_until(is_set, &other.started);
	msleep(50);
	waited = !atomic_load(&other.done);
	soon = now_ms() - begin < HOLD_MS / 2;
	close(clone);
	pthread_join(other.id, NULL);
	unmap_and_close(fd, source, PAGES);
	if (soon)
		ok(waited, "a write to a page that a system call has read waits");
	return soon;
}

static void read_by_kernel(void)
{
	int k = 0;

	while (k < TRIES && !try_read_by_kernel())
		k++;
	if (k == TRIES)
		skip("the machine is too slow", "a write to a page that a system call has read");
}

int main(void)
{
	const unsigned long long before = module_frames();

	close(dev_open(O_RDWR));
	read_by_kernel();
	faults_that_began(false);
	faults_that_began(true);
	is(module_frames(), before, "no frame is left");
	return tap_done();
}
