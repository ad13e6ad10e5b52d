// SPDX-License-Identifier: GPL-2.0
/* fork(2) while threads write: the child has all memory as of one instant. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { PAGES = 40, FORKS = 20 };

static atomic_bool stop;
static char *managed;
/* Not managed: written after the first page, before the second one. */
static volatile uint64_t variable;
/* Written after all pages, by a thread that has seen the last one. */
static volatile uint64_t *follower;

static volatile uint64_t *word(size_t n)
{
	return (volatile uint64_t *)(managed + n * page);
}

static void *write_in_turn(void *arg)
{
	(void)arg;
	for (uint64_t v = 1; !atomic_load(&stop); v++) {
		for (size_t i = 0; i < PAGES; i++) {
			*word(i) = v;
			if (!i)
				variable = v;
		}
	}
	return NULL;
}

static void *follow(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop))
		*follower = *word(PAGES - 1);
	return NULL;
}

/* In the child, whose memory does not change. */
static void check(void)
{
	const uint64_t first = *word(0);

	must(variable <= first && variable >= *word(1));
	for (size_t i = 1; i < PAGES; i++)
		must(*word(i) <= *word(i - 1) && *word(i) + 1 >= first);
	must(*follower <= *word(PAGES - 1));
}

void case_fork_instant(void)
{
	pthread_t threads[2];

	managed = must_map(PAGES);
	follower = (volatile uint64_t *)must_map(1);
	must(!pthread_create(&threads[0], NULL, write_in_turn, NULL));
	must(!pthread_create(&threads[1], NULL, follow, NULL));
	for (unsigned int i = 0; i < FORKS; i++) {
		const pid_t pid = fork();

		must(pid >= 0);
		if (!pid) {
			check();
			_exit(0);
		}
		must_exit(pid, 0);
		usleep(1000 * (i % 4));
	}
	atomic_store(&stop, true);
	must(!pthread_join(threads[0], NULL) && !pthread_join(threads[1], NULL));
}
