// SPDX-License-Identifier: GPL-2.0
/*
 * No write is lost, and nothing fails, while threads write to a space with a small
 * budget, pin, evict and clone it, and another task
 *   settings   changes policy, budget, sampling, prefetcher, events and length
 *   cpus       takes a processor offline and online
 *   debugger   stops the threads one by one, steps them, reads and writes their memory
 *
 * usage: test-paging-races [SECONDS [settings|cpus|debugger]]
 */
#include "paging/races/races.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

struct shared *shared;
int space;
char *map;

size_t own_page(const struct writer *w, unsigned int i)
{
	return (size_t)i * WRITERS + w->nr;
}

volatile uint64_t *version_word(size_t nr)
{
	return (volatile uint64_t *)(map + nr * page + 8 * (nr % 500));
}

void count_lost(const struct writer *w, unsigned int i, uint64_t found, const char *how)
{
	if (atomic_fetch_add(&shared->lost, 1) < 10)
		diag("%s: page %zu: version %llu, found %llu", how, own_page(w, i),
		     (unsigned long long)w->version[i], (unsigned long long)found);
}

void count_failed(const char *what)
{
	if (atomic_fetch_add(&shared->failed, 1) < 10)
		diag("%s: %s", what, strerror(errno));
}

static void make_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
}

static void *alarm_clock(void *arg)
{
	msleep(*(unsigned int *)arg * 1000);
	atomic_store(&shared->stop, true);
	return NULL;
}

/* Run @disturb beside workers that are threads of this process. */
static unsigned long run_threads(unsigned long (*disturb)(struct writer *w), struct writer *w)
{
	pthread_t threads[WORKERS];
	unsigned long changes;

	workers_start(threads);
	changes = disturb(w);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	return changes;
}

static unsigned long run_process(struct writer *w)
{
	pid_t pid = workers_process();
	unsigned long stops = disturb_stop(w, pid);

	is((unsigned int)reap(pid), 0, "the process that was stopped ends");
	return stops;
}

static void report(const struct writer *w, unsigned long changes, const char *what)
{
	struct vmlab_paging_stats stats;

	for (unsigned int i = 0; i < OWN; i++) {
		uint64_t found = *version_word(own_page(w, i));

		if (found != w->version[i])
			count_lost(w, i, found, "at the end");
	}
	stats = paging_stats(space);
	for (int i = 0; i < WORKERS; i++)
		ok(shared->rounds[i], "worker %d: %lu rounds", i, shared->rounds[i]);
	ok(changes, "%s: %lu times", what, changes);
	ok(stats.stored && stats.loaded, "pages were stored and loaded: %llu, %llu",
	   (unsigned long long)stats.stored, (unsigned long long)stats.loaded);
	is(shared->lost, 0, "lost writes");
	is(shared->failed, 0, "requests that failed");
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 5;
	const char *mode = argc > 2 ? argv[2] : "settings";
	struct writer w = { .nr = WORKERS, .rng = random_state(1, WORKERS) };
	unsigned long long frames = module_frames();
	unsigned long changes = 0;
	pthread_t clock;

	if (!strcmp(mode, "cpus") && !cpus_can_change()) {
		skip("no processor can be taken offline", "lost writes");
		return tap_done();
	}
	make_shared();
	space = dev_open(O_RDWR);
	use_paging(space, .budget = BUDGET, .policy = VMLAB_POLICY_LRU);
	map = map_shared(space, PAGES);
	if (pthread_create(&clock, NULL, alarm_clock, &seconds))
		bail("pthread_create");
	if (!strcmp(mode, "settings"))
		changes = run_threads(disturb_settings, &w);
	else if (!strcmp(mode, "cpus"))
		changes = run_threads(disturb_cpus, &w);
	else if (!strcmp(mode, "debugger"))
		changes = run_process(&w);
	else
		bail("usage: test-paging-races [SECONDS [settings|cpus|debugger]]");
	pthread_join(clock, NULL);
	report(&w, changes, mode);
	unmap_and_close(space, map, PAGES);
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
