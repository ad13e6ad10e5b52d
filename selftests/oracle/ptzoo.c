// SPDX-License-Identifier: GPL-2.0
#include "ptzoo.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
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
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/dev.h"
#include "../lib/proc.h"
#include "../lib/tap.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif

enum { CANNOT = 4 };

#define HUGE		(2UL << 20)
#define GIANT		(1UL << 30)
#define SPARSE_BYTES	(1UL << 40)
#define ZRAM		"/dev/zram0"

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;
static int reason = -1;		/* where an animal says what it lacks */

static void __attribute__((noreturn, format(printf, 1, 2)))
cannot(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(reason, fmt, ap);
	va_end(ap);
	_exit(CANNOT);
}

static char *map(size_t bytes, int prot, int flags, int fd)
{
	char *p = mmap(NULL, bytes, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		cannot("mmap of %zu bytes: %s", bytes, strerror(errno));
	return p;
}

static char *anon(size_t bytes)
{
	return map(bytes, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static char *aligned(size_t bytes, size_t align)
{
	char *p = map(bytes + align, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	munmap(p, bytes + align);
	return (char *)(((uintptr_t)p + align - 1) & ~(align - 1));
}

static char *anon_huge(size_t huge_pages)
{
	char *p = mmap(aligned(huge_pages * HUGE, HUGE), huge_pages * HUGE, rw,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED || madvise(p, huge_pages * HUGE, MADV_HUGEPAGE))
		cannot("no transparent huge pages: %s", strerror(errno));
	return p;
}

static void write_pages(char *p, size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		p[i * page] = 1;
}

static void read_pages(const volatile char *p, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		(void)p[i * page];
}

/* Runs @fn in a second process, which stays as long as this one. */
static void with_child(void (*fn)(char *), char *p)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		cannot("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		cannot("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn(p);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		cannot("the second process died");
	close(ready[0]);
}

static void sparse(void)
{
	const size_t stride = SPARSE_BYTES / PTZOO_SPARSE_PAGES & ~(HUGE - 1);
	char *p = map(SPARSE_BYTES, rw,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	madvise(p, SPARSE_BYTES, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PTZOO_SPARSE_PAGES; i++)
		p[i * stride] = 1;
}

static void protnone(void)
{
	char *p = anon(64 * page);

	write_pages(p, 0, 16);
	mprotect(p, 8 * page, PROT_NONE);
	mprotect(p + 12 * page, page, PROT_READ);
}

static void zero(void)
{
	read_pages(anon(16 * page), 12);
}

static void touch_half(char *p)
{
	write_pages(p, 3, 2);
}

/* Whole, mapped in pieces after a split, and shared with a child. */
static void thp(void)
{
	char *p = anon_huge(4);

	for (size_t i = 0; i < 4; i++)
		p[i * HUGE] = 1;
	mprotect(p + HUGE + 16 * page, 4 * page, PROT_READ);
	madvise(p + 2 * HUGE + 16 * page, 4 * page, MADV_DONTNEED);
	with_child(touch_half, p + 3 * HUGE);
}

static void huge_zero(void)
{
	read_pages(anon_huge(1), 1);
}

static void touch_huge(char *p)
{
	p[0] = 2;
	p[HUGE] = 2;
}

static void write_sysfs(const char *path, const char *value)
{
	if (write_file(path, value, strlen(value)))
		cannot("%s: %s", path, strerror(errno));
}

static void touch_giant(char *p)
{
	p[5 * HUGE] = 1;
}

/* Private ones that a fork copied, and shared ones with a shared PMD table. */
static void hugetlb_pair(void)
{
	int fd = memfd_create("hugetlb", MFD_CLOEXEC | MFD_HUGETLB);
	char *p;

	write_sysfs("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
		    "12\n");
	if (fd < 0 || ftruncate(fd, 2 * (off_t)GIANT))
		cannot("no hugetlbfs: %s", strerror(errno));
	p = mmap(NULL, 3 * HUGE, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		 -1, 0);
	if (p == MAP_FAILED)
		cannot("no 2 MiB pages: %s", strerror(errno));
	touch_huge(p);
	with_child(touch_half, p);

	p = mmap(aligned(2 * GIANT, GIANT), 2 * GIANT, rw,
		 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd, 0);
	if (p == MAP_FAILED)
		cannot("no 2 GiB of hugetlbfs: %s", strerror(errno));
	touch_huge(p);
	with_child(touch_giant, p);
}

static void uffd_wp(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *p = anon(16 * page);
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, 16 * page },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, 6 * page },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (fd < 0)
		cannot("no userfaultfd: %s", strerror(errno));
	write_pages(p, 0, 8);
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &reg) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &wp))
		cannot("no write protection by userfaultfd: %s",
		       strerror(errno));
}

