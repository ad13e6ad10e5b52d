// SPDX-License-Identifier: GPL-2.0
/*
 * Policies in BPF: the examples decide as they should, page by page; programs
 * that answer nonsense do no harm; they come and go while they are used.
 *
 * usage: test-paging-bpf EXAMPLES-DIR TESTS-DIR [NUMBER-OF-RANDOM-STRINGS]
 *
 * The directories hold the BPF objects.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../tools/bpf/policies/hinted.h"
#include "paging/bad.h"
#include "paging/bpfobj.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define NONE		(~0ull)
#define PAGES_MAX	32
#define LENGTH_MAX	200

static const char *examples, *tests;

static struct policy_obj *load(const char *dir, const char *name, uint32_t *id)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", dir, name);
	return policy_obj_load(path, id);
}

/* One that must load. */
static struct policy_obj *must_load(const char *dir, const char *name,
				    uint32_t *id)
{
	struct policy_obj *p = load(dir, name, id);

	if (!p)
		bail("%s does not load: %s", name, strerror(errno));
	return p;
}

static int set_paging(int fd, uint32_t policy, uint32_t id, uint64_t budget,
		      uint32_t flags)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.flags = flags,
		.budget = budget,
		.policy = policy,
		.policy_id = id,
	};

	return ioctl(fd, VMLAB_IOC_PAGING_SET, &paging);
}

static struct vmlab_paging get_paging(int fd)
{
	struct vmlab_paging paging = { .size = sizeof(paging) };

	if (ioctl(fd, VMLAB_IOC_PAGING_GET, &paging))
		bail("VMLAB_IOC_PAGING_GET: %s", strerror(errno));
	return paging;
}

static struct vmlab_paging_stats paging_stats(int fd)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	return stats;
}

/* --- a string of accesses, and whom it evicts ------------------------------ */

/**
 * struct outcome - what a run came to
 * @victims: who left, in this order
 * @nr: how many
 * @filled: page faults as a textbook counts them
 * @lost: a page did not hold what was written to it
 */
struct outcome {
	uint64_t victims[LENGTH_MAX];
	unsigned int nr;
	uint64_t filled;
	bool lost;
	struct vmlab_paging_stats stats;
};

static void read_victims(int fd, struct outcome *out)
{
	struct vmlab_event events[64];
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) > 0) {
		size_t i, nr = (size_t)n / sizeof(*events);

		for (i = 0; i < nr; i++) {
			if (events[i].lost || out->nr == LENGTH_MAX)
				bail("events were lost");
			out->victims[out->nr++] = events[i].pgoff;
		}
	}
	if (errno != EAGAIN)
		bail("events: %s", strerror(errno));
}

/* Every second access is a write. */
static void run(uint32_t policy, uint32_t id, unsigned int frames,
		const uint64_t *ref, unsigned int nr, struct outcome *out)
{
	const size_t words = page_size() / sizeof(uint64_t);
	struct vmlab_events events = {
		.size = sizeof(events),
		.mask = 1u << VMLAB_EVENT_EVICT,
		.nr = 2 * LENGTH_MAX,
	};
	uint64_t version[PAGES_MAX] = {};
	volatile uint64_t *map;
	unsigned int i;
	int fd;

	memset(out, 0, sizeof(*out));
	fd = dev_open(O_RDWR | O_NONBLOCK);
	if (set_paging(fd, policy, id, frames, VMLAB_PAGING_STEPPING))
		bail("policy %u/%u: %s", policy, id, strerror(errno));
	if (ioctl(fd, VMLAB_IOC_EVENTS, &events))
		bail("VMLAB_IOC_EVENTS: %s", strerror(errno));
	map = (volatile uint64_t *)map_pages(fd, PAGES_MAX,
					     PROT_READ | PROT_WRITE,
					     MAP_SHARED, 0);
	for (i = 0; i < nr; i++) {
		volatile uint64_t *page = map + ref[i] * words;
		const size_t at = i * 37 % words;

		if (i % 2) {
			version[ref[i]] = (ref[i] << 32) + i + 1;
			for (size_t w = 0; w < words; w++)
				page[w] = version[ref[i]];
		} else if (page[at] != version[ref[i]] ||
			   page[words - 1] != version[ref[i]]) {
			out->lost = true;
		}
	}
	out->filled = space_stats(fd).filled;
	out->stats = paging_stats(fd);
	read_victims(fd, out);
	munmap((void *)map, PAGES_MAX * page_size());
	close(fd);
}

