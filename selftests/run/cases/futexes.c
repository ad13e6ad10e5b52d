// SPDX-License-Identifier: GPL-2.0
/* Futexes in managed memory, which the kernel finds by another key than elsewhere. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { THREADS = 3, ROUNDS = 3000 };

static struct shared {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	unsigned int next;
	unsigned long count;
} *shared;

static void *take_turns(void *arg)
{
	const unsigned int me = *(unsigned int *)arg;

	for (int i = 0; i < ROUNDS / 10; i++) {
		must(!pthread_mutex_lock(&shared->lock));
		while (shared->next != me)
			must(!pthread_cond_wait(&shared->turn, &shared->lock));
		shared->next = (me + 1) % THREADS;
		must(!pthread_cond_broadcast(&shared->turn));
		must(!pthread_mutex_unlock(&shared->lock));
	}
	for (int i = 0; i < ROUNDS; i++) {
		must(!pthread_mutex_lock(&shared->lock));
		shared->count++;
		must(!pthread_mutex_unlock(&shared->lock));
	}
	return NULL;
}

static void all_turns(void)
{
	static unsigned int numbers[THREADS];
	pthread_t threads[THREADS];

	shared->next = 0;
	shared->count = 0;
	for (unsigned int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		must(!pthread_create(&threads[i], NULL, take_turns, &numbers[i]));
	}
	for (int i = 0; i < THREADS; i++)
		must(!pthread_join(threads[i], NULL));
	must(shared->count == (unsigned long)THREADS * ROUNDS);
}

/* A mutex of the kind that processes can share; in the child of a fork, too. */
void case_shared_mutex(void)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pid_t pid;

	shared = (struct shared *)must_map(1);
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	must(!pthread_mutex_init(&shared->lock, &mutex));
	must(!pthread_cond_init(&shared->turn, &cond));
	all_turns();
	pid = fork();
	if (!pid) {
		all_turns();
		_exit(0);
	}
	all_turns();
	must_exit(pid, 0);
}

static void *die_with_lock(void *arg)
{
	must(!pthread_mutex_lock(&shared->lock));
	return arg;
}

void case_robust_mutex(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;
	pid_t pid;

	shared = (struct shared *)must_map(1);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	must(!pthread_mutex_init(&shared->lock, &attr));
	for (int i = 0; i < 3; i++) {
		must(!pthread_create(&t, NULL, die_with_lock, NULL));
		must(!pthread_join(t, NULL));
		must(pthread_mutex_lock(&shared->lock) == EOWNERDEAD);
		must(!pthread_mutex_consistent(&shared->lock));
		must(!pthread_mutex_unlock(&shared->lock));
	}
	/* A child that ends with a lock ends with one of its own. */
	pid = fork();
	if (!pid) {
		must(!pthread_mutex_lock(&shared->lock));
		_exit(0);
	}
	must_exit(pid, 0);
	must(!pthread_mutex_lock(&shared->lock));
	must(!pthread_mutex_unlock(&shared->lock));
}