static void guard(void)
{
	char *p = anon(16 * page);

	write_pages(p, 0, 8);
	if (madvise(p + 4 * page, 8 * page, MADV_GUARD_INSTALL))
		cannot("no guard regions: %s", strerror(errno));
}

static void swapped(void)
{
	char *p = anon(256 * page), *swaps = slurp("/proc/swaps");

	if (!swaps || !strstr(swaps, "\n/"))
		cannot("no swap is on");
	write_pages(p, 0, 256);
	if (madvise(p, 200 * page, MADV_PAGEOUT))
		cannot("no MADV_PAGEOUT: %s", strerror(errno));
	with_child(touch_half, p);
}

static void touch_shared(char *p)
{
	write_pages(p, 4, 8);
}

static void shared_pair(void)
{
	int fd = memfd_create("pair", MFD_CLOEXEC);
	char *p;

	if (fd < 0 || ftruncate(fd, 32 * (off_t)page))
		cannot("memfd: %s", strerror(errno));
	p = map(32 * page, rw, MAP_SHARED, fd);
	write_pages(p, 0, 8);
	/* Twice in one process too. */
	read_pages(map(32 * page, PROT_READ, MAP_SHARED, fd), 20);
	write_pages(map(32 * page, rw, MAP_PRIVATE, fd), 2, 3);
	with_child(touch_shared, p);
}

static void cow_pair(void)
{
	char *p = anon(16 * page);

	write_pages(p, 0, 16);
	with_child(touch_shared, p);
	write_pages(p, 0, 2);
}

static struct {
	const char *name;
	void (*become)(void);
	pid_t pid;
} zoo[] = {
	{ "sparse", sparse, 0 },
	{ "protnone", protnone, 0 },
	{ "zero", zero, 0 },
	{ "thp", thp, 0 },
	{ "huge_zero", huge_zero, 0 },
	{ "hugetlb_pair", hugetlb_pair, 0 },
	{ "uffd_wp", uffd_wp, 0 },
	{ "guard", guard, 0 },
	{ "swapped", swapped, 0 },
	{ "shared_pair", shared_pair, 0 },
	{ "cow_pair", cow_pair, 0 },
};

enum { NR = sizeof(zoo) / sizeof(zoo[0]) };

static int become(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;

	prctl(PR_SET_NAME, zoo[i].name);
	zoo[i].become();
	stop_self();
	return 0;
}

void ptzoo_start(void)
{
	char text[128];
	int pipefd[2], status;
	ssize_t len;

	page = page_size();
	for (size_t i = 0; i < NR; i++) {
		pid_t pid;

		if (pipe(pipefd))
			bail("pipe: %s", strerror(errno));
		reason = pipefd[1];
		pid = spawn(become, (void *)(uintptr_t)i);
		close(pipefd[1]);
		if (wait_stopped(pid, &status)) {
			zoo[i].pid = pid;
			ok(true, "start: %s", zoo[i].name);
		} else if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT) {
			len = read(pipefd[0], text, sizeof(text) - 1);
			text[len > 0 ? len : 0] = '\0';
			skip(text, "start: %s", zoo[i].name);
		} else {
			ok(false, "start: %s", zoo[i].name);
			diag("  wait status %#x", (unsigned int)status);
		}
		close(pipefd[0]);
	}
}

void ptzoo_end(void)
{
	for (size_t i = 0; i < NR; i++) {
		if (zoo[i].pid)
			kill_and_reap(zoo[i].pid);
		zoo[i].pid = 0;
	}
}

pid_t ptzoo_find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(zoo[i].name, name))
			return zoo[i].pid;
	return 0;
}

static bool zram_on;

void swap_start(void)
{
	static const char size[] = "64M";
	char *swaps = slurp("/proc/swaps");

	if (swaps && strstr(swaps, "\n/")) {
		diag("some swap is on already");
	} else if (access(ZRAM, F_OK) &&
		   (system("modprobe -q zram") || access(ZRAM, F_OK))) {
		diag("no %s", ZRAM);
	} else if (write_file("/sys/block/zram0/disksize", size, 3) ||
		   system("mkswap " ZRAM " >/dev/null 2>&1") ||
		   swapon(ZRAM, 0)) {
		diag("cannot swap on %s: %s", ZRAM, strerror(errno));
	} else {
		zram_on = true;
	}
	free(swaps);
}

void swap_end(void)
{
	if (!zram_on)
		return;
	swapoff(ZRAM);
	write_file("/sys/block/zram0/reset", "1", 1);
}
