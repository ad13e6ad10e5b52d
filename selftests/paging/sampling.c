// SPDX-License-Identifier: GPL-2.0
/*
 * Sampling: the events of accesses are those that a program made, and no access
 * faults without end.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "sim.h"

#define PAGES	64
#define ACCESSES 3000
#define ROOM	(4 * ACCESSES)
#define MASK	(1u << VMLAB_EVENT_ACCESS | 1u << VMLAB_EVENT_DROP)

static size_t psize;

#define use_sample(fd, rate, ...)					\
	use_paging(fd, .flags = VMLAB_PAGING_SAMPLE, .sample = (rate),	\
		   ##__VA_ARGS__)

/* --- settings ---------------------------------------------------------------- */

static void settings(void)
{
	int fd = dev_open(O_RDWR), clone;
	struct vmlab_paging paging;

	fails(set_paging(fd, .sample = 1), EINVAL, "a sample without the flag");
	fails(set_paging(fd, .sample_keep = 1), EINVAL,
	      "pages to keep without the flag");
	fails(set_paging(fd, .flags = VMLAB_PAGING_STEPPING, .sample = 1), EINVAL,
	      "a sample of stepping");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE), EINVAL, "no sample");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE,
			 .sample = VMLAB_SAMPLE_ALL + 1), EINVAL, "more than all");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE, .sample = 1,
			 .sample_keep = VMLAB_SAMPLE_KEEP_MAX + 1), EINVAL,
	      "too many pages to keep");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE | VMLAB_PAGING_STEPPING,
			 .sample = 1), EINVAL, "sampling and stepping");
	fails(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE << 1), EINVAL,
	      "an unknown flag");
	works(set_paging(fd, .flags = VMLAB_PAGING_SAMPLE | VMLAB_PAGING_AROUND,
			 .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 4,
			 .sample = VMLAB_SAMPLE_ALL,
			 .sample_keep = VMLAB_SAMPLE_KEEP_MAX),
	      "the highest values, and around");
	paging = get_paging(fd);
	ok(paging.flags == (VMLAB_PAGING_SAMPLE | VMLAB_PAGING_AROUND) &&
	   paging.sample == VMLAB_SAMPLE_ALL &&
	   paging.sample_keep == VMLAB_SAMPLE_KEEP_MAX, "GET returns them");
	clone = clone_space(fd);
	is(get_paging(clone).sample, VMLAB_SAMPLE_ALL, "a clone has them");
	close(clone);

	paging = (struct vmlab_paging){
		.size = offsetof(struct vmlab_paging, sample),
		.sample = 1,
	};
	works(paging_set(fd, &paging), "a SET of the size before");
	is(get_paging(fd).sample, 0, "... ends sampling");
	close(fd);
}

/* --- sequences --------------------------------------------------------------- */

/*
 * The pages that a program accesses; @nr is less than their number where some
 * are not to be seen.
 */
struct sequence {
	uint64_t page[ROOM];
	unsigned int nr;
};

static void add(struct sequence *s, uint64_t page)
{
	/* A repeat may be seen or not. */
	if (s->nr < ROOM && (!s->nr || s->page[s->nr - 1] != page))
		s->page[s->nr++] = page;
}

/* Read all events; return how many of them are no accesses to a page of the sample. */
static unsigned int read_events(int fd, struct sequence *s, uint32_t sample,
				unsigned int *filled)
{
	static struct vmlab_event event[256];
	unsigned int others = 0;
	ssize_t got;

	s->nr = 0;
	*filled = 0;
	while ((got = read(fd, event, sizeof(event))) > 0) {
		for (size_t i = 0; i < (size_t)got / sizeof(*event); i++) {
			others += event[i].type != VMLAB_EVENT_ACCESS ||
				  event[i].lost ||
				  vmlab_sample_hash(event[i].pgoff) >= sample;
			*filled += !!(event[i].arg & VMLAB_EVENT_ACCESS_FILLED);
			add(s, event[i].pgoff);
		}
	}
	return others;
}

static bool equal(const struct sequence *a, const struct sequence *b)
{
	for (unsigned int i = 0; i < a->nr && i < b->nr; i++) {
		if (a->page[i] != b->page[i]) {
			diag("access %u is to %llu, not %llu", i,
			     (unsigned long long)b->page[i],
			     (unsigned long long)a->page[i]);
			return false;
		}
	}
	if (a->nr != b->nr)
		diag("%u accesses instead of %u", b->nr, a->nr);
	return a->nr == b->nr;
}

/* The pages that a thread holds, the last one last. */
struct held {
	uint64_t page[VMLAB_SAMPLE_KEEP_MAX + 1];
	unsigned int nr;
};

