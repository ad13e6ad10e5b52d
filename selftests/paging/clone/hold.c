// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_CLONE_HOLD: a clone has all pages as of one instant, while threads write; and the
 * ends of a hold.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

enum {
	CHAIN = 61,		/* pages that one thread writes in turn */
	FOLLOWS = CHAIN,	/* pages that others write when they have seen the last */
	FOLLOWS_THAT,
	PAGES,
	MAPPED = 1024,		/* room for huge frames */
	CLONES = 60,
	MOST_MS = 10000,	/* fewer clones where the machine is slow */
	HOLD_MS = 1000,		/* a hold ends by itself */
	TRIES = 10,
};

static int fd;
static char *source;
static atomic_bool stop;
/* Memory that fork(2) copies, written after page 0 and before page 1. */
static volatile uint64_t private_word;

static volatile uint64_t *word(char *p, size_t n)
{
	return (volatile uint64_t *)(p + n * page);
}

/* Write each version to all pages, one after another, from the first or from the last. */
static void *write_chain(void *arg)
{
	const bool down = arg;

	for (uint64_t v = 1; !atomic_load(&stop); v++) {
		for (size_t i = 0; i < CHAIN; i++) {
			*word(source, down ? CHAIN - 1 - i : i) = v;
			if (!i)
				private_word = v;
		}
	}
	return NULL;
}

/* Write what is in the last page of the chain to two other pages. */
static void *follow_chain(void *arg)
{
	const size_t last = arg ? 0 : CHAIN - 1;

	while (!atomic_load(&stop)) {
		uint64_t v = *word(source, last);

		*word(source, FOLLOWS) = v;
		*word(source, FOLLOWS_THAT) = v;
	}
	return NULL;
}

static void *evict_pages(void *arg)
{
	uint64_t rng = random_state(1, 5);
	struct vmlab_range r;

	(void)arg;
	while (!atomic_load(&stop))
		try_range(fd, VMLAB_RANGE_EVICT, random_below(&rng, PAGES), 1, &r);
	return NULL;
}

/* Can these pages have existed at one instant?  @own: the private word then, or 0. */
static bool consistent(char *p, bool down, uint64_t own)
{
	const size_t first = down ? CHAIN - 1 : 0, last = down ? 0 : CHAIN - 1;
	uint64_t v = *word(p, first), before = v;

	if (own && (own > v || own < *word(p, down ? first - 1 : 1)))
		return false;
	for (size_t i = 0; i < CHAIN; i++) {
		uint64_t next = *word(p, down ? CHAIN - 1 - i : i);

		if (next > before || next + 1 < v)
			return false;
		before = next;
	}
	return *word(p, FOLLOWS) <= *word(p, last) &&
	       *word(p, FOLLOWS_THAT) <= *word(p, FOLLOWS);
}

static int clone_now(uint32_t flags)
{
	struct vmlab_clone clone = { .size = sizeof(clone), .flags = flags };

	return ioctl(fd, VMLAB_IOC_CLONE, &clone) ? -1 : clone.fd;
}

static int must_clone(uint32_t flags)
{
	int clone = clone_now(flags);

	if (clone < 0)
		bail("VMLAB_IOC_CLONE: %s", strerror(errno));
	return clone;
}

/* Clone once, with fork(2) if asked.  Returns whether the copy is consistent. */
static bool clone_once(uint32_t flags, bool forked, bool down)
{
	int clone = must_clone(flags), status;
	uint64_t own = 0;
	bool good;
	char *p;
	pid_t pid;

	if (forked) {
		pid = fork();
		if (!pid) {
			p = map_shared(clone, PAGES);
			_exit(!consistent(p, down, private_word));
		}
		close(clone);
		return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
	}
	p = map_shared(clone, PAGES);
	good = consistent(p, down, own);
	unmap_and_close(clone, p, PAGES);
	return good;
}

/* Clone again and again while threads write.  Returns how many were inconsistent. */
static unsigned int clone_often(uint32_t flags, bool forked, bool down, bool evict)
{
	const unsigned long long begin = now_ms();
	unsigned int bad = 0, n;
	pthread_t thread[3];

	fd = dev_open(O_RDWR);
	set_space(fd, down ? VMLAB_SPACE_HUGE : 0, 0, VMLAB_BACKING_ZERO);
	if (evict)
		use_paging(fd, .budget = PAGES / 2, .policy = VMLAB_POLICY_CLOCK);
	source = map_shared(fd, MAPPED);
	private_word = 0;
	atomic_store(&stop, false);
	pthread_create(&thread[0], NULL, write_chain, down ? source : NULL);
	pthread_create(&thread[1], NULL, follow_chain, down ? source : NULL);
	if (evict)
		pthread_create(&thread[2], NULL, evict_pages, NULL);
	for (n = 0; n < CLONES && now_ms() - begin < MOST_MS; n++) {
		bad += !clone_once(flags, forked, down);
		/* Each of them writes the pages in between. */
		msleep(n % 4);
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < 2u + evict; i++)
		pthread_join(thread[i], NULL);
	unmap_and_close(fd, source, MAPPED);
	diag("  %u of %u clones are not as of one instant", bad, n);
	return bad;
}

