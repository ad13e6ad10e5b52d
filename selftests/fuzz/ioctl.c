// SPDX-License-Identifier: GPL-2.0
/*
 * Requests with random sizes, contents, pointers and targets.  The kernel must
 * answer each with an errno that the interface documents, write only what the
 * answer counts, and work afterwards.
 *
 * usage: test-fuzz-ioctl [SEED [SECONDS]]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/random.h"
#include "lib/tap.h"

enum {
	THREADS = 2,
	SECONDS = 3,
	SPACE_PAGES = 64,
};

static const int documented[] = {
	EINVAL, E2BIG, EFAULT, ENOTTY, ESRCH, EBADF, EOPNOTSUPP, ENXIO, EFBIG,
	EBUSY, EACCES, ENOMEM, ENOENT,
};

static atomic_bool stop;

static bool is_documented(int err)
{
	for (size_t i = 0; i < sizeof(documented) / sizeof(documented[0]); i++)
		if (documented[i] == err)
			return true;
	return false;
}

static int stopped_child(void *arg)
{
	(void)arg;
	stop_self();
	return 0;
}

static void new_child(struct fuzzer *f)
{
	if (f->child) {
		kill_and_reap(f->child);
		close(f->pidfd);
	}
	f->child = spawn(stopped_child, NULL);
	f->pidfd = (int)syscall(SYS_pidfd_open, f->child, 0);
}

/* Has the request a pointer to a buffer?  An unknown one may have. */
static bool writes_buffer(size_t kind)
{
	return kind == REQUEST_TASKS || kind == REQUEST_VMAS ||
	       kind == REQUEST_DIRTY || kind == REQUEST_INJECT_GET ||
	       kind == REQUEST_KMEM || kind == UNKNOWN;
}

static unsigned long unknown_number(struct fuzzer *f)
{
	return below(f, 2) ? random_next(&f->rng) :
			     VMLAB_IOC_INFO + below(f, 256);
}

/* Close the descriptor that a request returned in a structure at any address. */
static void close_clone(const char *where)
{
	int fd;

	memcpy(&fd, where + offsetof(struct vmlab_clone, fd), sizeof(fd));
	close(fd);
}

static void one_call(struct fuzzer *f)
{
	size_t kind = below(f, NR_KINDS), len;
	unsigned long nr = kind == UNKNOWN ? unknown_number(f) :
					     request_table[kind].nr;
	union request asked, answer;
	char *own, *where;

	fill_request(f, kind, &asked);
	/* The last byte of the request is the last byte that is mapped. */
	len = asked.size < sizeof(asked) ? asked.size : sizeof(asked);
	len = len > 4 ? len : 4;
	own = f->request_end - len;
	memcpy(own, &asked, len);
	where = below(f, 40) ? own :
			       (char *)(uintptr_t)pointer(f, f->records);

	if (ioctl(f->fd, nr, where)) {
		f->calls[kind]++;
		if (!is_documented(errno)) {
			f->bad_errno++;
			diag("  %s: %s", kind_name(kind), strerror(errno));
		}
		/* A part of the answer may have been written. */
		if (writes_buffer(kind) || where != own)
			reset_buffer(f);
		return;
	}
	/* In this order: a call that is not counted yet must not look as if it had failed. */
	f->succeeded[kind]++;
	f->calls[kind]++;
	/* Also as an unknown number. */
	if (nr == VMLAB_IOC_CLONE)
		close_clone(where);
	if (where != own) {
		reset_buffer(f);
		return;
	}
	memcpy(&answer, where, len);
	check_answer(f, kind, &asked, &answer);
}

static void *fuzz(void *arg)
{
	struct fuzzer *f = arg;
	char *space = map_shared(f->fd, SPACE_PAGES);

	for (unsigned long n = 0; !atomic_load(&stop); n++) {
		if (n % 256 == 0)
			new_child(f);
		one_call(f);
		/* The requests change the space's length: signals are right. */
		touch(space + below(f, SPACE_PAGES) * page, TOUCH_WRITE, 1,
		      NULL);
		touch(space + below(f, SPACE_PAGES) * page, TOUCH_READ, 0,
		      NULL);
	}
	munmap(space, SPACE_PAGES * page);
	kill_and_reap(f->child);
	close(f->pidfd);
	return NULL;
}

