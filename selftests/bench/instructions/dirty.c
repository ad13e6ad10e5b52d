// SPDX-License-Identifier: GPL-2.0
/* Which pages were written: VMLAB_IOC_DIRTY against soft-dirty and PAGEMAP_SCAN. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>
#include <linux/vmlab.h>

#include "bench.h"
#include "lib/kernel_uapi.h"

#define PAGES	8192ul

/* A round: read and clear the bits of all pages, then write to all again. */
struct round {
	double scan;	/* instructions for one page */
	double write;
	double clean;	/* a scan that finds no dirty page */
};

static uint64_t bitmap[PAGES / 64];
static uint64_t pagemap[PAGES];
static struct page_region regions[1024];

static uint64_t dirty(int fd, uint32_t flags)
{
	struct vmlab_dirty req = {
		.size = sizeof(req),
		.flags = flags,
		.end = PAGES * PAGE,
		.bitmap = (uintptr_t)bitmap,
	};

	if (ioctl(fd, VMLAB_IOC_DIRTY, &req))
		bail("VMLAB_IOC_DIRTY");
	return req.nr_dirty;
}

static double per_page(uint64_t begin)
{
	return (double)(now() - begin) / (double)PAGES;
}

/* @take: flags that clear the bits, by write protection or in entries. */
static struct round vmlab(uint32_t take)
{
	int fd = open_file(DEVICE, O_RDWR);
	char *p = map_memory(fd, PAGES * PAGE);
	struct round r = {};

	touch_write(p, PAGES);
	for (int i = 0; i < 2; i++) {
		uint64_t begin = now();

		if (dirty(fd, take) != PAGES)
			bail("VMLAB_IOC_DIRTY missed a page");
		r.scan = per_page(begin);
		begin = now();
		if (dirty(fd, take))
			bail("VMLAB_IOC_DIRTY found a clean page");
		r.clean = per_page(begin);
		r.write = touch_write(p, PAGES);
	}
	munmap(p, PAGES * PAGE);
	close(fd);
	return r;
}

static void read_pagemap(int fd, const char *p)
{
	const size_t bytes = PAGES * sizeof(*pagemap);

	if (pread(fd, pagemap, bytes, (off_t)((uintptr_t)p / PAGE *
					      sizeof(*pagemap))) !=
	    (ssize_t)bytes)
		bail("pagemap");
}

static struct round soft_dirty(void)
{
	int fd = open_file("/proc/self/pagemap", O_RDONLY);
	int clear = open_file("/proc/self/clear_refs", O_WRONLY);
	char *p = map_memory(-1, PAGES * PAGE);
	struct round r = {};

	touch_write(p, PAGES);
	for (int i = 0; i < 2; i++) {
		uint64_t begin = now();

		read_pagemap(fd, p);
		if (write(clear, "4", 1) != 1)
			bail("clear_refs");
		r.scan = per_page(begin);
		begin = now();
		read_pagemap(fd, p);
		r.clean = per_page(begin);
		r.write = touch_write(p, PAGES);
	}
	munmap(p, PAGES * PAGE);
	close(clear);
	close(fd);
	return r;
}

static void scan(int fd, const char *p, size_t expected)
{
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.flags = PM_SCAN_WP_MATCHING,
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + PAGES * PAGE,
		.vec = (uintptr_t)regions,
		.vec_len = sizeof(regions) / sizeof(regions[0]),
		.category_mask = PAGE_IS_WRITTEN,
		.return_mask = PAGE_IS_WRITTEN,
	};
	int nr = ioctl(fd, PAGEMAP_SCAN, &arg);

	if (nr < 0 || !nr != !expected)
		bail("PAGEMAP_SCAN");
}

static struct round async_wp(void)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED,
	};
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };
	int fd = open_file("/proc/self/pagemap", O_RDONLY);
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	char *p = map_memory(-1, PAGES * PAGE);
	struct round r = {};

	reg.range.start = (uintptr_t)p;
	reg.range.len = PAGES * PAGE;
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		bail("userfaultfd");
	touch_write(p, PAGES);
	for (int i = 0; i < 2; i++) {
		uint64_t begin = now();

		scan(fd, p, PAGES);
		r.scan = per_page(begin);
		begin = now();
		scan(fd, p, 0);
		r.clean = per_page(begin);
		r.write = touch_write(p, PAGES);
	}
	munmap(p, PAGES * PAGE);
	close(uffd);
	close(fd);
	return r;
}

/*
 * The least that a write costs which its driver is told of beforehand: a write to
 * a page that is mapped read-only, with a page_mkwrite that only locks it.
 */
static double notified_write(void)
{
	int fd = open_file(FLOOR_DEVICE, O_RDWR);
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, (off_t)(PAGES * PAGE));
	double cost;

	if (p == MAP_FAILED)
		bail("mmap of the floor");
	touch_read(p, PAGES);
	cost = touch_write(p, PAGES);
	munmap(p, PAGES * PAGE);
	close(fd);
	return cost;
}

void bench_dirty(void)
{
	struct round own = vmlab(VMLAB_DIRTY_CLEAR);
	struct round entries = vmlab(VMLAB_DIRTY_CLEAR | VMLAB_DIRTY_NO_PROTECT);
	struct round soft = soft_dirty();
	struct round wp = async_wp();

	result("dirty_all.vmlab", own.scan + own.write);
	result("dirty_scan.vmlab", own.scan);
	result("dirty_write.vmlab", own.write);
	result("dirty_entries_all.vmlab", entries.scan + entries.write);
	result("dirty_entries_scan.vmlab", entries.scan);
	result("dirty_entries_write.vmlab", entries.write);
	result("dirty_all.soft_dirty", soft.scan + soft.write);
	result("dirty_scan.soft_dirty", soft.scan);
	result("dirty_write.soft_dirty", soft.write);
	result("dirty_all.async_wp", wp.scan + wp.write);
	result("dirty_scan.async_wp", wp.scan);
	result("dirty_write.async_wp", wp.write);
	result("dirty_write.floor", notified_write());
	result("dirty_none.vmlab", own.clean);
	result("dirty_entries_none.vmlab", entries.clean);
	result("dirty_none.soft_dirty", soft.clean);
	result("dirty_none.async_wp", wp.clean);
}