static void one_instant(void)
{
	unsigned long long before = module_frames();

	for (unsigned int i = 0; i < 8; i++) {
		const bool forked = i & 1, down = i & 2, evict = i & 4;

		is(clone_often(VMLAB_CLONE_HOLD, forked, down, evict), 0,
		   "clones of one instant%s%s%s", forked ? ", with fork" : "",
		   down ? ", from the last page down, huge" : "", evict ? ", evicted" : "");
	}
	is(module_frames(), before, "no frame is left");
	diag("without the flag, for comparison:");
	clone_often(0, true, false, false);
}

/* A thread that accesses the first page. */
static struct {
	pthread_t id;
	atomic_bool started, done;
	bool by_kernel;
	int zero;
} other;

static void *access_page(void *arg)
{
	(void)arg;
	atomic_store(&other.started, true);
	if (other.by_kernel) {
		if (read(other.zero, source, 8) != 8)
			diag("  read: %s", strerror(errno));
	} else {
		*word(source, 0) = 7;
	}
	atomic_store(&other.done, true);
	return NULL;
}

static bool is_started(void *arg)
{
	(void)arg;
	return atomic_load(&other.started);
}

static bool is_done(void *arg)
{
	(void)arg;
	return atomic_load(&other.done);
}

static void start_other(bool by_kernel)
{
	atomic_store(&other.started, false);
	atomic_store(&other.done, false);
	other.by_kernel = by_kernel;
	pthread_create(&other.id, NULL, access_page, NULL);
	wait_until(is_started, NULL);
	msleep(50);
}

static void open_source(void)
{
	fd = dev_open(O_RDWR);
	source = map_shared(fd, PAGES);
	for (size_t i = 0; i < PAGES; i++)
		*word(source, i) = 1;
}

enum end { BY_MMAP, BY_CLOSE, BY_CLOSE_OF_A_COPY, BY_TIME };

static void end_hold(int clone, enum end end)
{
	int copy;

	switch (end) {
	case BY_MMAP:
		munmap(map_shared(clone, 1), page);
		break;
	case BY_CLOSE:
		close(clone);
		break;
	case BY_CLOSE_OF_A_COPY:
		copy = dup(clone);
		close(copy);
		break;
	case BY_TIME:
		break;
	}
}

/* Let a thread wait, end the hold, and see it go on; false: the machine was too slow. */
static bool try_end(enum end end, const char *text)
{
	unsigned long long begin;
	bool waited;
	int clone;

	open_source();
	clone = must_clone(VMLAB_CLONE_HOLD);
	begin = now_ms();
	start_other(false);
	waited = !atomic_load(&other.done);
	if (now_ms() - begin > HOLD_MS / 2) {
		pthread_join(other.id, NULL);
		close(clone);
		unmap_and_close(fd, source, PAGES);
		return false;
	}
	end_hold(clone, end);
	wait_until(is_done, NULL);
	ok(waited && atomic_load(&other.done), "a write waits until %s", text);
	pthread_join(other.id, NULL);
	if (end == BY_TIME) {
		ok(now_ms() - begin >= HOLD_MS - 100, "... a second");
		works(close(must_clone(VMLAB_CLONE_HOLD)), "... another clone can hold it");
	}
	if (end == BY_CLOSE_OF_A_COPY || end == BY_MMAP)
		is(*word(map_shared(clone, 1), 0), 1, "... it is not in the clone");
	close(clone);
	unmap_and_close(fd, source, PAGES);
	return true;
}

static void ends(void)
{
	static const char *const text[] = {
		[BY_MMAP] = "the clone is mapped",
		[BY_CLOSE] = "the clone is closed",
		[BY_CLOSE_OF_A_COPY] = "a second descriptor is closed",
		[BY_TIME] = "the time is over",
	};

	for (enum end end = BY_MMAP; end <= BY_TIME; end++) {
		int k = 0;

		while (k < TRIES && !try_end(end, text[end]))
			k++;
		if (k == TRIES)
			skip("the machine is too slow", "%s", text[end]);
	}
}

