// SPDX-License-Identifier: GPL-2.0
#include "inspect/pagetable_kinds.h"

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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/swap.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif

/* Of linux/userfaultfd.h since 6.6. */
#ifndef UFFDIO_POISON
#define UFFD_FEATURE_POISON	(1 << 14)
#define UFFDIO_POISON		_IOWR(UFFDIO, 0x08, struct uffdio_poison)

struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};
#endif

enum { CANNOT = 4 };

#define HUGE		(2UL << 20)
#define GIANT		(1UL << 30)
#define SPARSE_BYTES	(1UL << 40)

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

/* One page that an entry of a PUD maps. */
static void giant(void)
{
	char *p = mmap(NULL, GIANT, rw,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
		       30 << MAP_HUGE_SHIFT, -1, 0);

	if (p == MAP_FAILED)
		cannot("no 1 GiB page: boot with hugepagesz=1G hugepages=1");
	p[0] = 1;
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

/* Pages that the CPU still has in a list of its own stay. */
static void page_out(char *p, size_t nr)
{
	if (!swap_is_on())
		cannot("no swap is on");
	for (int i = 0; i < 3; i++)
		if (madvise(p, nr * page, MADV_PAGEOUT))
			cannot("no MADV_PAGEOUT: %s", strerror(errno));
}

/* A userfaultfd with @features, for write protection of @pages at @p. */
static int uffd_open(char *p, size_t pages, uint64_t features, uint64_t mode)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, pages * page },
		.mode = mode,
	};

	if (fd < 0)
		cannot("no userfaultfd: %s", strerror(errno));
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &reg))
		cannot("userfaultfd cannot do that here: %s", strerror(errno));
	return fd;
}

static void uffd_protect(int fd, char *p, size_t pages)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, pages * page },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &wp))
		cannot("no write protection by userfaultfd: %s",
		       strerror(errno));
}

static void uffd_wp(void)
{
	char *p = anon(16 * page);

	write_pages(p, 0, 8);
	uffd_protect(uffd_open(p, 16, 0, UFFDIO_REGISTER_MODE_WP), p, 6);
}

/* The protection of a page that is in swap is kept in its swap entry. */
static void uffd_swapped(void)
{
	char *p = anon(64 * page);

	write_pages(p, 0, 64);
	uffd_protect(uffd_open(p, 64, 0, UFFDIO_REGISTER_MODE_WP), p, 32);
	page_out(p, 64);
}

/* That of a page of a file that is not mapped, in a marker. */
static void uffd_marker(void)
{
	int fd = memfd_create("marked", MFD_CLOEXEC);
	char *p;

	if (fd < 0 || ftruncate(fd, 16 * (off_t)page))
		cannot("memfd: %s", strerror(errno));
	p = map(16 * page, rw, MAP_SHARED, fd);
	write_pages(p, 0, 4);
	uffd_protect(uffd_open(p, 16, UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
			       UFFDIO_REGISTER_MODE_WP), p, 12);
}

static void uffd_poison(void)
{
	char *p = anon(16 * page);
	struct uffdio_poison poison = {
		.range = { (uintptr_t)p + 2 * page, 4 * page },
	};
	int fd = uffd_open(p, 16, UFFD_FEATURE_POISON,
			   UFFDIO_REGISTER_MODE_MISSING);

	if (ioctl(fd, UFFDIO_POISON, &poison))
		cannot("no UFFDIO_POISON: %s", strerror(errno));
}

static bool is_soft_dirty(const char *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (pread(fd, &entry, 8, (off_t)((uintptr_t)p / page * 8)) != 8)
		cannot("no pagemap: %s", strerror(errno));
	close(fd);
	return entry >> 55 & 1;
}

/* Clean since clear_refs, but for three pages; and some of it in swap. */
static void soft_dirty(void)
{
	char *p = anon(64 * page);

	write_pages(p, 0, 64);
	if (swap_is_on())
		page_out(p + 32 * page, 32);
	if (write_file("/proc/self/clear_refs", "4", 1) || is_soft_dirty(p))
		cannot("no soft-dirty bits: %s", strerror(errno));
	write_pages(p, 4, 3);
	if (!is_soft_dirty(p + 4 * page))
		cannot("no soft-dirty bits");
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
	char *p = anon(256 * page);

	write_pages(p, 0, 256);
	page_out(p, 200);
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
	{ "giant", giant, 0 },
	{ "uffd_wp", uffd_wp, 0 },
	{ "uffd_swapped", uffd_swapped, 0 },
	{ "uffd_marker", uffd_marker, 0 },
	{ "uffd_poison", uffd_poison, 0 },
	{ "soft_dirty", soft_dirty, 0 },
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
