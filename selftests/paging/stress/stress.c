// SPDX-License-Identifier: GPL-2.0
/*
 * No write is ever lost: threads of several processes write, evict, clean,
 * fork, remap and change budget and policy at random.  Each page has a version
 * beside the space, and a lock under which page and version change together:
 * a page that does not hold its version has lost a write.
 *
 * usage: test-paging-stress [SECONDS [PROCESSES [THREADS [SEED [HOW]]]]]
 *
 * HOW is a directory: the backing of the space is a new file in it, and the
 * file must have all contents in the end.  Or it is "huge": frames are huge,
 * and the tested pages lie 11 apart, so that some share each huge frame and a
 * few lie behind the last one.  Seed 0: the time is the seed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/stress/stress.h"

#define PROCESSES_MAX	64
#define THREADS_MAX	64

static void *work(void *arg)
{
	struct worker *w = arg;

	w->map = map_space(MAP_SHARED);
	while (!atomic_load(&shared->stop))
		do_random_op(w);
	munmap(w->map, map_bytes());
	return NULL;
}

static void run_threads(unsigned int threads, uint64_t seed)
{
	struct worker w[THREADS_MAX] = {};
	unsigned int i;

	for (i = 0; i < threads; i++) {
		w[i].rng = random_state(seed, i);
		if (pthread_create(&w[i].thread, NULL, work, &w[i]))
			_exit(2);
	}
	for (i = 0; i < threads; i++)
		pthread_join(w[i].thread, NULL);
	_exit(0);
}

static void use_huge_frames(void)
{
	if (set_space(space, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		is(errno, EOPNOTSUPP, "no huge frames");
		skip("needs Linux 6.15 with transparent huge pages",
		     "lost writes in huge frames");
		exit(tap_done());
	}
	stride = HUGE_STRIDE;
}

/* Did evictions happen that can lose a write? */
static bool all_seen(void *unused)
{
	struct vmlab_paging_stats stats = paging_stats(space);

	(void)unused;
	return stats.stored && stats.loaded &&
	       (stride == 1 || (stats.huge_filled && stats.huge_evicted));
}

/* Compare what read(2) finds in the file. */
static void check_file(void)
{
	char *copy = malloc(PAGES * psize);
	unsigned int p, wrong = 0;

	works(fsync(space), "fsync");
	if (pread(file, copy, PAGES * psize, 0) != (ssize_t)(PAGES * psize))
		bail("pread: %s", strerror(errno));
	for (p = 0; p < PAGES; p++)
		wrong += !page_holds(copy, p, shared->page[p].version);
	is(wrong, 0, "pages of the file that are not the last version");
	free(copy);
}

static void make_shared(void)
{
	pthread_mutexattr_t attr;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->clean_lock, &attr);
}

static void run_processes(unsigned int seconds, unsigned int processes,
			  unsigned int threads, uint64_t seed)
{
	pid_t pid[PROCESSES_MAX];
	unsigned int i, bad = 0;
	int status;

	for (i = 0; i < processes; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			bail("fork: %s", strerror(errno));
		if (!pid[i])
			run_threads(threads, seed + i * 1000);
	}
	msleep(seconds * 1000);
	wait_until(all_seen, NULL);
	atomic_store(&shared->stop, true);
	for (i = 0; i < processes; i++) {
		while (waitpid(pid[i], &status, 0) < 0 && errno == EINTR)
			;
		bad += !WIFEXITED(status) || WEXITSTATUS(status);
	}
	is(bad, 0, "processes that failed");
}

static void check_pages(void)
{
	char *map = map_space(MAP_SHARED);

	for (unsigned int p = 0; p < PAGES; p++)
		check_page(map, p);
	if (file >= 0)
		check_file();
}

static void report(void)
{
	struct vmlab_paging_stats stats = paging_stats(space);
	unsigned long total = 0;

	for (unsigned int i = 0; i < NR_OPS; i++) {
		diag("%lu: %s", shared->ops[i], op_names[i]);
		total += shared->ops[i];
	}
	diag("evicted %llu, stored %llu, loaded %llu, over budget %llu",
	     (unsigned long long)stats.evicted,
	     (unsigned long long)stats.stored,
	     (unsigned long long)stats.loaded,
	     (unsigned long long)stats.over_budget);
	ok(total > 0 && stats.stored && stats.loaded,
	   "frames were stored and loaded");
	if (stride > 1)
		ok(stats.huge_filled && stats.huge_evicted,
		   "huge frames were filled and evicted: %llu, %llu",
		   (unsigned long long)stats.huge_filled,
		   (unsigned long long)stats.huge_evicted);
	is(shared->lost, 0, "lost writes in %lu operations", total);
	is(shared->private_lost, 0, "private copies lost");
	is(shared->undirty, 0, "written pages that the bitmap does not have");
	is(shared->failed, 0, "requests that failed");
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	unsigned int processes = argc > 2 ? atoi(argv[2]) : 2;
	unsigned int threads = argc > 3 ? atoi(argv[3]) : 4;
	uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
	struct worker w;

	if (!processes || processes > PROCESSES_MAX || !threads ||
	    threads > THREADS_MAX)
		bail("PROCESSES and THREADS are numbers from 1 to 64");
	psize = page_size();
	if (argc > 5 && strcmp(argv[5], "huge"))
		space = open_file_space(argv[5], PAGES * psize, &file);
	else
		space = dev_open(O_RDWR);
	if (argc > 5 && !strcmp(argv[5], "huge"))
		use_huge_frames();
	if (!seed)
		seed = (uint64_t)time(NULL);
	w = (struct worker){ .rng = seed | 1 };
	diag("%u s, %u processes, %u threads each, seed %llu%s", seconds,
	     processes, threads, (unsigned long long)seed,
	     stride > 1 ? ", huge frames" : "");
	make_shared();
	/* Without a budget the first touch fills a huge frame. */
	if (stride > 1)
		set_budget(&w, 0);
	else
		change_paging(&w);
	run_processes(seconds, processes, threads, seed);
	check_pages();
	report();
	return tap_done();
}
