// SPDX-License-Identifier: GPL-2.0
/* fork(2): memory is private, in both directions. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { PAGES = 96 };

static void fill(char *p, size_t first, size_t end, uint64_t seed)
{
	for (size_t i = first; i < end; i++)
		for (size_t k = 0; k < page; k += 512)
			*(uint64_t *)(p + i * page + k) = seed + i * page + k;
}

static void check(const char *p, size_t first, size_t end, uint64_t seed)
{
	for (size_t i = first; i < end; i++)
		for (size_t k = 0; k < page; k += 512)
			must(*(uint64_t *)(p + i * page + k) ==
			     (seed ? seed + i * page + k : 0));
}

/* Let the other side go on; wait for it. */
static void step(int to)
{
	must(write(to, "x", 1) == 1);
}

static void await(int from)
{
	char c;

	must(read(from, &c, 1) == 1);
}

/*
 * Pages 0 to 31 are written, 32 to 47 written and only read later, 48 to 63 never
 * touched, 64 to 71 unmapped, 72 to 79 read-only, 80 to 87 without access.
 */
void case_fork_contents(void)
{
	char *p = must_map(PAGES), *heap = malloc(300000);
	int down[2], up[2];
	pid_t pid;

	must(!pipe(down) && !pipe(up));
	fill(p, 0, 48, 1);
	fill(p, 64, 88, 1);
	memset(heap, 5, 300000);
	must(!munmap(p + 64 * page, 8 * page));
	must(!mprotect(p + 72 * page, 8 * page, PROT_READ));
	must(!mprotect(p + 80 * page, 8 * page, PROT_NONE));
	pid = fork();
	if (!pid) {
		check(p, 0, 48, 1);
		check(p, 48, 64, 0);
		check(p, 72, 80, 1);
		fill(p, 0, 32, 2);
		fill(p, 48, 64, 2);
		memset(heap, 6, 300000);
		step(up[1]);
		await(down[0]);
		check(p, 0, 32, 2);
		check(p, 32, 48, 1);
		check(p, 48, 64, 2);
		check(p, 72, 80, 1);
		must(!mprotect(p + 80 * page, 8 * page, PROT_READ));
		check(p, 80, 88, 1);
		must(heap[0] == 6 && heap[299999] == 6);
		_exit(7);
	}
	await(up[0]);
	check(p, 0, 48, 1);
	check(p, 48, 64, 0);
	check(p, 72, 80, 1);
	must(heap[0] == 5 && heap[299999] == 5);
	fill(p, 0, 64, 3);
	must(!mprotect(p + 72 * page, 16 * page, PROT_READ | PROT_WRITE));
	check(p, 80, 88, 1);
	fill(p, 72, 88, 3);
	memset(heap, 7, 300000);
	step(down[1]);
	must_exit(pid, 7);
	check(p, 0, 64, 3);
	check(p, 72, 88, 3);
	must(heap[0] == 7 && heap[299999] == 7);
}

static void nest(char *p, int depth)
{
	pid_t pid;

	check(p, 0, 40, (uint64_t)depth);
	if (depth == 5)
		return;
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (!pid) {
			fill(p, 0, 40, (uint64_t)depth + 1);
			nest(p, depth + 1);
			_exit(depth);
		}
		must_exit(pid, depth);
		check(p, 0, 40, (uint64_t)depth);
	}
}

void case_fork_nested(void)
{
	char *p = must_map(40);

	fill(p, 0, 40, 2);
	nest(p, 2);
}

/* Each child is the parent of the next one. */
void case_fork_many(void)
{
	char *p = must_map(40);
	pid_t pid;

	fill(p, 0, 40, 1);
	for (uint64_t i = 1; i < 12; i++) {
		check(p, 0, 40, i);
		pid = fork();
		if (pid) {
			fill(p, 0, 40, 100);
			must_exit(pid, 0);
			check(p, 0, 40, 100);
			_exit(0);
		}
		fill(p, 0, 40, i + 1);
	}
}

/* Two counters that only differ while the lock is held, far apart in the heap. */
static struct pair {
	pthread_mutex_t lock;
	volatile uint64_t first;
	char between[20 * 4096];
	volatile uint64_t second;
	volatile bool stop;
} *pair;

static void *count(void *arg)
{
	char *own = malloc(64 << 10);
	uint64_t round = 0;

	(void)arg;
	must(own);
	while (!pair->stop) {
		char *p = malloc(1 + round % 5000);

		pthread_mutex_lock(&pair->lock);
		pair->first++;
		own[round * 4096 % (64 << 10)] = (char)round;
		pair->second++;
		pthread_mutex_unlock(&pair->lock);
		free(p);
		round++;
	}
	free(own);
	return NULL;
}

static void lock_pair(void)
{
	pthread_mutex_lock(&pair->lock);
}

static void unlock_pair(void)
{
	pthread_mutex_unlock(&pair->lock);
}

/* Threads write all the while; what a lock protects is the same in child and parent. */
void case_fork_threads(void)
{
	pthread_t threads[3];
	uint64_t before;
	pid_t pid;

	pair = calloc(1, sizeof(*pair));
	pthread_mutex_init(&pair->lock, NULL);
	must(!pthread_atfork(lock_pair, unlock_pair, unlock_pair));
	for (int i = 0; i < 3; i++)
		must(!pthread_create(&threads[i], NULL, count, NULL));
	for (int i = 0; i < 15; i++) {
		before = pair->first;
		pid = fork();
		if (!pid) {
			must(pair->first == pair->second && pair->first >= before);
			before = pair->first;
			for (int k = 0; k < 100; k++)
				free(malloc((size_t)k * 100));
			/* Nobody else writes to this process. */
			must(pair->first == before && pair->second == before);
			pair->first = 0;
			pair->second = 0;
			_exit(0);
		}
		must_exit(pid, 0);
		must(pair->first >= before);
	}
	pair->stop = true;
	for (int i = 0; i < 3; i++)
		must(!pthread_join(threads[i], NULL));
	must(pair->first == pair->second);
}

/* The space cannot be cloned when there is no descriptor left: it is copied. */
void case_fork_without_descriptors(void)
{
	char *p = must_map(PAGES);
	pid_t pid;

	fill(p, 0, 48, 1);
	must(!mprotect(p + 40 * page, 8 * page, PROT_NONE));
	while (dup(1) >= 0)
		;
	pid = fork();
	must(pid >= 0);
	if (!pid) {
		check(p, 0, 40, 1);
		must(!mprotect(p + 40 * page, 8 * page, PROT_READ | PROT_WRITE));
		check(p, 40, 48, 1);
		check(p, 48, 96, 0);
		fill(p, 0, 96, 2);
		free(malloc(1 << 20));
		_exit(0);
	}
	must_exit(pid, 0);
	check(p, 0, 40, 1);
	check(p, 48, 96, 0);
}