static bool same(const struct outcome *a, const struct outcome *b,
		 const char *what)
{
	unsigned int i;

	for (i = 0; i < a->nr && i < b->nr; i++) {
		if (a->victims[i] == b->victims[i])
			continue;
		diag("%s: eviction %u: page %llu, not %llu", what, i,
		     (unsigned long long)a->victims[i],
		     (unsigned long long)b->victims[i]);
		return false;
	}
	if (a->nr != b->nr || a->filled != b->filled || a->lost || b->lost) {
		diag("%s: %u evictions, not %u; %llu faults, not %llu%s", what,
		     a->nr, b->nr, (unsigned long long)a->filled,
		     (unsigned long long)b->filled,
		     a->lost || b->lost ? "; contents lost" : "");
		return false;
	}
	return true;
}

/* A string without an access of the same page twice in a row. */
static unsigned int random_string(uint64_t ref[static LENGTH_MAX],
				  unsigned int *frames)
{
	unsigned int pages = 3 + random() % (PAGES_MAX - 3);
	unsigned int i, len = 20 + random() % (LENGTH_MAX - 20);

	*frames = 1 + random() % 12;
	ref[0] = random() % pages;
	for (i = 1; i < len; i++) {
		do {
			ref[i] = random() % 2 ?
				 (uint64_t)random() % pages :
				 (ref[i - 1] + random() % 4) % pages;
		} while (ref[i] == ref[i - 1]);
	}
	return len;
}

static const uint64_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };

static void same_as_builtin(const char *name, uint32_t builtin,
			    unsigned int nr_strings)
{
	unsigned int s, agreed = 0, evictions = 0;
	struct outcome bpf, own;
	struct policy_obj *p;
	uint32_t id;

	p = must_load(examples, name, &id);
	for (unsigned int frames = 3; frames <= 4; frames++) {
		run(VMLAB_POLICY_BPF, id, frames, belady, 12, &bpf);
		run(builtin, 0, frames, belady, 12, &own);
		ok(same(&bpf, &own, name),
		   "%s in BPF, 1 2 3 4 1 2 5 1 2 3 4 5 with %u frames: %llu faults, and the victims of the built-in one",
		   name, frames, (unsigned long long)bpf.filled);
		if (builtin == VMLAB_POLICY_FIFO)
			is(bpf.filled, frames == 3 ? 9 : 10,
			   "... as many as the textbook has");
	}

	srandom(7);
	for (s = 0; s < nr_strings; s++) {
		uint64_t ref[LENGTH_MAX];
		unsigned int frames, len = random_string(ref, &frames);

		run(VMLAB_POLICY_BPF, id, frames, ref, len, &bpf);
		run(builtin, 0, frames, ref, len, &own);
		agreed += same(&bpf, &own, name) &&
			  !bpf.stats.policy_fallbacks &&
			  !bpf.stats.policy_refused;
		evictions += bpf.nr;
	}
	is(agreed, nr_strings,
	   "random strings on which %s in BPF and built in evict the same pages, %u in all",
	   name, evictions);
	policy_obj_unload(p);
}

/*
 * SIEVE from its definition: a row from old to new, a hand that goes from old
 * to new and round again, and stays where who left was.
 */
static void sieve_on_paper(const uint64_t *ref, unsigned int nr,
			   unsigned int frames, struct outcome *out)
{
	struct {
		uint64_t page;
		bool visited;
	} row[LENGTH_MAX];
	unsigned int used = 0, hand = 0, t, i;

	if (!frames)
		bail("no frames");
	memset(out, 0, sizeof(*out));
	for (t = 0; t < nr; t++) {
		for (i = 0; i < used && row[i].page != ref[t]; i++)
			;
		if (i < used) {
			row[i].visited = true;
			continue;
		}
		out->filled++;
		if (used == frames) {
			while (row[hand].visited) {
				row[hand].visited = false;
				hand = (hand + 1) % used;
			}
			out->victims[out->nr++] = row[hand].page;
			used--;
			memmove(&row[hand], &row[hand + 1],
				(used - hand) * sizeof(row[0]));
			/* It was the newest: on with the oldest. */
			if (hand == used)
				hand = 0;
		}
		row[used].page = ref[t];
		row[used++].visited = false;
	}
}

