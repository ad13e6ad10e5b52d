// SPDX-License-Identifier: GPL-2.0
/* The costs of faults, against memfd, anonymous memory and an empty handler. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
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
		fd = memfd_create("bench", MFD_CLOEXEC);
		if (fd < 0 || ftruncate(fd, PAGES * PAGE))
			bail("memfd");
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

static void row(const char *name, struct run run)
{
	result(name, median(measure, &run));
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
	/* The floor's first touch is a refault: its page waits. */
	row("refault_write.floor", (struct run){ FLOOR, true, true });
	row("refault_read.floor", (struct run){ FLOOR, false, true });
}
