// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to memory.  mm repeats a fault that found no memory, so accesses of user mode
 * succeed; those of the kernel fail with an errno.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "device/allocations/allocations.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"

enum { HUGE = 512, OWN = 'o' };

static int file;

static void unwritten(struct subject *s)
{
	map_subject(s, PAGES, 0);
}

static void written(struct subject *s)
{
	map_subject(s, PAGES, 'a');
}

static void evicted(struct subject *s)
{
	struct vmlab_range r;

	written(s);
	r = range(s->fd, VMLAB_RANGE_EVICT, 0, PAGES);
	if (r.done != PAGES)
		bail("%llu pages evicted", (unsigned long long)r.done);
}

static void with_budget(struct subject *s)
{
	use_paging(s->fd, .budget = 3, .policy = VMLAB_POLICY_LRU);
	written(s);
}

static void stepping(struct subject *s)
{
	use_paging(s->fd, .budget = 3, .policy = VMLAB_POLICY_CLOCK,
		   .flags = VMLAB_PAGING_STEPPING);
	written(s);
}

static void prefetching(struct subject *s)
{
	evicted(s);
	use_paging(s->fd, .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 4);
}

static void around(struct subject *s)
{
	use_paging(s->fd, .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 4,
		   .flags = VMLAB_PAGING_AROUND);
	evicted(s);
	range(s->fd, VMLAB_RANGE_PREFETCH, 0, PAGES);
}

static void cleaned(struct subject *s)
{
	uint64_t bitmap;

	written(s);
	get_dirty(s->fd, VMLAB_DIRTY_CLEAR, 0, PAGES, &bitmap);
}

static void cloned(struct subject *s)
{
	written(s);
	s->other = clone_space(s->fd);
}

static void huge_unwritten(struct subject *s)
{
	if (set_space(s->fd, VMLAB_SPACE_HUGE, 0, 0))
		bail("VMLAB_SPACE_HUGE: %s", strerror(errno));
	/* Not aligned: no matter, single frames are right too. */
	map_subject(s, 2 * HUGE, 0);
	madvise(s->p, s->bytes, MADV_HUGEPAGE);
}

static void private(struct subject *s)
{
	written(s);
	munmap(s->p, s->bytes);
	s->p = map_pages(s->fd, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
}

static void on_file(struct subject *s)
{
	if (set_backing(s->fd, VMLAB_BACKING_FILE, file, 0))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	unwritten(s);
}

/* Write a byte of each page, as user mode does. */
static int write_pages(struct subject *s)
{
	for (size_t i = 0; i < s->bytes; i += page)
		*(volatile char *)(s->p + i) = OWN;
	return 0;
}

static int read_pages(struct subject *s)
{
	for (size_t i = 0; i < s->bytes; i += page)
		(void)*(volatile char *)(s->p + i);
	return 0;
}

/* The kernel reads and writes: what it did not do, it does not report. */
static int read_by_kernel(struct subject *s)
{
	char buffer[PAGES * 4096];
	struct iovec to = { buffer, s->bytes }, from = { s->p, s->bytes };
	ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

	if (n < 0)
		return -1;
	if (n && memcmp(buffer, s->p, (size_t)n))
		bail("%zd bytes read, of which some are wrong", n);
	return 0;
}

static int write_by_kernel(struct subject *s)
{
	int fd = open("/proc/self/mem", O_RDWR), err = 0;
	char buffer[PAGES * 4096];
	ssize_t n;

	if (fd < 0)
		return -1;
	memset(buffer, 'k', sizeof(buffer));
	n = pwrite(fd, buffer, s->bytes, (off_t)(uintptr_t)s->p);
	/* FOLL_FORCE gives EIO where a page cannot be had. */
	if (n < 0)
		err = errno == EIO ? EFAULT : errno;
	close(fd);
	if (n > 0 && !holds(s->p, (size_t)n, 'k'))
		bail("%zd bytes written, of which some are missing", n);
	errno = err;
	return err ? -1 : 0;
}

static int lock_pages(struct subject *s)
{
	int err = mlock(s->p, s->bytes) ? errno : 0;

	/* mlock(2) names a fault without memory so. */
	errno = err == EAGAIN ? ENOMEM : err;
	return err ? -1 : 0;
}

static int sync_pages(struct subject *s)
{
	return msync(s->p, s->bytes, MS_SYNC);
}

/* A byte of each page is new, and @rest stands in the others. */
static bool own_and(const char *p, size_t bytes, char rest)
{
	for (; bytes; bytes -= page, p += page)
		if (*p != OWN || !holds(p + 1, page - 1, rest))
			return false;
	return true;
}

static bool new_written(struct subject *s, int err)
{
	(void)err;
	return own_and(s->p, s->bytes, 0);
}

static bool old_written(struct subject *s, int err)
{
	(void)err;
	return own_and(s->p, s->bytes, 'a');
}

static bool kept(struct subject *s, int err)
{
	(void)err;
	return holds(s->p, s->bytes, 'a');
}

/* What one of the spaces wrote is not in the other. */
static bool apart(struct subject *s, int err)
{
	char *q = map_shared(s->other, PAGES);
	bool right = old_written(s, err) && holds(q, s->bytes, 'a');

	munmap(q, s->bytes);
	return right;
}

static bool private_written(struct subject *s, int err)
{
	char *q = map_shared(s->fd, PAGES);
	bool right = old_written(s, err) && holds(q, s->bytes, 'a');

	munmap(q, s->bytes);
	return right;
}

static const struct step steps[] = {
	STEP("write new pages", unwritten, write_pages, .check = new_written),
	STEP("write with a budget", with_budget, write_pages, .check = old_written),
	STEP("read with a budget", with_budget, read_pages, .check = kept),
	STEP("read with stepping", stepping, read_pages, .check = kept),
	STEP("read evicted pages", evicted, read_pages, .check = kept),
	STEP("write evicted pages", evicted, write_pages, .check = old_written),
	STEP("read with prefetch", prefetching, read_pages, .check = kept),
	STEP("read around", around, read_pages, .check = kept),
	STEP("write cleaned pages", cleaned, write_pages, .check = old_written),
	STEP("write shared frames of a clone", cloned, write_pages, .check = apart),
	STEP("write private copies", private, write_pages, .check = private_written),
	STEP("write on a file", on_file, write_pages, .check = new_written),
	STEP("msync", on_file, sync_pages),
	STEP("mlock", evicted, lock_pages, .check = kept),
	STEP("process_vm_readv", evicted, read_by_kernel, .check = kept),
	STEP("write to /proc/PID/mem", evicted, write_by_kernel),
};

void fail_faults(void)
{
	const struct step huge = STEP("write huge frames", huge_unwritten,
				      write_pages, .check = new_written);
	char name[] = "/dev/shm/vmlab-XXXXXX";

	file = mkstemp(name);
	if (file < 0 || ftruncate(file, PAGES * (off_t)page))
		bail("%s: %s", name, strerror(errno));
	unlink(name);
	fail_steps(steps, sizeof(steps) / sizeof(steps[0]));
	if (dev_info().features & VMLAB_FEAT_HUGE)
		fail_step(&huge);
	else
		skip("no huge frames on this kernel", "write huge frames");
	close(file);
}