/* Is an access seen, with @keep pages kept? */
static bool is_seen(struct held *held, uint64_t page, unsigned int keep)
{
	for (unsigned int i = 0; i < held->nr; i++)
		if (held->page[i] == page)
			return false;
	if (held->nr > keep) {
		unsigned int drop = held->nr - keep;

		memmove(held->page, held->page + drop, keep * sizeof(*held->page));
		held->nr = keep;
	}
	held->page[held->nr++] = page;
	return true;
}

/* Random accesses of one thread, compared with the events. */
static void sequence(uint32_t sample, unsigned int keep, uint64_t budget)
{
	static struct sequence made, seen;
	static uint64_t order[ACCESSES];
	struct vmlab_space_stats before, after;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	uint64_t state = random_state(1, keep);
	volatile char *p = map_shared(fd, PAGES);
	unsigned int sampled = 0, filled, others;
	struct held held = { .nr = 0 };

	for (unsigned int i = 0; i < ACCESSES; i++)
		order[i] = random_below(&state, PAGES);
	for (uint64_t page = 0; page < PAGES; page++)
		sampled += vmlab_sample_hash(page) < sample;
	use_sample(fd, sample, .sample_keep = keep, .budget = budget,
		   .policy = VMLAB_POLICY_LRU);
	works(set_events(fd, MASK, ROOM), "events");
	made.nr = 0;
	before = space_stats(fd);
	for (unsigned int i = 0; i < ACCESSES; i++) {
		uint64_t page = order[i];

		if (i % 2)
			p[page * psize]++;
		else
			(void)p[page * psize];
		if (vmlab_sample_hash(page) < sample && is_seen(&held, page, keep))
			add(&made, page);
	}
	after = space_stats(fd);
	others = read_events(fd, &seen, sample, &filled);
	diag("%u of %u pages, keep %u, budget %llu: %u accesses, %llu faults",
	     sampled, PAGES, keep, (unsigned long long)budget, seen.nr,
	     (unsigned long long)(after.filled + after.mapped - before.filled -
				  before.mapped));
	is(others, 0, "only events of the sample");
	ok(equal(&made, &seen), "%u pages, keep %u, budget %llu: the accesses made",
	   sampled, keep, (unsigned long long)budget);
	if (!budget) {
		is(filled, sampled, "each page is filled once");
		ok(after.filled + after.mapped - before.filled - before.mapped <=
		   seen.nr + PAGES + 64, "others are mapped once");
	} else if (sample == VMLAB_SAMPLE_ALL && !keep) {
		is(after.filled - before.filled,
		   sim_faults((struct sim_policy){ .id = VMLAB_POLICY_LRU },
			      (unsigned int)budget, order, ACCESSES, 0),
		   "LRU is exact");
	}
	unmap_and_close(fd, (void *)p, PAGES);
}

/* Pages that are mapped when sampling begins are seen, and at a lower rate others not. */
static void change_rate(void)
{
	static struct sequence seen;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	volatile char *p = map_shared(fd, PAGES);
	const uint32_t half = VMLAB_SAMPLE_ALL / 2;
	unsigned int filled, in_half = 0;

	for (unsigned int i = 0; i < PAGES; i++) {
		p[i * psize] = 1;
		in_half += vmlab_sample_hash(i) < half;
	}
	use_sample(fd, half);
	works(set_events(fd, MASK, ROOM), "events");
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 2;
	is(read_events(fd, &seen, half, &filled), 0, "only events of the sample");
	is(seen.nr, in_half, "mapped pages are seen when sampling begins");
	is(filled, 0, "... and they were resident");
	use_sample(fd, VMLAB_SAMPLE_ALL);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 3;
	read_events(fd, &seen, VMLAB_SAMPLE_ALL, &filled);
	is(seen.nr, PAGES, "all pages are seen when the sample grows");
	use_sample(fd, 1);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 4;
	is(read_events(fd, &seen, 1, &filled), 0, "a sample that shrinks");
	use_paging(fd, .budget = 0);
	for (unsigned int i = 0; i < PAGES; i++)
		p[i * psize] = 5;
	is(read_events(fd, &seen, 1, &filled), 0, "no sample, no events");
	is(seen.nr, 0, "... at all");
	unmap_and_close(fd, (void *)p, PAGES);
}

