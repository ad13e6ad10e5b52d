// SPDX-License-Identifier: GPL-2.0
#include "inspect/stress/target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/swap.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

enum {
	THREADS = 2,
	AREA = 16 << 20,
	SHARED = 4 << 20,
	SMALL = 2 << 20,
	HUGE = 2 << 20,
	START_MS = 120000,
	NICE = 10,		/* the dumps are to get their share */
	STEPS = 8,		/* between two pauses */
};

struct target *targets;

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;
static struct target *me;
static char *area, *shared, *third;
static int area_fd, shared_fd;

static void __attribute__((noreturn, format(printf, 1, 2)))
cannot(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(me->why, sizeof(me->why), fmt, ap);
	va_end(ap);
	_exit(0);
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

static char *map(size_t bytes, int flags, int fd)
{
	char *p = mmap(NULL, bytes, rw, flags, fd, 0);

	if (p == MAP_FAILED)
		cannot("mmap of %zu bytes: %s", bytes, strerror(errno));
	return p;
}

static char *anon(size_t bytes)
{
	return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void write_pages(char *p, size_t bytes, char value)
{
	for (size_t i = 0; i < bytes; i += page)
		touch(p + i, TOUCH_WRITE, value, NULL);
}

/* A part of the area, whole pages, up to @most bytes long. */
static char *part(uint64_t *state, char *whole, size_t size, size_t most,
		  size_t *len)
{
	*len = (next_random(state) % (most / page) + 1) * page;
	return whole + next_random(state) % ((size - *len) / page + 1) * page;
}

/* --- mmap, munmap, mprotect, mremap, brk, stack -------------------------- */

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;

static void vmas_setup(void)
{
	area = anon(AREA);
}

static void vmas_step(uint64_t *state)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	size_t len;
	char *p = part(state, area, AREA, 8 * page, &len), *q;

	switch (next_random(state) % 8) {
	case 0:
	case 1:
		munmap(p, len);
		break;
	case 2:
	case 3:
		mprotect(p, len, prots[next_random(state) % 3]);
		break;
	case 4:
		q = mremap(p, page, 2 * page, MREMAP_MAYMOVE);
		if (q != MAP_FAILED && (q < area || q >= area + AREA))
			munmap(q, 2 * page);
		break;
	case 5:
		/* Move it to another place in the area. */
		q = part(state, area, AREA, len, &(size_t){ 0 });
		if (q + len <= p || p + len <= q)
			(void)(mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
				      q) == MAP_FAILED);
		break;
	case 6:
		pthread_mutex_lock(&heap_lock);
		if (sbrk((intptr_t)page) != (void *)-1)
			(void)(sbrk(-(intptr_t)page) == (void *)-1);
		pthread_mutex_unlock(&heap_lock);
		break;
	default:
		if (mmap(p, len, prots[next_random(state) % 3],
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p)
			touch(p, TOUCH_WRITE, 1, NULL);
	}
}

/* --- page tables: made, dropped, copied, collapsed, split ---------------- */

static void tables_setup(void)
{
	area = anon(AREA);
	shared = map(SHARED, MAP_SHARED | MAP_ANONYMOUS, -1);
	madvise(area, AREA, MADV_HUGEPAGE);
	madvise(shared, SHARED, MADV_HUGEPAGE);
}

static void tables_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, AREA, 600 * page, &len);
	pid_t pid;

	switch (next_random(state) % 13) {
	case 0:
		munmap(p, len);
		break;
	case 1:
		mprotect(p, len, PROT_NONE);
		break;
	case 2:
		madvise(p, len, MADV_DONTNEED);
		break;
	case 3:
		madvise(p, len, MADV_PAGEOUT);
		break;
	case 4:
		madvise(area, AREA, MADV_COLLAPSE);
		break;
	case 5:
		/* khugepaged's way with a file: page tables are retracted. */
		madvise(shared, SHARED, MADV_COLLAPSE);
		break;
	case 6:
		madvise(shared, SHARED, MADV_DONTNEED);
		write_pages(shared, SHARED / 2, 1);
		break;
	case 7:
		madvise(p, len, MADV_GUARD_INSTALL);
		madvise(p, len, MADV_GUARD_REMOVE);
		break;
	case 8:
		/* Split whatever huge page it is in. */
		mprotect(p, page, PROT_READ);
		break;
	case 9:
		pid = fork();
		if (!pid) {
			write_pages(p, len, 2);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
		break;
	default:
		if (mmap(p, len, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) == p) {
			madvise(p, len, MADV_HUGEPAGE);
			write_pages(p, len, 1);
		}
	}
}

/* --- fork, exec, exit ---------------------------------------------------- */