static void sieve(unsigned int nr_strings)
{
	unsigned int s, agreed = 0, evictions = 0;
	struct policy_obj *p;
	uint32_t id;

	p = must_load(examples, "sieve", &id);
	srandom(11);
	for (s = 0; s < nr_strings; s++) {
		uint64_t ref[LENGTH_MAX];
		struct outcome got, want;
		unsigned int frames, len = random_string(ref, &frames);

		run(VMLAB_POLICY_BPF, id, frames, ref, len, &got);
		sieve_on_paper(ref, len, frames, &want);
		agreed += same(&got, &want, "sieve") &&
			  !got.stats.policy_fallbacks &&
			  !got.stats.policy_refused;
		evictions += got.nr;
	}
	is(agreed, nr_strings,
	   "random strings on which SIEVE evicts as on paper, %u in all",
	   evictions);
	policy_obj_unload(p);
}

/* --- the others ------------------------------------------------------------ */

/* Faults of a walk by @stride over @pages pages, with a stray now and then. */
static struct vmlab_paging_stats walk(uint32_t policy, uint32_t id,
				      unsigned int pages, unsigned int stride,
				      uint64_t *filled)
{
	struct vmlab_paging_stats stats;
	int fd = dev_open(O_RDWR);
	volatile char *map;
	unsigned int i, n = 0;

	if (set_paging(fd, policy, id, 64, 0))
		bail("policy %u/%u: %s", policy, id, strerror(errno));
	map = map_pages(fd, pages, PROT_READ, MAP_SHARED, 0);
	for (i = 0; i < pages; i += stride) {
		(void)map[i * page_size()];
		/* Each of another page, which the walk does not touch. */
		if (++n % 5 == 0)
			(void)map[(n * 3 % 140 * stride + 3) * page_size()];
	}
	*filled = space_stats(fd).filled;
	stats = paging_stats(fd);
	munmap((void *)map, pages * page_size());
	close(fd);
	return stats;
}

static void finds_strides(void)
{
	struct vmlab_paging_stats stats;
	uint64_t without, with;
	struct policy_obj *p;
	uint32_t id;

	p = must_load(examples, "stride", &id);
	walk(VMLAB_POLICY_FIFO, 0, 1000, 7, &without);
	stats = walk(VMLAB_POLICY_BPF, id, 1000, 7, &with);
	diag("a walk by 7 with strays: %llu faults, %llu with prefetch; %llu brought, %llu used",
	     (unsigned long long)without, (unsigned long long)with,
	     (unsigned long long)stats.prefetched,
	     (unsigned long long)stats.prefetch_used);
	is(without, 143 + 28, "a walk by 7 over 1000 pages faults at every step");
	ok(with < without / 2, "the stride prefetcher saves most of the faults");
	ok(stats.prefetch_used * 10 > stats.prefetched * 8,
	   "more than 8 of 10 pages that it brings are used");
	is(stats.policy_refused, 0, "none of its requests is refused");
	policy_obj_unload(p);
}

