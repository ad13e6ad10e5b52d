// SPDX-License-Identifier: GPL-2.0
/* Faults of several processes or threads, and of the stack. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
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