static void drops(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	volatile char *p = map_shared(fd, PAGES);
	struct vmlab_event event[2 * PAGES];
	const uint32_t half = VMLAB_SAMPLE_ALL / 2;
	unsigned int in_half = 0, wrong = 0;
	ssize_t nr;

	use_sample(fd, half);
	for (unsigned int i = 0; i < PAGES; i++) {
		p[i * psize] = 1;
		in_half += vmlab_sample_hash(i) < half;
	}
	works(set_events(fd, MASK, ROOM), "events");
	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	nr = read(fd, event, sizeof(event)) / (ssize_t)sizeof(*event);
	for (ssize_t i = 0; i < nr; i++)
		wrong += event[i].type != VMLAB_EVENT_DROP ||
			 vmlab_sample_hash(event[i].pgoff) >= half;
	is(nr, in_half, "an event for each page of the sample that is dropped");
	is(wrong, 0, "... and for no other");
	unmap_and_close(fd, (void *)p, PAGES);
}

static void huge(void)
{
	static struct sequence seen;
	const size_t pages = (2 << 20) / psize;
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	struct vmlab_paging_stats stats;
	unsigned int filled, bad = 0;
	volatile char *p, *whole;

	set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO);
	whole = mmap(NULL, 2 * pages * psize, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = (char *)(((uintptr_t)whole + pages * psize - 1) & -(pages * psize));
	if (mmap((void *)p, pages * psize, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, fd, 0) != p)
		bail("mmap: %s", strerror(errno));
	madvise((void *)p, pages * psize, MADV_HUGEPAGE);
	p[psize] = 7;
	if (!paging_stats(fd).huge_filled) {
		skip("no huge frames here", "huge frames while sampling");
	} else {
		use_sample(fd, VMLAB_SAMPLE_ALL);
		works(set_events(fd, MASK, ROOM), "events");
		for (size_t i = 0; i < pages; i++)
			bad += p[i * psize] != (i == 1 ? 7 : 0);
		is(bad, 0, "the contents of a huge frame stay");
		read_events(fd, &seen, VMLAB_SAMPLE_ALL, &filled);
		is(seen.nr, pages, "each of its pages is seen");
		stats = paging_stats(fd);
		is(stats.huge_filled, 1, "no other huge frame is filled");
		is(stats.huge_evicted, 1, "the one that was there is evicted");
	}
	munmap((void *)whole, 2 * pages * psize);
	close(fd);
}

/* --- progress ---------------------------------------------------------------- */

/*
 * Access several pages in one instruction, and by the kernel.  Returns 0, or the
 * number of the step that went wrong.
 */
static int many_pages(void *arg)
{
	char *p = arg, *last = p + 2 * psize - 4;
	char *from = p + 8 * psize, *to = p + 40 * psize - 100;
	struct iovec local = { p + 8 * psize, 20 * psize };
	struct iovec remote = { p + 36 * psize, 20 * psize };
	const ssize_t most = 50 * psize, some = 3 * psize;
	size_t nr = 20 * psize;
	int ends[2], file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);

	memset(p, 1, PAGES * psize);
	*(volatile uint64_t *)last = 42;
	/* Both operands lie on two pages. */
	asm volatile("movsq" : :
		     "S"(last), "D"(p + 5 * psize - 3) : "memory");
	if (memcmp(last, p + 5 * psize - 3, 8))
		return 1;
	memset(from, 2, nr);
	asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(nr) : : "memory");
	if (p[45 * psize] != 2)
		return 2;
	if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) !=
	    20 * (ssize_t)psize)
		return 3;
	if (write(file, p, most) != most ||
	    pread(file, p + psize / 2, most, 0) != most)
		return 4;
	if (pipe(ends) || write(ends[1], p + psize - 5, some) != some ||
	    read(ends[0], p + 7 * psize - 5, some) != some)
		return 5;
	if (syscall(SYS_futex, p, FUTEX_CMP_REQUEUE, 1, 1, p + 9 * psize,
		    *(int *)p) < 0)
		return 6;
	return mlock(p, 10 * psize) || munlock(p, 10 * psize) ? 7 : 0;
}

#define THREADS	4
#define ROUNDS	(getenv("R") ? atoi(getenv("R")) : 3000)

/*
 * Counters of threads.  One on each page, which any thread increments; and one
 * across the start of each page but the first, which only thread PAGE % THREADS does.
 */
struct load {
	char *p;
	uint64_t nr;
	unsigned int rounds;	/* 0: without end */
	int *done;
};

static uint32_t *common_counter(char *p, uint64_t page)
{
	return (uint32_t *)(p + page * psize + 64);
}

static char *own_counter(char *p, uint64_t page)
{
	return p + page * psize - 4;
}

static uint64_t get_own(char *p, uint64_t page)
{
	uint64_t value;

	memcpy(&value, own_counter(p, page), sizeof(value));
	return value;
}

