// SPDX-License-Identifier: GPL-2.0
/* Policies in BPF are swapped and unloaded while threads use the mapping. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/bpf/bpf.h"

#define WORKERS		2
#define WORK_PAGES	24
#define WORK_BUDGET	8

struct work {
	volatile uint64_t *map;
	atomic_bool stop;
	atomic_uint errors;
	atomic_ulong rounds;
};

static struct work work;

/* Each thread owns every WORKERS-th page and checks what it wrote last. */
static void *worker(void *arg)
{
	const size_t words = page_size() / sizeof(uint64_t);
	unsigned int self = (unsigned int)(uintptr_t)arg, seed = self + 1;
	uint64_t version[WORK_PAGES] = {};
	uint64_t n = 0;

	while (!atomic_load(&work.stop)) {
		unsigned int i = rand_r(&seed) % (WORK_PAGES / WORKERS) *
				 WORKERS + self;
		volatile uint64_t *page = work.map + i * words;

		if (page[n % words] != version[i] ||
		    page[words - 1] != version[i])
			atomic_fetch_add(&work.errors, 1);
		version[i] = ++n << 8 | i;
		for (size_t w = 0; w < words; w++)
			page[w] = version[i];
		atomic_fetch_add(&work.rounds, 1);
	}
	return NULL;
}

static int start_work(pthread_t threads[static WORKERS])
{
	int fd = dev_open(O_RDWR);

	use_paging(fd, .policy = VMLAB_POLICY_FIFO,
		   .budget = WORK_BUDGET);
	work.map = (volatile uint64_t *)map_shared(fd, WORK_PAGES);
	work.stop = false;
	for (uintptr_t i = 0; i < WORKERS; i++)
		if (pthread_create(&threads[i], NULL, worker, (void *)i))
			bail("pthread_create failed");
	return fd;
}

static void stop_work(pthread_t threads[static WORKERS], int fd)
{
	work.stop = true;
	for (unsigned int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	munmap((void *)work.map, WORK_PAGES * page_size());
	close(fd);
}

void swap_in_use(unsigned int ms)
{
	static const char *const names[] = {
		"fifo", "clock", "sieve", "stride", "hinted",
	};
	enum { NR = sizeof(names) / sizeof(*names) };
	struct policy_object *p[NR];
	pthread_t threads[WORKERS];
	unsigned long long end;
	unsigned int swaps = 0, failed = 0;
	uint32_t id[NR];
	int fd, other;

	for (unsigned int i = 0; i < NR; i++)
		p[i] = load_or_bail(examples, names[i], &id[i]);
	fd = start_work(threads);
	other = dev_open(O_RDONLY);
	for (end = now_ms() + ms; now_ms() < end; swaps++) {
		unsigned int i = swaps % (NR + 2);

		if (i < NR)
			failed += set_policy(fd, 0, VMLAB_POLICY_BPF, id[i]);
		else
			failed += set_policy(other, space_id(fd),
					     i == NR ? VMLAB_POLICY_LRU :
						       VMLAB_POLICY_RANDOM, 0);
		msleep(2);
	}
	is(failed, 0, "%u swaps between policies in BPF and built-in ones",
	   swaps);
	is(work.errors, 0, "... while two threads write, %lu rounds: no write is lost",
	   atomic_load(&work.rounds));
	ok(space_stats(fd).frames <= WORK_BUDGET + WORKERS,
	   "... within the budget");
	close(other);
	stop_work(threads, fd);
	for (unsigned int i = 0; i < NR; i++)
		policy_object_unload(p[i]);
}

void unload_in_use(void)
{
	pthread_t threads[WORKERS];
	struct vmlab_paging paging;
	struct policy_object *p;
	unsigned long rounds;
	uint32_t id, id2;
	int fd;

	p = load_or_bail(examples, "sieve", &id);
	fd = start_work(threads);
	if (set_policy(fd, 0, VMLAB_POLICY_BPF, id))
		bail("sieve: %s", strerror(errno));
	paging = get_paging(fd);
	ok(paging.policy == VMLAB_POLICY_BPF && paging.policy_id == id &&
	   paging.budget == WORK_BUDGET,
	   "PAGING_GET returns the policy in BPF and the old budget");
	msleep(200);
	policy_object_unload(p);
	rounds = work.rounds;
	msleep(200);
	paging = get_paging(fd);
	ok(paging.policy == VMLAB_POLICY_FIFO && !paging.policy_id,
	   "unloaded while in use: FIFO takes over");
	is(paging_stats(fd).policy_lost, 1, "... and that is counted");
	ok(work.rounds > rounds && !work.errors,
	   "... the threads go on writing, no write is lost");
	fails(set_policy(fd, 0, VMLAB_POLICY_BPF, id), ENOENT,
	      "POLICY_SET with the ID of an unloaded policy");
	p = load_or_bail(examples, "sieve", &id2);
	ok(id2 != id && !set_policy(fd, 0, VMLAB_POLICY_BPF, id2),
	   "loaded again it has another ID, and POLICY_SET works");
	works(set_policy(fd, 0, VMLAB_POLICY_CLOCK, 0),
	      "POLICY_SET of a built-in policy");
	is(paging_stats(fd).policy_lost, 1, "... does not count as a lost policy");
	stop_work(threads, fd);
	policy_object_unload(p);
}