static void count(struct fuzzer *all, size_t kind, unsigned long *calls,
		  unsigned long *succeeded)
{
	*calls = *succeeded = 0;
	for (int i = 0; i < THREADS; i++) {
		*calls += atomic_load(&all[i].calls[kind]);
		*succeeded += atomic_load(&all[i].succeeded[kind]);
	}
}

/* Did some requests of a kind succeed, and others fail? */
static bool both_ways(struct fuzzer *all, size_t kind)
{
	unsigned long calls, succeeded;

	count(all, kind, &calls, &succeeded);
	return succeeded > 0 && succeeded < calls;
}

/* BACKING never succeeds here, since the space is mapped. */
static bool all_both_ways(void *fuzzers)
{
	size_t k = 0;

	while (k < NR_REQUESTS && (k == REQUEST_BACKING ||
				   both_ways(fuzzers, k)))
		k++;
	return k == NR_REQUESTS;
}

/* Map @bytes of canaries between two pages without access. */
static char *map_guarded(size_t bytes)
{
	char *p = mmap(NULL, bytes + 2 * page, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page, bytes, PROT_READ | PROT_WRITE))
		bail("mmap: %s", strerror(errno));
	memset(p + page, CANARY, bytes);
	return p + page;
}

static void prepare(struct fuzzer *f, uint64_t seed, uint64_t nr)
{
	f->rng = random_state(seed, nr);
	f->fd = dev_open(O_RDWR);
	f->records = map_guarded(2 * HALF);
	f->names = f->records + HALF;
	f->request_end = map_guarded(4 * page) + 4 * page;
	new_child(f);
}

static void report_kinds(struct fuzzer *fuzzers)
{
	for (size_t k = 0; k < NR_KINDS; k++) {
		unsigned long calls, succeeded;

		count(fuzzers, k, &calls, &succeeded);
		diag("%s: %lu calls, %lu succeeded", kind_name(k), calls,
		     succeeded);
		if (k == REQUEST_BACKING)
			is(succeeded, 0, "%s: refused for a mapped space",
			   kind_name(k));
		else if (k != UNKNOWN)
			ok(both_ways(fuzzers, k),
			   "%s: some succeed, some are refused", kind_name(k));
	}
}

int main(int argc, char **argv)
{
	static struct fuzzer fuzzers[THREADS];
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) :
				   (uint64_t)time(NULL) * 1000003 + 1;
	unsigned int seconds = argc > 2 ? (unsigned int)atoi(argv[2]) : SECONDS;
	unsigned long bad_errno = 0, overrun = 0, bad_count = 0;
	int i;

	diag("seed %llu", (unsigned long long)seed);
	for (i = 0; i < THREADS; i++)
		prepare(&fuzzers[i], seed, i);
	for (i = 0; i < THREADS; i++)
		pthread_create(&fuzzers[i].thread, NULL, fuzz, &fuzzers[i]);
	msleep(seconds * 1000);
	wait_until(all_both_ways, fuzzers);
	atomic_store(&stop, true);
	for (i = 0; i < THREADS; i++) {
		pthread_join(fuzzers[i].thread, NULL);
		bad_errno += fuzzers[i].bad_errno;
		overrun += fuzzers[i].overrun;
		bad_count += fuzzers[i].bad_count;
		close(fuzzers[i].fd);
	}
	report_kinds(fuzzers);
	is(bad_errno, 0, "errnos that the interface does not document");
	is(overrun, 0, "answers that wrote more than they count");
	is(bad_count, 0, "answers that count more than there was room for");
	is(dev_info().abi_version, VMLAB_ABI_VERSION, "the module still works");
	is(module_frames(), 0, "every frame is freed");
	return tap_done();
}