/* Do tasks go on that do not wait?  False: the machine was too slow to tell. */
static bool try_go_on(void)
{
	const int clone = must_clone(VMLAB_CLONE_HOLD);
	unsigned long long begin = now_ms();
	bool soon;

	*word(source, 0) = 3;
	start_other(true);
	wait_until(is_done, NULL);
	soon = now_ms() - begin < HOLD_MS;
	pthread_join(other.id, NULL);
	close(clone);
	if (soon)
		ok(soon, "the task that cloned does not wait, nor a read(2)");
	return soon;
}

static void not_held(void)
{
	int clone, second, k = 0;

	open_source();
	other.zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	while (k < TRIES && !try_go_on())
		k++;
	ok(k < TRIES, "... in one of %d tries within a second", TRIES);
	*word(source, 0) = 1;
	clone = must_clone(VMLAB_CLONE_HOLD);
	*word(source, 0) = 0;
	fails(clone_now(VMLAB_CLONE_HOLD), EBUSY, "a second clone cannot hold");
	second = must_clone(0);
	is(*word(map_shared(second, 1), 0), 0, "... but copy");
	is(*word(map_shared(clone, 1), 0), 1, "the first has what was there");
	close(second);
	close(clone);
	close(other.zero);
	unmap_and_close(fd, source, PAGES);
}

static int write_first(void *arg)
{
	(void)arg;
	*word(source, 0) = 5;
	return 0;
}

static int hold_and_sleep(void *arg)
{
	must_clone(VMLAB_CLONE_HOLD);
	if (write(*(int *)arg, "", 1) != 1)
		return 1;
	pause();
	return 0;
}

/* SIGKILL of one that waits, and of one that holds. */
static void killed(void)
{
	unsigned long long before = module_frames(), begin;
	int clone, ready[2], status;
	pid_t child;
	char c;

	open_source();
	clone = must_clone(VMLAB_CLONE_HOLD);
	child = spawn(write_first, NULL);
	msleep(50);
	begin = now_ms();
	status = kill_and_reap(child);
	ok(status == 128 + SIGKILL || !status, "a task that waits is killed");
	diag("  after %llu ms", now_ms() - begin);
	close(clone);

	if (pipe(ready))
		bail("pipe: %s", strerror(errno));
	child = spawn(hold_and_sleep, &ready[1]);
	is((unsigned int)read(ready[0], &c, 1), 1, "a task that holds");
	is((unsigned int)kill_and_reap(child), 128 + SIGKILL, "... is killed");
	*word(source, 0) = 9;
	works(close(must_clone(VMLAB_CLONE_HOLD)), "... another clone can hold the space");
	close(ready[0]);
	close(ready[1]);
	unmap_and_close(fd, source, PAGES);
	is(module_frames(), before, "no frame is left");
}

static int lose_mapping(void *arg)
{
	(void)arg;
	start_other(false);
	munmap(source, PAGES * page);
	pthread_join(other.id, NULL);
	return 0;
}

/* The source is closed while it is held, and its mapping removed while a task waits. */
static void source_goes(void)
{
	unsigned long long before = module_frames();
	unsigned long long begin = now_ms();
	int clone;
	char *p;

	open_source();
	clone = must_clone(VMLAB_CLONE_HOLD);
	unmap_and_close(fd, source, PAGES);
	diag("  a space that is held is closed in %llu ms", now_ms() - begin);
	p = map_shared(clone, 1);
	is(*word(p, 0), 1, "a space that is held is closed; its clone stays");
	unmap_and_close(clone, p, 1);

	open_source();
	clone = must_clone(VMLAB_CLONE_HOLD);
	is((unsigned int)run_bounded(write_first, NULL), 0, "a task in another process");
	close(clone);
	unmap_and_close(fd, source, PAGES);

	/* The thread that waits finds no mapping when it goes on. */
	open_source();
	clone = must_clone(VMLAB_CLONE_HOLD);
	is((unsigned int)run_bounded(lose_mapping, NULL), 128 + SIGSEGV,
	   "the mapping is removed while a thread waits");
	close(clone);
	unmap_and_close(fd, source, PAGES);
	is(module_frames(), before, "no frame is left");
}

/* After an error nothing is held. */
static void errors(void)
{
	struct vmlab_clone *clone = mmap(NULL, page, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	open_source();
	clone->size = sizeof(*clone);
	clone->flags = VMLAB_CLONE_HOLD;
	mprotect(clone, page, PROT_READ);
	fails(ioctl(fd, VMLAB_IOC_CLONE, clone), EFAULT, "a result that cannot be written");
	works(close(must_clone(VMLAB_CLONE_HOLD)), "... holds nothing");
	munmap(clone, page);
	unmap_and_close(fd, source, PAGES);
}

int main(void)
{
	close(dev_open(O_RDWR));
	one_instant();
	ends();
	not_held();
	killed();
	source_goes();
	errors();
	return tap_done();
}