int target_brief(void)
{
	char *p = mmap(NULL, SMALL, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	page = page_size();
	if (p == MAP_FAILED)
		return 1;
	write_pages(p, SMALL / 8, 1);
	munmap(p + SMALL / 16, SMALL / 16);
	return 0;
}

static void brief_setup(void)
{
	area = anon(SMALL);
}

static void brief_step(uint64_t *state)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		write_pages(area, SMALL / 4, 1);
		if (!(next_random(state) % 3))
			execl("/proc/self/exe", "stress", TARGET_BRIEF, NULL);
		_exit(0);
	}
	if (pid < 0)
		return;
	me->pid = pid;
	if (!(next_random(state) % 8)) {
		usleep(next_random(state) % 20000);
		kill(pid, SIGKILL);
	}
	waitpid(pid, NULL, 0);
}

/* --- out to swap and in again -------------------------------------------- */

static void swap_setup(void)
{
	if (!swap_is_on())
		cannot("no swap is on");
	area = anon(SHARED);
	shared = map(SMALL, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static void swap_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SHARED, SMALL, &len);
	pid_t pid;

	write_pages(p, len, (char)next_random(state));
	madvise(area, SHARED, MADV_PAGEOUT);
	write_pages(shared, SMALL, 1);
	madvise(shared, SMALL, MADV_PAGEOUT);
	/* Entries that a child has too, and drops. */
	if (!(next_random(state) % 8)) {
		pid = fork();
		if (!pid) {
			write_pages(p, len / 2, 2);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	madvise(p, len / 2 & ~(page - 1), MADV_DONTNEED);
}

/* --- same-page merging --------------------------------------------------- */

static void ksm_setup(void)
{
	if (access("/sys/kernel/mm/ksm/run", W_OK))
		cannot("no KSM");
	area = anon(SMALL);
	if (madvise(area, SMALL, MADV_MERGEABLE))
		cannot("no MADV_MERGEABLE: %s", strerror(errno));
	memset(area, 7, SMALL);
}

static void ksm_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SMALL, 64 * page, &len);

	msleep(20);
	/* Broken up, and equal again. */
	write_pages(p, len, (char)next_random(state));
	write_pages(p, len, 7);
	if (!(next_random(state) % 64)) {
		madvise(area, SMALL, MADV_UNMERGEABLE);
		madvise(area, SMALL, MADV_MERGEABLE);
	}
}

/* --- hugetlbfs ----------------------------------------------------------- */

static void hugetlb_setup(void)
{
	char *p;

	shared_fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (shared_fd < 0 || ftruncate(shared_fd, 2 * HUGE))
		cannot("no hugetlbfs: %s", strerror(errno));
	p = mmap(NULL, 2 * HUGE, rw, MAP_SHARED, shared_fd, 0);
	if (p == MAP_FAILED)
		cannot("no 2 MiB pages free: %s", strerror(errno));
	shared = p;
	area = mmap(NULL, 2 * HUGE, rw, MAP_PRIVATE | MAP_NORESERVE, shared_fd,
		    0);
	if (area == MAP_FAILED)
		cannot("no private mapping of them: %s", strerror(errno));
}

static void hugetlb_step(uint64_t *state)
{
	pid_t pid;

	touch(shared + next_random(state) % 2 * HUGE, TOUCH_WRITE, 1, NULL);
	touch(area + next_random(state) % 2 * HUGE, TOUCH_WRITE, 1, NULL);
	switch (next_random(state) % 5) {
	case 0:
		(void)!ftruncate(shared_fd, 0);
		(void)!ftruncate(shared_fd, 2 * HUGE);
		break;
	case 1:
		madvise(area, 2 * HUGE, MADV_DONTNEED);
		break;
	case 2:
		fallocate(shared_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  HUGE, HUGE);
		break;
	case 3:
		mprotect(area, HUGE, next_random(state) % 2 ? PROT_READ : rw);
		break;
	default:
		pid = fork();
		if (!pid) {
			touch(shared, TOUCH_WRITE, 2, NULL);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	usleep(1000);
}

/* --- userfaultfd --------------------------------------------------------- */

static int uffd;

static void uffd_register(char *p, size_t bytes)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, bytes },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		cannot("no write protection by userfaultfd: %s",
		       strerror(errno));
}

static void uffd_setup(void)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		/* Should a write meet protection, nobody is there to lift it. */
		.features = UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
			    UFFD_FEATURE_SIGBUS,
	};

	uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0)
		cannot("no userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		cannot("no markers of userfaultfd: %s", strerror(errno));
	area = anon(SMALL);
	shared = map(SMALL, MAP_SHARED | MAP_ANONYMOUS, -1);
	uffd_register(area, SMALL);
	uffd_register(shared, SMALL);
}

