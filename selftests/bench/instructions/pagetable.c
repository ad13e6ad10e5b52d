// SPDX-License-Identifier: GPL-2.0
/* Page tables: VMLAB_IOC_PTES against PAGEMAP_SCAN and /proc/PID/pagemap. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"
#include "lib/kernel_uapi.h"

#define DENSE	65536ul		/* pages: 256 MiB */
#define SPARSE	1000ul		/* pages in 1 TiB */

/* With more than 512, PAGEMAP_SCAN of Linux 7.3 may set walk_end too low. */
static struct page_region regions[512];
static struct vmlab_pte records[1024];
static uint64_t pagemap[8192];

/* The bits of an entry itself: no struct page is read for them. */
#define ENTRY_BITS	(VMLAB_PTE_ALL & ~(VMLAB_PTE_ZERO | VMLAB_PTE_ANON | \
					   VMLAB_PTE_FILE | VMLAB_PTE_EXCLUSIVE))

static double scan_range(const char *p, uint64_t bytes, size_t pages,
			 uint64_t return_mask)
{
	int fd = open_file("/proc/self/pagemap", O_RDONLY);
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + bytes,
		.vec = (uintptr_t)regions,
		.vec_len = sizeof(regions) / sizeof(regions[0]),
		.category_mask = PAGE_IS_PRESENT,
		.return_mask = return_mask,
	};
	const uint64_t end = arg.end;
	uint64_t begin = now();
	size_t found = 0;
	double cost;

	for (; arg.start < end; arg.start = arg.walk_end) {
		int nr = ioctl(fd, PAGEMAP_SCAN, &arg);

		if (nr < 0)
			bail("PAGEMAP_SCAN");
		for (int i = 0; i < nr; i++)
			found += (regions[i].end - regions[i].start) / PAGE;
	}
	cost = (double)(now() - begin) / (double)pages;
	if (found != pages) {
		printf("ERROR PAGEMAP_SCAN found %zu pages, not %zu\n", found, pages);
		exit(1);
	}
	close(fd);
	return cost;
}

/* Request all pages of a range.  @nr_records counts them, unless it is NULL. */
static double ptes_range(int fd, const char *p, uint64_t bytes, size_t pages,
			 uint64_t return_mask, uint32_t flags, size_t *nr_records)
{
	struct vmlab_ptes req = {
		.size = sizeof(req),
		.flags = flags,
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + bytes,
		.category_mask = VMLAB_PTE_PRESENT,
		.return_mask = return_mask,
		.records = (uintptr_t)records,
	};
	uint64_t begin = now();
	/* A small buffer needs no allocation; one that is not full is the last. */
	const uint32_t room = pages < 4 ? 4 :
			      sizeof(records) / sizeof(records[0]);
	size_t found = 0, all = 0;
	double cost;

	do {
		req.result = 0;
		req.nr = room;
		if (ioctl(fd, VMLAB_IOC_PTES, &req))
			bail("VMLAB_IOC_PTES");
		for (uint32_t i = 0; i < req.nr; i++)
			found += records[i].nr;
		all += req.nr;
	} while (req.nr == room);
	cost = (double)(now() - begin) / (double)pages;
	if (found != pages)
		bail("VMLAB_IOC_PTES missed a page");
	if (nr_records)
		*nr_records = all;
	return cost;
}

double ptes_peer(char *p, size_t pages)
{
	return scan_range(p, pages * PAGE, pages, PAGE_IS_PRESENT);
}

double ptes_vmlab(int fd, char *p, size_t pages, uint64_t return_mask,
		  uint32_t flags)
{
	return ptes_range(fd, p, pages * PAGE, pages, return_mask, flags, NULL);
}

static double read_pagemap(const char *p, size_t pages)
{
	int fd = open_file("/proc/self/pagemap", O_RDONLY);
	const size_t step = sizeof(pagemap) / sizeof(pagemap[0]);
	uint64_t begin = now();
	double cost;

	for (size_t i = 0; i < pages; i += step)
		if (pread(fd, pagemap, sizeof(pagemap),
			  (off_t)(((uintptr_t)p / PAGE + i) *
				  sizeof(pagemap[0]))) != sizeof(pagemap))
			bail("pagemap");
	cost = (double)(now() - begin) / (double)pages;
	close(fd);
	return cost;
}

static double floor_walk(int floor_fd, const char *p, uint64_t bytes, size_t pages)
{
	uint64_t range[2] = { (uintptr_t)p, (uintptr_t)p + bytes };
	uint64_t begin = now();

	if (ioctl(floor_fd, FLOOR_PTES, range) != (int)pages)
		bail("FLOOR_PTES");
	return (double)(now() - begin) / (double)pages;
}