static void follows_hints(void)
{
	struct vmlab_paging_stats stats;
	struct policy_obj *p;
	struct hint *hints;
	volatile char *map;
	uint64_t filled;
	unsigned int i;
	uint32_t id;
	int fd;

	p = must_load(examples, "hinted", &id);
	hints = policy_obj_map(p, "hints", HINTS * sizeof(*hints));
	fd = dev_open(O_RDWR);
	if (set_paging(fd, VMLAB_POLICY_BPF, id, 4, 0))
		bail("hinted: %s", strerror(errno));
	map = map_pages(fd, 64, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	hints[0].advice = HINT_KEEP;
	hints[2].advice = HINT_DONE;
	for (i = 0; i < 5; i++)
		map[i * page_size()] = (char)(i + 1);
	/* 0 1 2 3, and 4 came: 2 left. */
	filled = space_stats(fd).filled;
	is(map[0] + map[page_size()] + map[3 * page_size()] +
	   map[4 * page_size()], 1 + 2 + 4 + 5, "contents are right");
	is(space_stats(fd).filled, filled,
	   "the page that is done with left first");
	map[5 * page_size()] = 6;
	map[6 * page_size()] = 7;
	filled = space_stats(fd).filled;
	is(map[0], 1, "a page to keep holds what it held");
	is(space_stats(fd).filled, filled, "... and did not leave");

	/* A walk in an order that only the application knows. */
	memset(hints, 0, HINTS * sizeof(*hints));
	for (i = 0; i < 49; i++)
		hints[10 + i * 13 % 50] = (struct hint){
			.nr = 1,
			.next = 10 + (i + 1) * 13 % 50,
		};
	filled = space_stats(fd).filled;
	stats = paging_stats(fd);
	for (i = 0; i < 50; i++)
		(void)map[(10 + i * 13 % 50) * page_size()];
	filled = space_stats(fd).filled - filled;
	stats.prefetch_used = paging_stats(fd).prefetch_used -
			      stats.prefetch_used;
	diag("pointers followed: %llu faults, %llu pages came along and were used",
	     (unsigned long long)filled,
	     (unsigned long long)stats.prefetch_used);
	ok(filled == 1 && stats.prefetch_used == 49,
	   "pages that the application announced come along");
	is(paging_stats(fd).policy_fallbacks, 0, "no decision fell back");
	munmap((void *)map, 64 * page_size());
	close(fd);
	munmap(hints, HINTS * sizeof(*hints));
	policy_obj_unload(p);
}

/* --- programs that do what they should not --------------------------------- */

static void bad_one(uint32_t id, struct bad *bad, const char *what)
{
	struct outcome got, fifo;
	uint64_t ref[LENGTH_MAX];
	unsigned int frames, len;

	len = random_string(ref, &frames);
	frames = 5;
	bad->wrong = 0;
	bad->exits = 0;
	run(VMLAB_POLICY_BPF, id, frames, ref, len, &got);
	run(VMLAB_POLICY_FIFO, 0, frames, ref, len, &fifo);
	ok(same(&got, &fifo, what), "%s: FIFO decides, no contents are lost",
	   what);
	is(got.stats.policy_fallbacks, got.nr, "... and that is counted");
	is(got.stats.over_budget, 0, "... within the budget");
	is(bad->exits, 1, "... and exit() is called once");
}

static void bad_programs(void)
{
	struct vmlab_range range = {
		.size = sizeof(range),
		.op = VMLAB_RANGE_LOCK,
		.start = 3 * page_size(),
		.end = 4 * page_size(),
	};
	struct outcome out;
	struct policy_obj *p;
	struct bad *order;
	volatile char *map;
	unsigned int i;
	uint32_t id;
	int fd;

	p = must_load(tests, "bad", &id);
	order = policy_obj_map(p, "order", sizeof(*order));
	srandom(13);

	order->what = BAD_ANSWER;
	order->answer = NONE;
	bad_one(id, order, "it never names a page");
	order->answer = 1ull << 40;
	bad_one(id, order, "it names a page that is not there");
	order->answer = NONE - 1;
	bad_one(id, order, "it names the last offset that there is");
	order->what = BAD_PREV;
	bad_one(id, order, "it repeats what it is told");

	order->what = BAD_LISTS;
	order->answer = NONE;
	bad_one(id, order, "wrong arguments for every function");
	is(order->wrong, 0, "... each of which says that they are wrong");

	order->what = BAD_REQUESTS;
	order->answer = NONE;
	run(VMLAB_POLICY_BPF, id, 5, belady, 12, &out);
	ok(!out.lost && out.stats.policy_refused > 12 * 5,
	   "requests that make no sense: refused, nothing is lost");

	/* A page that is locked in memory is nobody's to choose. */
	order->what = BAD_ANSWER;
	order->answer = 3;
	fd = dev_open(O_RDWR);
	if (set_paging(fd, VMLAB_POLICY_BPF, id, 4, 0))
		bail("bad: %s", strerror(errno));
	map = map_pages(fd, 16, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	map[3 * page_size()] = 33;
	if (ioctl(fd, VMLAB_IOC_RANGE, &range))
		bail("VMLAB_RANGE_LOCK: %s", strerror(errno));
	for (i = 0; i < 16; i++)
		if (i != 3)
			map[i * page_size()] = (char)i;
	ok(map[3 * page_size()] == 33 && space_stats(fd).frames <= 4 &&
	   paging_stats(fd).policy_fallbacks == 16 - 4,
	   "it names a page that is locked: it stays, another leaves");
	for (i = 0; i < 16; i++)
		if (map[i * page_size()] != (i == 3 ? 33 : (char)i))
			break;
	is(i, 16, "... and all contents are there");

	/* init() may refuse, and only an errno counts as its answer. */
	order->init = -EBUSY;
	fails(set_paging(dev_open(O_RDWR), VMLAB_POLICY_BPF, id, 4, 0), EBUSY,
	      "init() refuses a space with an errno");
	order->init = 7;
	fails(set_paging(dev_open(O_RDWR), VMLAB_POLICY_BPF, id, 4, 0), EINVAL,
	      "... or with what is none");
	order->init = -1000000;
	fails(set_paging(dev_open(O_RDWR), VMLAB_POLICY_BPF, id, 4, 0), EINVAL,
	      "... or with a number below all of them");
	order->init = 0;

	fails(load(tests, "bad", &id) ? 0 : -1, EEXIST,
	      "a second policy of the same name does not load");
	munmap((void *)map, 16 * page_size());
	close(fd);
	munmap(order, sizeof(*order));
	policy_obj_unload(p);

	fails(load(tests, "sleepy", &id) ? 0 : -1, EINVAL,
	      "a policy that may sleep does not load");
	fails(load(tests, "novictim", &id) ? 0 : -1, EINVAL,
	      "a policy without victim() does not load");
}

/* --- while it is in use ---------------------------------------------------- */

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

/* Each thread owns every WORKERS-th page: what it wrote last must be there. */
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

	if (set_paging(fd, VMLAB_POLICY_FIFO, 0, WORK_BUDGET, 0))
		bail("paging: %s", strerror(errno));
	work.map = (volatile uint64_t *)map_pages(fd, WORK_PAGES,
						  PROT_READ | PROT_WRITE,
						  MAP_SHARED, 0);
	work.stop = false;
	for (uintptr_t i = 0; i < WORKERS; i++)
		if (pthread_create(&threads[i], NULL, worker, (void *)i))
			bail("pthread_create");
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

/* Change the policy alone, of the space itself or as root by its number. */
static int set_policy(int fd, uint64_t space, uint32_t policy, uint32_t id)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set),
		.space_id = space,
		.policy = policy,
		.policy_id = id,
	};

	return ioctl(fd, VMLAB_IOC_POLICY_SET, &set);
}