static void uffd_protect(char *p, size_t len, uint64_t mode)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, len },
		.mode = mode,
	};

	ioctl(uffd, UFFDIO_WRITEPROTECT, &wp);
}

static void uffd_step(uint64_t *state)
{
	char *whole = next_random(state) % 2 ? area : shared;
	size_t len;
	char *p = part(state, whole, SMALL, 64 * page, &len);

	uffd_protect(whole, SMALL, 0);
	write_pages(p, len, 1);
	uffd_protect(whole, SMALL, UFFDIO_WRITEPROTECT_MODE_WP);
	if (next_random(state) % 2)
		madvise(p, len, MADV_DONTNEED);
	if (!(next_random(state) % 4))
		madvise(whole, SMALL, MADV_PAGEOUT);
}

/* --- a file that grows and shrinks under its mappings -------------------- */

static void file_setup(void)
{
	area_fd = memfd_create("file", MFD_CLOEXEC);
	if (area_fd < 0 || ftruncate(area_fd, SHARED))
		cannot("memfd: %s", strerror(errno));
	area = map(SHARED, MAP_SHARED, area_fd);
	shared = map(SHARED, MAP_PRIVATE, area_fd);
	third = map(SHARED, MAP_SHARED, dev_open(O_RDWR));
}

static void file_step(uint64_t *state)
{
	size_t len;
	char *p = part(state, area, SHARED, 256 * page, &len);

	write_pages(p, len, 1);
	write_pages(shared + (p - area), len / 2, 1);
	write_pages(third + (p - area), len, 1);
	switch (next_random(state) % 4) {
	case 0:
		(void)!ftruncate(area_fd, (off_t)(p - area));
		(void)!ftruncate(area_fd, SHARED);
		break;
	case 1:
		fallocate(area_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  p - area, (off_t)len);
		break;
	case 2:
		madvise(area, SHARED, MADV_COLLAPSE);
		break;
	default:
		madvise(third, SHARED, MADV_DONTNEED);
	}
}

static const struct kind {
	const char *name;
	void (*setup)(void);
	void (*step)(uint64_t *state);
	int threads;
} kinds[] = {
	{ "vmas", vmas_setup, vmas_step, THREADS },
	{ "tables", tables_setup, tables_step, THREADS },
	{ "brief", brief_setup, brief_step, 1 },
	{ "swap", swap_setup, swap_step, 1 },
	{ "ksm", ksm_setup, ksm_step, 1 },
	{ "hugetlb", hugetlb_setup, hugetlb_step, 1 },
	{ "uffd", uffd_setup, uffd_step, 1 },
	{ "file", file_setup, file_step, 1 },
};

const size_t nr_targets = sizeof(kinds) / sizeof(kinds[0]);

static const struct kind *kind;

static void *run(void *arg)
{
	uint64_t state = (uintptr_t)arg;

	/*
	 * The pauses are for khugepaged: it has the lowest priority of all, and
	 * others wait for the pages that it has locked.
	 */
	for (;;) {
		kind->step(&state);
		if (++me->steps % STEPS == 0)
			msleep(2);
	}
	return NULL;
}

static int become(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;
	pthread_t thread;

	me = &targets[i];
	kind = &kinds[i];
	prctl(PR_SET_NAME, kind->name);
	setpriority(PRIO_PROCESS, 0, NICE);
	kind->setup();
	me->pid = getpid();
	for (uintptr_t t = 1; t < (uintptr_t)kind->threads; t++)
		if (pthread_create(&thread, NULL, run, (void *)(100 * t + i)))
			return 1;
	run((void *)(i + 1));
	return 0;
}

void targets_start(void)
{
	unsigned long long until;

	page = page_size();
	targets = mmap(NULL, nr_targets * sizeof(*targets), rw,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (targets == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	for (size_t i = 0; i < nr_targets; i++) {
		targets[i].name = kinds[i].name;
		targets[i].keeper = spawn(become, (void *)(uintptr_t)i);
	}
	until = now_ms() + START_MS;
	for (size_t i = 0; i < nr_targets; i++) {
		struct target *t = &targets[i];

		while (!t->steps && !t->why[0] && now_ms() < until)
			msleep(10);
		if (t->why[0])
			skip(t->why, "start: %s", t->name);
		else
			ok(t->steps, "start: %s", t->name);
	}
}

void targets_end(void)
{
	for (size_t i = 0; i < nr_targets; i++) {
		struct target *t = &targets[i];
		int status = 0;
		bool gone = waitpid(t->keeper, &status, WNOHANG) != 0;

		if (!gone)
			kill_and_reap(t->keeper);
		if (t->why[0])
			continue;
		ok(!gone && t->steps, "%s: %lu changes, alive to the end",
		   t->name, t->steps);
		if (gone)
			diag("  wait status %#x", (unsigned int)status);
	}
}
