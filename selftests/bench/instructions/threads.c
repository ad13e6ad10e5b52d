// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads that fault in one space at once, each on a processor of its own,
 * against two threads in one memfd.  The result is the time of two threads, each
 * with as many pages as one has alone, over the time of one: 1 when they do not
 * disturb each other.  It says nothing on one processor.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PAGES	4096ul		/* of each thread */
#define TURNS	9

struct work {
	char *p;
	atomic_int *waiting;	/* threads that have not started yet */
	int cpu;
};

void use_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bail("sched_setaffinity");
}

static void *touch(void *arg)
{
	struct work *work = arg;

	use_cpu(work->cpu);
	atomic_fetch_sub(work->waiting, 1);
	while (atomic_load(work->waiting))
		;
	touch_write(work->p, PAGES);
	return NULL;
}

/* Let the threads start together; return the time until the last one is done. */
static double touch_all(char *p, int nr)
{
	struct work work[2] = { 0 };
	pthread_t thread;
	atomic_int waiting = nr;
	uint64_t begin;

	for (int i = 0; i < nr; i++)
		work[i] = (struct work){
			p + (size_t)i * PAGES * PAGE, &waiting, i,
		};
	if (nr == 2 && pthread_create(&thread, NULL, touch, &work[1]))
		bail("pthread_create");
	while (atomic_load(&waiting) > 1)
		;
	begin = now();
	touch(&work[0]);
	if (nr == 2)
		pthread_join(thread, NULL);
	return (double)(now() - begin);
}

static double measure(bool memfd, bool again, int nr)
{
	const size_t bytes = 2 * PAGES * PAGE;
	int fd = memfd ? open_memfd(bytes) : open_file(DEVICE, O_RDWR);
	char *p = map_memory(fd, bytes);
	double time;

	if (again) {
		touch_write(p, 2 * PAGES);
		madvise(p, bytes, MADV_DONTNEED);
	}
	time = touch_all(p, nr);
	munmap(p, bytes);
	close(fd);
	return time;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* vmlab and memfd, one thread and two, take turns. */
static void scale(const char *vmlab, const char *memfd, bool again)
{
	double ratio[2][TURNS];

	for (int i = 0; i < TURNS; i++)
		for (int peer = 0; peer < 2; peer++)
			ratio[peer][i] = measure(peer, again, 2) /
					 measure(peer, again, 1);
	for (int peer = 0; peer < 2; peer++) {
		qsort(ratio[peer], TURNS, sizeof(double), compare);
		result(peer ? memfd : vmlab, ratio[peer][TURNS / 2]);
	}
}

void bench_threads(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		missing("threads_write.vmlab", "one processor");
		missing("threads_refault.vmlab", "one processor");
		return;
	}
	scale("threads_write.vmlab", "threads_write.memfd", false);
	scale("threads_refault.vmlab", "threads_refault.memfd", true);
	use_cpu(0);
}
