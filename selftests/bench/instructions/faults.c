// SPDX-License-Identifier: GPL-2.0
/* The costs of faults, against memfd, anonymous memory and an empty handler. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

#define PAGES	8192ul

enum source { VMLAB, VMLAB_AROUND, MEMFD, ANONYMOUS, FLOOR };

static int open_source(enum source source)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.flags = VMLAB_PAGING_AROUND,
		.prefetch = VMLAB_PREFETCH_NEXT,
		.prefetch_pages = 15,
	};
	int fd = -1;

	switch (source) {
	case VMLAB:
	case VMLAB_AROUND:
		fd = open_file(DEVICE, O_RDWR);
		if (source == VMLAB_AROUND &&
		    ioctl(fd, VMLAB_IOC_PAGING_SET, &paging))
			bail("VMLAB_IOC_PAGING_SET");
		break;
	case FLOOR:
		fd = open_file(FLOOR_DEVICE, O_RDWR);
		break;
	case MEMFD:
		fd = open_memfd(PAGES * PAGE);
		break;
	case ANONYMOUS:
		break;
	}
	return fd;
}

struct run {
	enum source source;
	bool write;
	bool again;	/* measure the second touch, after the entries were zapped */
};

static double measure(void *arg)
{
	const struct run *run = arg;
	int fd = open_source(run->source);
	char *p = map_memory(fd, PAGES * PAGE);
	double cost;

	/* The page table is allocated by neither the first nor the second touch. */
	if (run->again) {
		touch_write(p, PAGES);
		madvise(p, PAGES * PAGE, MADV_DONTNEED);
	}
	cost = run->write ? touch_write(p, PAGES) : touch_read(p, PAGES);
	munmap(p, PAGES * PAGE);
	if (fd >= 0)
		close(fd);
	return cost;
}

#define HUGE_BYTES	(2ul << 20)
#define HUGE_PAGES	32ul

/* Map memory at a multiple of the size of a huge page. */
static char *map_aligned(int fd, size_t bytes)
{
	char *room = map_memory(-1, bytes + HUGE_BYTES);
	char *p = (char *)(((uintptr_t)room + HUGE_BYTES - 1) &
			   ~(HUGE_BYTES - 1));
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;

	munmap(room, bytes + HUGE_BYTES);
	if (mmap(p, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0) != p)
		bail("mmap of huge pages");
	return p;
}

/* The first write of huge pages; instructions for one of 2 MiB. */
static double measure_huge(void *arg)
{
	const bool anonymous = *(bool *)arg;
	const size_t bytes = HUGE_PAGES * HUGE_BYTES;
	struct vmlab_space_config config = {
		.size = sizeof(config),
		.flags = VMLAB_SPACE_HUGE,
	};
	int fd = anonymous ? -1 : open_file(DEVICE, O_RDWR);
	uint64_t begin;
	char *p;
	double cost;

	if (!anonymous && ioctl(fd, VMLAB_IOC_SPACE_SET, &config)) {
		close(fd);
		return -1;
	}
	p = map_aligned(fd, bytes);
	if (madvise(p, bytes, MADV_HUGEPAGE))
		bail("MADV_HUGEPAGE");
	begin = now();
	for (size_t i = 0; i < HUGE_PAGES; i++)
		*(volatile char *)(p + i * HUGE_BYTES) = 1;
	cost = (double)(now() - begin) / (double)HUGE_PAGES;
	munmap(p, bytes);
	if (fd >= 0)
		close(fd);
	return cost;
}

static void huge_row(const char *name, bool anonymous)
{
	double cost = median(measure_huge, &anonymous);

	if (cost < 0)
		missing(name, "the kernel or the module has no huge frames");
	else
		result(name, cost);
}

static void row(const char *name, struct run run)
{
	result(name, median(measure, &run));
}

#define DEBUGFS		"/sys/kernel/debug"
#define FAULT_AROUND	DEBUGFS "/fault_around_bytes"

/* memfd where a read fault maps one page, instead of up to 16. */
static void row_without_around(const char *name)
{
	mount("none", DEBUGFS, "debugfs", 0, NULL);
	if (access(FAULT_AROUND, W_OK)) {
		missing(name, "the kernel has no debugfs");
		return;
	}
	write_file(FAULT_AROUND, "4096");
	row(name, (struct run){ MEMFD, false, true });
	write_file(FAULT_AROUND, "65536");
}

void bench_faults(void)
{
	row("first_write.vmlab", (struct run){ VMLAB, true, false });
	row("first_write.memfd", (struct run){ MEMFD, true, false });
	row("first_write.anonymous", (struct run){ ANONYMOUS, true, false });
	row("first_read.vmlab", (struct run){ VMLAB, false, false });
	row("first_read.memfd", (struct run){ MEMFD, false, false });
	row("refault_write.vmlab", (struct run){ VMLAB, true, true });
	row("refault_write.memfd", (struct run){ MEMFD, true, true });
	row("refault_read.vmlab", (struct run){ VMLAB_AROUND, false, true });
	row("refault_read_single.vmlab", (struct run){ VMLAB, false, true });
	row("refault_read.memfd", (struct run){ MEMFD, false, true });
	row_without_around("refault_read_single.memfd");
	/* The floor's first touch is a refault: its page waits. */
	row("refault_write.floor", (struct run){ FLOOR, true, true });
	row("refault_read.floor", (struct run){ FLOOR, false, true });
	huge_row("first_write_huge.vmlab", false);
	huge_row("first_write_huge.thp", true);
}
