// SPDX-License-Identifier: GPL-2.0
/*
 * Sampling: no access faults without end: those of instructions and system calls that
 * access many pages, and those of threads.
 */
#include <fcntl.h>
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

#define PAGES	64

static size_t psize;

#define use_sample(fd, rate, ...)					\
	use_paging(fd, .flags = VMLAB_PAGING_SAMPLE, .sample = (rate),	\
		   ##__VA_ARGS__)

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
	char *source = last, *target = p + 5 * psize - 3;
	size_t nr = 20 * psize;
	int ends[2], file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);

	memset(p, 1, PAGES * psize);
	asm volatile("movq %1, (%0)" : : "r"(last), "r"(42UL) : "memory");
	/* Both operands lie on two pages. */
	asm volatile("movsq" : "+S"(source), "+D"(target) : : "memory");
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
#define ROUNDS	200

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

/* More threads than have pages at once, which keep as many as they may. */
#define CROWD	80

static void *count_common(void *arg)
{
	struct load *load = arg;
	uint64_t state = random_state(3, load->nr);

	for (unsigned int i = 0; i < load->rounds; i++)
		__atomic_fetch_add(common_counter(load->p, random_below(&state, PAGES)),
				   1, __ATOMIC_RELAXED);
	return NULL;
}

static int run_crowd(void *arg)
{
	static pthread_t thread[CROWD];
	static struct load load[CROWD];
	struct threads *t = arg;
	uint64_t sum = 0;

	for (uint64_t page = 0; page < PAGES; page++)
		*common_counter(t->p, page) = 0;
	for (unsigned int i = 0; i < CROWD; i++) {
		load[i] = (struct load){ .p = t->p, .nr = i, .rounds = t->rounds };
		if (pthread_create(&thread[i], NULL, count_common, &load[i]))
			return 2;
	}
	for (unsigned int i = 0; i < CROWD; i++)
		pthread_join(thread[i], NULL);
	for (uint64_t page = 0; page < PAGES; page++)
		sum += *common_counter(t->p, page);
	return sum != CROWD * (uint64_t)t->rounds;
}

static void crowd(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	struct threads t = { fd, map_shared(fd, PAGES), 50, false };

	use_sample(fd, VMLAB_SAMPLE_ALL, .sample_keep = VMLAB_SAMPLE_KEEP_MAX);
	is(run_bounded(run_crowd, &t), 0, "%d threads that keep many pages", CROWD);
	use_sample(fd, VMLAB_SAMPLE_ALL);
	is(run_bounded(run_crowd, &t), 0, "... and that keep none");
	unmap_and_close(fd, t.p, PAGES);
}

static void progress(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK), result;
	struct threads t = { fd, map_shared(fd, PAGES), ROUNDS, false };
	struct vmlab_event event;
	unsigned long long begin, faults;
	struct vmlab_space_stats stats;

	use_sample(fd, VMLAB_SAMPLE_ALL);
	is(run_bounded(many_pages, t.p), 0,
	   "instructions and system calls that access many pages");
	use_sample(fd, VMLAB_SAMPLE_ALL, .budget = 20);
	is(run_bounded(many_pages, t.p), 0, "... with few frames");

	range(fd, VMLAB_RANGE_DROP, 0, PAGES);
	use_sample(fd, VMLAB_SAMPLE_ALL);
	works(set_events(fd, 1u << VMLAB_EVENT_ACCESS, 4096), "events");
	begin = now_ms();
	stats = space_stats(fd);
	faults = stats.filled + stats.mapped;
	is(run_bounded(run_threads, &t), 0, "%d threads that access all pages",
	   THREADS);
	stats = space_stats(fd);
	faults = stats.filled + stats.mapped - faults;
	diag("%d x %d rounds took %llu ms and %llu faults", THREADS, ROUNDS,
	     now_ms() - begin, faults);
	/* Each round has three pages. */
	ok(faults <= 5 * THREADS * ROUNDS, "... fault little more than once each");
	ok(read(fd, &event, sizeof(event)) == sizeof(event) &&
	   event.type == VMLAB_EVENT_ACCESS, "... are recorded");
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
	progress();
	crowd();
	return tap_done();
}