static void swap_in_use(unsigned int ms)
{
	static const char *const names[] = {
		"fifo", "clock", "sieve", "stride", "hinted",
	};
	enum { NR = sizeof(names) / sizeof(*names) };
	struct policy_obj *p[NR];
	pthread_t threads[WORKERS];
	unsigned long long end;
	unsigned int swaps = 0, failed = 0;
	uint32_t id[NR];
	int fd, other;

	for (unsigned int i = 0; i < NR; i++)
		p[i] = must_load(examples, names[i], &id[i]);
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
	is(work.errors, 0, "... while two threads go on, %lu rounds: no write is lost",
	   atomic_load(&work.rounds));
	ok(space_stats(fd).frames <= WORK_BUDGET + WORKERS,
	   "... within the budget");
	close(other);
	stop_work(threads, fd);
	for (unsigned int i = 0; i < NR; i++)
		policy_obj_unload(p[i]);
}

static void unload_in_use(void)
{
	pthread_t threads[WORKERS];
	struct vmlab_paging paging;
	struct policy_obj *p;
	unsigned long rounds;
	uint32_t id, id2;
	int fd;

	p = must_load(examples, "sieve", &id);
	fd = start_work(threads);
	if (set_policy(fd, 0, VMLAB_POLICY_BPF, id))
		bail("sieve: %s", strerror(errno));
	paging = get_paging(fd);
	ok(paging.policy == VMLAB_POLICY_BPF && paging.policy_id == id &&
	   paging.budget == WORK_BUDGET,
	   "PAGING_GET tells the policy in BPF; the budget stays");
	msleep(200);
	policy_obj_unload(p);
	rounds = work.rounds;
	msleep(200);
	paging = get_paging(fd);
	ok(paging.policy == VMLAB_POLICY_FIFO && !paging.policy_id,
	   "unloaded while in use: FIFO is in charge");
	is(paging_stats(fd).policy_lost, 1, "... and that is counted");
	ok(work.rounds > rounds && !work.errors,
	   "... the threads go on, no write is lost");
	fails(set_policy(fd, 0, VMLAB_POLICY_BPF, id), ENOENT,
	      "its number is good for nothing any more");
	p = must_load(examples, "sieve", &id2);
	ok(id2 != id && !set_policy(fd, 0, VMLAB_POLICY_BPF, id2),
	   "loaded again it has another number, and can be chosen");
	works(set_policy(fd, 0, VMLAB_POLICY_CLOCK, 0),
	      "a built-in one takes over");
	is(paging_stats(fd).policy_lost, 1, "... which is no loss");
	stop_work(threads, fd);
	policy_obj_unload(p);
}