static void *count(void *arg)
{
	struct load *load = arg;
	uint64_t state = random_state(2, load->nr);

	for (unsigned int i = 0; !load->rounds || i < load->rounds; i++) {
		uint64_t page = random_below(&state, PAGES / THREADS) * THREADS +
				load->nr;

		__atomic_fetch_add(common_counter(load->p,
						  random_below(&state, PAGES)),
				   1, __ATOMIC_RELAXED);
		/* One instruction for two pages. */
		if (page)
			asm volatile("addq $1, (%0)" : :
				     "r"(own_counter(load->p, page)) : "memory");
	}
	__atomic_fetch_add(load->done, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Change the sample until the threads are done. */
static void change_sample(int fd, int *done)
{
	static const uint32_t rates[] = {
		VMLAB_SAMPLE_ALL, VMLAB_SAMPLE_ALL / 3, VMLAB_SAMPLE_ALL / 50, 0,
		VMLAB_SAMPLE_ALL / 2,
	};

	for (unsigned int i = 0; __atomic_load_n(done, __ATOMIC_RELAXED) < THREADS;
	     i++) {
		uint32_t rate = rates[i % 5];

		use_paging(fd, .sample = rate,
			   .sample_keep = rate ? i % (VMLAB_SAMPLE_KEEP_MAX + 1) : 0,
			   .flags = rate ? VMLAB_PAGING_SAMPLE : 0,
			   .budget = i % 3 ? 0 : PAGES / 2);
		msleep(5);
	}
}

struct threads {
	int fd;
	char *p;
	unsigned int rounds;
	bool change;
};

static int run_threads(void *arg)
{
	struct threads *t = arg;
	pthread_t thread[THREADS];
	struct load load[THREADS];
	uint64_t common = 0, own = 0;
	int done = 0;

	for (unsigned int i = 0; i < THREADS; i++) {
		load[i] = (struct load){ t->p, i, t->rounds, &done };
		if (pthread_create(&thread[i], NULL, count, &load[i]))
			return 2;
	}
	if (t->change)
		change_sample(t->fd, &done);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (uint64_t page = 0; page < PAGES; page++) {
		common += *common_counter(t->p, page);
		own += page ? get_own(t->p, page) : 0;
	}
	/* Thread 0 does not count when it draws page 0. */
	return common != THREADS * (uint64_t)t->rounds ||
	       own > common || own < common * 9 / 10;
}

static void progress(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK), result;
	struct threads t = { fd, map_shared(fd, PAGES), ROUNDS, false };
	static struct sequence seen;
	unsigned int filled;

	use_sample(fd, VMLAB_SAMPLE_ALL);
	is(run_bounded(many_pages, t.p), 0,
	   "instructions and system calls that access many pages");
	use_sample(fd, VMLAB_SAMPLE_ALL, .budget = 20);
	is(run_bounded(many_pages, t.p), 0, "... with few frames");

	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	use_sample(fd, VMLAB_SAMPLE_ALL);
	works(set_events(fd, MASK, VMLAB_EVENTS_MAX / 4), "events");
	diag("%llu", now_ms());
	is(run_bounded(run_threads, &t), 0, "%d threads that access all pages",
	   THREADS);
	is(read_events(fd, &seen, VMLAB_SAMPLE_ALL, &filled), 0, "... are recorded");
	diag("%llu, %u accesses", now_ms(), seen.nr);
	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	t.change = true;
	is(run_bounded(run_threads, &t), 0, "... while the sample changes");

	use_sample(fd, VMLAB_SAMPLE_ALL);
	t = (struct threads){ fd, t.p, 0, false };
	for (int i = 0; i < 5; i++) {
		pid_t pid = spawn(run_threads, &t);

		msleep(100);
		kill(pid, SIGKILL);
		if (!ok(reap_in_time(pid, &result) && result == 128 + SIGKILL,
			"SIGKILL ends threads that are sampled"))
			break;
	}
	unmap_and_close(fd, t.p, PAGES);
}

int main(void)
{
	psize = page_size();
	settings();
	sequence(VMLAB_SAMPLE_ALL, 0, 0);
	sequence(VMLAB_SAMPLE_ALL, 0, 10);
	sequence(VMLAB_SAMPLE_ALL, 1, 0);
	sequence(VMLAB_SAMPLE_ALL, VMLAB_SAMPLE_KEEP_MAX, 0);
	sequence(VMLAB_SAMPLE_ALL / 4, 0, 0);
	sequence(VMLAB_SAMPLE_ALL / 4, 4, 0);
	sequence(1, 0, 0);
	change_rate();
	drops();
	huge();
	progress();
	return tap_done();
}
