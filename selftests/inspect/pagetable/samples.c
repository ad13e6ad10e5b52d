// SPDX-License-Identifier: GPL-2.0
#include "inspect/pagetable/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/samples/build.h"
#include "inspect/swap.h"

/* linux/userfaultfd.h has these since 6.6. */
#ifndef UFFDIO_POISON
#define UFFD_FEATURE_POISON	(1 << 14)
#define UFFDIO_POISON		_IOWR(UFFDIO, 0x08, struct uffdio_poison)

struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};
#endif

#define HUGE		(2UL << 20)
#define GIANT		(1UL << 30)
#define SPARSE_BYTES	(1UL << 40)

static char *anon_huge(size_t huge_pages)
{
	char *p = mmap(free_range(huge_pages * HUGE, HUGE), huge_pages * HUGE, rw,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED || madvise(p, huge_pages * HUGE, MADV_HUGEPAGE))
		unsupported("no transparent huge pages: %s", strerror(errno));
	return p;
}

/* Run @fn in a child that lives as long as this process. */
static void with_child(void (*fn)(char *), char *p)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		unsupported("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		unsupported("fork: %s", strerror(errno));
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
		unsupported("the child died");
	close(ready[0]);
}

static void sparse(void)
{
	const size_t stride = SPARSE_BYTES / SPARSE_SAMPLE_PAGES & ~(HUGE - 1);
	char *p = map(SPARSE_BYTES / page, rw,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	madvise(p, SPARSE_BYTES, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SPARSE_SAMPLE_PAGES; i++)
		p[i * stride] = 1;
}

static void protnone(void)
{
	char *p = map_anon(64);

	write_pages(p, 0, 16);
	mprotect(p, 8 * page, PROT_NONE);
	mprotect(p + 12 * page, page, PROT_READ);
}

static void zero(void)
{
	read_pages(map_anon(16), 12);
}

static void touch_half(char *p)
{
	write_pages(p, 3, 2);
}

/* Huge pages: whole, mapped by PTEs after a split, and shared with a child. */
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
		unsupported("%s: %s", path, strerror(errno));
}

static void touch_giant(char *p)
{
	p[5 * HUGE] = 1;
}

/* A huge page that a PUD entry maps. */
static void giant(void)
{
	char *p = mmap(NULL, GIANT, rw,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
		       30 << MAP_HUGE_SHIFT, -1, 0);

	if (p == MAP_FAILED)
		unsupported("no 1 GiB page: boot with hugepagesz=1G hugepages=1");
	p[0] = 1;
}

/* Private huge pages after a fork, and shared ones with a shared PMD table. */
static void hugetlb_pair(void)
{
	int fd = memfd_create("hugetlb", MFD_CLOEXEC | MFD_HUGETLB);
	char *p;

	write_sysfs("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
		    "12\n");
	if (fd < 0 || ftruncate(fd, 2 * (off_t)GIANT))
		unsupported("no hugetlbfs: %s", strerror(errno));
	p = mmap(NULL, 3 * HUGE, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		 -1, 0);
	if (p == MAP_FAILED)
		unsupported("no 2 MiB pages: %s", strerror(errno));
	touch_huge(p);
	with_child(touch_half, p);

	p = mmap(free_range(2 * GIANT, GIANT), 2 * GIANT, rw,
		 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd, 0);
	if (p == MAP_FAILED)
		unsupported("no 2 GiB of hugetlbfs: %s", strerror(errno));
	touch_huge(p);
	with_child(touch_giant, p);
}

/* Open a userfaultfd with @features and register @pages at @p with it. */
static int uffd_open(char *p, size_t pages, uint64_t features, uint64_t mode)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, pages * page },
		.mode = mode,
	};

	if (fd < 0)
		unsupported("no userfaultfd: %s", strerror(errno));
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &reg))
		unsupported("userfaultfd cannot do that here: %s", strerror(errno));
	return fd;
}

static void uffd_protect(int fd, char *p, size_t pages)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, pages * page },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &wp))
		unsupported("no write protection by userfaultfd: %s",
			    strerror(errno));
}

static void uffd_wp(void)
{
	char *p = map_anon(16);

	write_pages(p, 0, 8);
	uffd_protect(uffd_open(p, 16, 0, UFFDIO_REGISTER_MODE_WP), p, 6);
}

/* The swap entry keeps the write protection of a page in swap. */
static void uffd_swapped(void)
{
	char *p = map_anon(64);

	write_pages(p, 0, 64);
	uffd_protect(uffd_open(p, 64, 0, UFFDIO_REGISTER_MODE_WP), p, 32);
	page_out(p, 64);
}