static void dense(int fd, int floor_fd)
{
	char *p = map_memory(-1, DENSE * PAGE);

	madvise(p, DENSE * PAGE, MADV_NOHUGEPAGE);
	touch_write(p, DENSE);
	result("ptes_dense.pagemap_scan", ptes_peer(p, DENSE));
	result("ptes_dense_kinds.pagemap_scan",
	       scan_range(p, DENSE * PAGE, DENSE,
			  PAGE_IS_PRESENT | PAGE_IS_FILE | PAGE_IS_PFNZERO |
			  PAGE_IS_HUGE | PAGE_IS_SOFT_DIRTY));
	result("ptes_dense.pagemap", read_pagemap(p, DENSE));
	result("ptes_dense.vmlab",
	       ptes_vmlab(fd, p, DENSE, VMLAB_PTE_PRESENT,
			  VMLAB_PTES_FOLD_FLAGS));
	result("ptes_dense_bits.vmlab",
	       ptes_vmlab(fd, p, DENSE, ENTRY_BITS, VMLAB_PTES_FOLD_FLAGS));
	result("ptes_dense_frames.vmlab",
	       ptes_vmlab(fd, p, DENSE, 0, VMLAB_PTES_FOLD_FLAGS));
	result("ptes_dense.floor",
	       floor_walk(floor_fd, p, DENSE * PAGE, DENSE));
	result("ptes_one.pagemap_scan", ptes_peer(p, 1));
	result("ptes_one.vmlab", ptes_vmlab(fd, p, 1, VMLAB_PTE_PRESENT,
					    VMLAB_PTES_FOLD_FLAGS));
	munmap(p, DENSE * PAGE);
}

/* Huge pages whose entries were split: all frames of one are adjacent. */
static char *map_adjacent(void)
{
	const size_t huge = 2ul << 20;
	char *room = map_memory(-1, DENSE * PAGE + huge);
	char *p = (char *)(((uintptr_t)room + huge - 1) & ~(huge - 1));

	munmap(room, DENSE * PAGE + huge);
	if (mmap(p, DENSE * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p)
		bail("mmap of huge pages");
	if (madvise(p, DENSE * PAGE, MADV_HUGEPAGE))
		bail("MADV_HUGEPAGE");
	touch_write(p, DENSE);
	/* Another protection for a part of a huge page splits its entry. */
	for (size_t i = 0; i < DENSE * PAGE; i += huge)
		if (mprotect(p + i, PAGE, PROT_READ) ||
		    mprotect(p + i, PAGE, PROT_READ | PROT_WRITE))
			bail("mprotect");
	/* The pages that were protected are written again: all entries are alike. */
	touch_write(p, DENSE);
	return p;
}

/*
 * Pages that were written in an order in which no two neighbours follow each
 * other: whatever order the allocator has, their frames are not adjacent.
 */
static char *map_scattered(void)
{
	char *p = map_memory(-1, DENSE * PAGE);

	madvise(p, DENSE * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < DENSE; i++)
		p[i * 40503 % DENSE * PAGE] = 1;
	return p;
}

/* Runs of frames: a record of vmlab ends where the next frame is not adjacent. */
static void frames(int fd)
{
	char *p = map_adjacent();
	size_t nr_records;
	double cost;

	result("ptes_adjacent.pagemap_scan", ptes_peer(p, DENSE));
	result("ptes_adjacent.pagemap", read_pagemap(p, DENSE));
	cost = ptes_range(fd, p, DENSE * PAGE, DENSE, ENTRY_BITS, 0, &nr_records);
	if (nr_records <= DENSE / 512)
		result("ptes_adjacent.vmlab", cost);
	else
		missing("ptes_adjacent.vmlab", "there were too few huge pages");
	munmap(p, DENSE * PAGE);

	p = map_scattered();
	result("ptes_scattered.pagemap_scan", ptes_peer(p, DENSE));
	result("ptes_scattered.pagemap", read_pagemap(p, DENSE));
	cost = ptes_range(fd, p, DENSE * PAGE, DENSE, ENTRY_BITS, 0, &nr_records);
	if (nr_records > DENSE - DENSE / 1000)
		result("ptes_scattered.vmlab", cost);
	else
		missing("ptes_scattered.vmlab", "frames of neighbours were adjacent");
	munmap(p, DENSE * PAGE);
}

static void sparse(int fd, int floor_fd)
{
	const uint64_t bytes = 1ull << 40;
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap of 1 TiB");
	madvise(p, bytes, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SPARSE; i++)
		p[bytes / SPARSE * i & ~(PAGE - 1)] = 1;
	result("ptes_sparse.pagemap_scan", scan_range(p, bytes, SPARSE, PAGE_IS_PRESENT));
	result("ptes_sparse.vmlab",
	       ptes_range(fd, p, bytes, SPARSE, VMLAB_PTE_PRESENT,
			  VMLAB_PTES_FOLD_FLAGS, NULL));
	result("ptes_sparse.floor", floor_walk(floor_fd, p, bytes, SPARSE));
	munmap(p, bytes);
}

void bench_page_tables(void)
{
	int fd = open_file(DEVICE, O_RDWR);
	int floor_fd = open_file(FLOOR_DEVICE, O_RDWR);

	dense(fd, floor_fd);
	frames(fd);
	sparse(fd, floor_fd);
	close(floor_fd);
	close(fd);
}
