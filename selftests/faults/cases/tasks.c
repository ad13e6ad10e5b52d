// SPDX-License-Identifier: GPL-2.0
/* Faults of several processes or threads, and of the stack. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults/cases/case.h"

/* The child copies pages; then the parent has its pages alone and reuses them. */
static void fork_cow(bool parent)
{
	char *p = map_anon(pages * page);
	pid_t pid;

	memset(p, 1, pages * page);
	pid = fork();
	if (!pid) {
		if (!parent)
			touch_write(p, pages, page);
		_exit(0);
	}
	wait_for(pid);
	printf("child %d\n", pid);
	if (parent)
		touch_write(p, pages, page);
}

void case_fork_child(void)
{
	fork_cow(false);
}

void case_fork_parent(void)
{
	fork_cow(true);
}

void case_stack(void)
{
	touch_down(pages);
}

static __attribute__((noinline)) int recurse(size_t depth)
{
	volatile char frame[4096];

	frame[0] = 1;
	return depth > 1 ? recurse(depth - 1) + frame[0] : 0;
}

void case_stack_limit(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	if (setrlimit(RLIMIT_STACK, &limit))
		die("setrlimit");
	recurse(1 << 20);
}

/* Threads that fault the same pages at the same time. */
static void *race(void *arg)
{
	touch_write(arg, pages, page);
	return NULL;
}

void case_threads(void)
{
	char *p = map_anon(pages * page);
	pthread_t thread[4];

	for (size_t i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, race, p))
			die("pthread_create");
	for (size_t i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

enum { ROUNDS = 64 };

static void *fault_often(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		touch_write(arg, pages, page);
		madvise(arg, pages * page, MADV_DONTNEED);
	}
	return NULL;
}

static atomic_bool ended;

/* Preempt the other threads again and again, and fault. */
static void *preempt(void *arg)
{
	const struct timespec nap = { .tv_nsec = 200 * 1000 };
	const struct sched_param first = { .sched_priority = 1 };

	pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);
	while (!ended) {
		touch_write(arg, 8, page);
		madvise(arg, 8 * page, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
	return NULL;
}

/* Threads on one processor that preempt each other while they fault. */
void case_preempted(void)
{
	pthread_t preempting, thread[3];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
	if (pthread_create(&preempting, NULL, preempt, map_anon(8 * page)))
		die("pthread_create");
	for (size_t i = 0; i < 3; i++)
		if (pthread_create(&thread[i], NULL, fault_often,
				   map_anon(pages * page)))
			die("pthread_create");
	for (size_t i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	ended = true;
	pthread_join(preempting, NULL);
}

/* getrusage(2) leaves out a process that is not waited for. */
void case_orphan(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (!fork()) {
		case_anon();
		_exit(0);
	}
	wait(NULL);
}