/* A marker keeps the write protection of a file page that is not mapped. */
static void uffd_marker(void)
{
	int fd = memfd_create("marked", MFD_CLOEXEC);
	char *p;

	if (fd < 0 || ftruncate(fd, 16 * (off_t)page))
		unsupported("memfd: %s", strerror(errno));
	p = map(16, rw, MAP_SHARED, fd, 0);
	write_pages(p, 0, 4);
	uffd_protect(uffd_open(p, 16, UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
			       UFFDIO_REGISTER_MODE_WP), p, 12);
}

static void uffd_poison(void)
{
	char *p = map_anon(16);
	struct uffdio_poison poison = {
		.range = { (uintptr_t)p + 2 * page, 4 * page },
	};
	int fd = uffd_open(p, 16, UFFD_FEATURE_POISON,
			   UFFDIO_REGISTER_MODE_MISSING);

	if (ioctl(fd, UFFDIO_POISON, &poison))
		unsupported("no UFFDIO_POISON: %s", strerror(errno));
}

static bool is_soft_dirty(const char *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (pread(fd, &entry, 8, (off_t)((uintptr_t)p / page * 8)) != 8)
		unsupported("no pagemap: %s", strerror(errno));
	close(fd);
	return entry >> 55 & 1;
}

/* All but three pages are clean since clear_refs; some are in swap. */
static void soft_dirty(void)
{
	char *p = map_anon(64);

	write_pages(p, 0, 64);
	if (swap_is_on())
		page_out(p + 32 * page, 32);
	if (write_file("/proc/self/clear_refs", "4", 1) || is_soft_dirty(p))
		unsupported("no soft-dirty bits: %s", strerror(errno));
	write_pages(p, 4, 3);
	if (!is_soft_dirty(p + 4 * page))
		unsupported("no soft-dirty bits");
}

static void guard(void)
{
	char *p = map_anon(16);

	write_pages(p, 0, 8);
	if (madvise(p + 4 * page, 8 * page, MADV_GUARD_INSTALL))
		unsupported("no guard regions: %s", strerror(errno));
}

static void swapped(void)
{
	char *p = map_anon(256);

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
		unsupported("memfd: %s", strerror(errno));
	p = map(32, rw, MAP_SHARED, fd, 0);
	write_pages(p, 0, 8);
	/* Map the file twice in this process too. */
	read_pages(map(32, PROT_READ, MAP_SHARED, fd, 0), 20);
	write_pages(map(32, rw, MAP_PRIVATE, fd, 0), 2, 3);
	with_child(touch_shared, p);
}

static void cow_pair(void)
{
	char *p = map_anon(16);

	write_pages(p, 0, 16);
	with_child(touch_shared, p);
	write_pages(p, 0, 2);
}

static struct sample {
	const char *name;
	void (*make)(void);
	pid_t pid;		/* 0: the machine does not support it */
} samples[] = {
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

enum { NR = sizeof(samples) / sizeof(samples[0]) };

static int run(void *arg)
{
	const struct sample *s = arg;

	prctl(PR_SET_NAME, s->name);
	s->make();
	stop_self();
	return 0;
}

/* Start a sample; @reason is the pipe for the reason when it is unsupported. */
static void start_sample(struct sample *s, const int reason[2])
{
	char text[128];
	int status = 0;
	ssize_t len;
	pid_t pid;

	sample_reason_fd = reason[1];
	pid = spawn(run, s);
	close(reason[1]);
	if (wait_stopped(pid, &status)) {
		s->pid = pid;
		ok(true, "start: %s", s->name);
	} else if (WIFEXITED(status) &&
		   WEXITSTATUS(status) == SAMPLE_UNSUPPORTED) {
		len = read(reason[0], text, sizeof(text) - 1);
		text[len > 0 ? len : 0] = '\0';
		skip(text, "start: %s", s->name);
	} else {
		ok(false, "start: %s", s->name);
		diag("  wait status %#x", (unsigned int)status);
	}
}

void pagetable_samples_start(void)
{
	int reason[2];

	for (size_t i = 0; i < NR; i++) {
		if (pipe(reason))
			bail("pipe: %s", strerror(errno));
		start_sample(&samples[i], reason);
		close(reason[0]);
	}
}

void pagetable_samples_end(void)
{
	for (size_t i = 0; i < NR; i++) {
		if (samples[i].pid)
			kill_and_reap(samples[i].pid);
		samples[i].pid = 0;
	}
}

pid_t pagetable_sample_find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(samples[i].name, name))
			return samples[i].pid;
	return 0;
}