static void requests(void)
{
	struct vmlab_policies list = { .size = sizeof(list), .nr = 0 };
	struct policy_obj *p;
	uint32_t id;
	int fd, ro;

	p = must_load(examples, "fifo", &id);
	fd = dev_open(O_RDWR);
	ro = dev_open(O_RDONLY);
	works(ioctl(ro, VMLAB_IOC_POLICIES, &list), "POLICIES with no room");
	is(list.nr, 1, "... tells how many there are");
	list.reserved = 1;
	fails(ioctl(ro, VMLAB_IOC_POLICIES, &list), EINVAL,
	      "POLICIES with a reserved member that is not 0");
	list.reserved = 0;
	list.nr = 1;
	list.policies = 8;
	fails(ioctl(ro, VMLAB_IOC_POLICIES, &list), EFAULT,
	      "POLICIES with a bad pointer");
	fails(set_paging(fd, VMLAB_POLICY_FIFO, id, 4, 0), EINVAL,
	      "a number of a policy in BPF with a built-in one");
	fails(set_paging(fd, VMLAB_POLICY_BPF, 0, 4, 0), ENOENT,
	      "a policy in BPF without a number");
	fails(set_paging(fd, VMLAB_POLICY_BPF, id + 1000, 4, 0), ENOENT,
	      "a number that no policy has");
	fails(set_paging(fd, VMLAB_POLICY_BPF + 1, 0, 4, 0), EINVAL,
	      "a policy that there is not");
	fails(set_policy(ro, 0, VMLAB_POLICY_FIFO, 0), EBADF,
	      "POLICY_SET through a file that is open for reading");
	fails(set_policy(fd, 1ull << 60, VMLAB_POLICY_FIFO, 0), ESRCH,
	      "POLICY_SET of a space that there is not");
	fails(set_policy(fd, 0, VMLAB_POLICY_OPT, 0), EINVAL,
	      "POLICY_SET of OPT, which has no trace here");
	close(ro);
	close(fd);

	/* Nothing of ours is open now: the policy alone holds the module. */
	fails(syscall(SYS_delete_module, "vmlab", O_NONBLOCK), EWOULDBLOCK,
	      "the module cannot be unloaded while a policy is loaded");
	policy_obj_unload(p);
}

/* --- kernels without it ---------------------------------------------------- */

static void absent(void)
{
	struct vmlab_policies list = { .size = sizeof(list) };
	int fd = dev_open(O_RDWR);

	fails(ioctl(fd, VMLAB_IOC_POLICIES, &list), EOPNOTSUPP,
	      "POLICIES without struct_ops");
	fails(set_paging(fd, VMLAB_POLICY_BPF, 1, 4, 0), EOPNOTSUPP,
	      "a policy in BPF without struct_ops");
	works(set_paging(fd, VMLAB_POLICY_CLOCK, 0, 4, 0),
	      "a built-in policy without struct_ops");
	close(fd);
	skip("this kernel has no struct_ops for modules", "policies in BPF");
}

int main(int argc, char **argv)
{
	bool usable = dev_info().features & VMLAB_FEAT_STRUCT_OPS;
	unsigned int major = 0, minor = 0, nr;
	struct utsname uts;

	if (argc < 3)
		bail("usage: %s EXAMPLES-DIR TESTS-DIR [STRINGS]", argv[0]);
	examples = argv[1];
	tests = argv[2];
	nr = argc > 3 ? (unsigned int)atoi(argv[3]) : 30;

	uname(&uts);
	if (sscanf(uts.release, "%u.%u", &major, &minor) != 2)
		bail("release %s", uts.release);
	is(usable, major > 6 || (major == 6 && minor >= 11),
	   "policies in BPF are there on Linux %u.%u or not, as they should",
	   major, minor);
	if (!usable) {
		absent();
		return tap_done();
	}

	if (!policy_obj_supported()) {
		skip("libbpf is older than 1.4", "policies in BPF");
		return tap_done();
	}

	same_as_builtin("fifo", VMLAB_POLICY_FIFO, nr);
	same_as_builtin("clock", VMLAB_POLICY_CLOCK, nr);
	sieve(nr);
	finds_strides();
	follows_hints();
	bad_programs();
	swap_in_use(2000);
	unload_in_use();
	requests();
	return tap_done();
}
