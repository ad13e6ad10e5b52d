// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the kernel for an open file that was not used, for a mapping without
 * pages, and for a resident page beside the page itself, against a memfd: the growth
 * of slab, per-CPU and vmalloc memory in /proc/meminfo while many of them are made.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define WARM_FILES	2000	/* use up what the allocators have ready */
#define FILES		2000
#define WARM_PAGES	65536ul
#define PAGES		262144ul

static int open_device(size_t bytes)
{
	(void)bytes;	/* a space has no limit by default */
	return open_file(DEVICE, O_RDWR);
}

/* Return the bytes that the kernel's allocators have taken for itself. */
static double kernel_memory(void)
{
	static const char *const members[] = { "Slab:", "Percpu:", "VmallocUsed:" };
	char line[128], name[32];
	double sum = 0, kib;
	FILE *f;

	/* Fold the counters of each CPU into those that meminfo shows. */
	write_file("/proc/sys/vm/stat_refresh", "1");
	f = fopen("/proc/meminfo", "r");
	if (!f)
		bail("/proc/meminfo");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %lf", name, &kib) != 2)
			continue;
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
			if (!strcmp(name, members[i]))
				sum += kib * 1024;
	}
	fclose(f);
	return sum;
}

static void idle(const char *name, int (*open_one)(size_t), bool map)
{
	static char *mappings[WARM_FILES + FILES];
	static int fds[WARM_FILES + FILES];
	double before = 0, cost;

	for (int i = 0; i < WARM_FILES + FILES; i++) {
		if (i == WARM_FILES) {
			/* a worker adds the directories of spaces that are mapped */
			usleep(200000);
			before = kernel_memory();
		}
		fds[i] = open_one(PAGE);
		if (map)
			mappings[i] = map_memory(fds[i], PAGE);
	}
	usleep(200000);
	cost = (kernel_memory() - before) / FILES;
	for (int i = 0; i < WARM_FILES + FILES; i++) {
		if (map)
			munmap(mappings[i], PAGE);
		close(fds[i]);
	}
	result(name, cost);
}

static void resident(const char *name, int (*open_one)(size_t))
{
	const size_t bytes = (WARM_PAGES + PAGES) * PAGE;
	int fd = open_one(bytes);
	double before, cost;
	char *p;

	p = map_memory(fd, bytes);
	touch_write(p, WARM_PAGES);
	before = kernel_memory();
	touch_write(p + WARM_PAGES * PAGE, PAGES);
	cost = (kernel_memory() - before) / PAGES;
	munmap(p, bytes);
	close(fd);
	result(name, cost);
}

void bench_memory(void)
{
	struct rlimit files = { WARM_FILES + FILES + 100, WARM_FILES + FILES + 100 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		bail("setrlimit");
	idle("memory_idle.vmlab", open_device, false);
	idle("memory_idle.memfd", open_memfd, false);
	idle("memory_mapped.vmlab", open_device, true);
	idle("memory_mapped.memfd", open_memfd, true);
	resident("memory_page.vmlab", open_device);
	resident("memory_page.memfd", open_memfd);
}
