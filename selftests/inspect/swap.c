// SPDX-License-Identifier: GPL-2.0
#include "inspect/swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

enum { AREAS = 2, PRIORITY = 100 };

#define MEGABYTES	48
#define ZRAM_CONTROL	"/sys/class/zram-control"

static struct area {
	int id;
	bool on;
} areas[AREAS];

static int users;

bool swap_is_on(void)
{
	char *swaps = slurp("/proc/swaps");
	bool on = swaps && strstr(swaps, "\n/");

	free(swaps);
	return on;
}

/* Write the header of a swap area, as mkswap(8) does. */
static bool make_swap(const char *device)
{
	size_t page = page_size();
	char *header = calloc(1, page);
	int fd = open(device, O_WRONLY | O_CLOEXEC);
	uint32_t *version;
	bool good;

	if (!header)
		bail("out of memory");
	version = (uint32_t *)(header + 1024);
	version[0] = 1;
	version[1] = (uint32_t)((MEGABYTES << 20) / page - 1);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a magic number */
	memcpy(header + page - 10, "SWAPSPACE2", 10);
	good = fd >= 0 && write(fd, header, page) == (ssize_t)page;
	close(fd);
	free(header);
	return good;
}

static bool area_on(struct area *a, int id, int flags)
{
	static const char size[] = "48M";
	char device[32], disksize[64];

	snprintf(device, sizeof(device), "/dev/zram%d", id);
	snprintf(disksize, sizeof(disksize), "/sys/block/zram%d/disksize", id);
	a->id = id;
	a->on = !write_file(disksize, size, strlen(size)) &&
		make_swap(device) && !swapon(device, flags);
	return a->on;
}

static void area_off(struct area *a)
{
	char path[64];

	if (!a->on)
		return;
	snprintf(path, sizeof(path), "/dev/zram%d", a->id);
	if (swapoff(path))
		diag("swapoff %s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "/sys/block/zram%d/reset", a->id);
	write_file(path, "1", 1);
	a->on = false;
}

void swap_start(void)
{
	if (users++)
		return;
	if (swap_is_on()) {
		diag("swap is enabled already");
		return;
	}
	if (access("/dev/zram0", F_OK) &&
	    (system("modprobe -q zram") || access("/dev/zram0", F_OK))) {
		diag("no swap: this kernel has no zram");
		return;
	}
	if (!area_on(&areas[0], 0, 0)) {
		diag("cannot swap on zram0: %s", strerror(errno));
		return;
	}
	/* Reading hot_add creates a device and returns its number. */
	if (access("/dev/zram1", F_OK))
		free(slurp(ZRAM_CONTROL "/hot_add"));
	if (access("/dev/zram1", F_OK) ||
	    !area_on(&areas[1], 1, SWAP_FLAG_PREFER | PRIORITY))
		diag("one area of swap only: %s", strerror(errno));
}

void swap_end(void)
{
	if (--users)
		return;
	for (int i = AREAS - 1; i >= 0; i--)
		area_off(&areas[i]);
}
