// SPDX-License-Identifier: GPL-2.0
/* Swap areas and disks in compressed memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "labs/lib/system_internal.h"

#define CONTROL "/sys/class/zram-control"

/* Add a device of @bytes; it is removed when the run ends. */
static void add_device(struct lab_run *run, uint64_t bytes,
		       char device[LAB_PATH])
{
	char text[64], path[LAB_PATH];
	int err;

	if (geteuid())
		lab_skip(run, "zram devices need root: run it with sudo");
	if (access(CONTROL, F_OK))
		system_load_module("zram");
	undo_pend(lab_run_undo(run), true);
	/* Reading hot_add creates a device and returns its number. */
	if (!lab_read_text(CONTROL "/hot_add", text, sizeof(text)))
		lab_skip(run, "this kernel has no zram (CONFIG_ZRAM)");
	system_undo(run, UNDO_WRITE, CONTROL "/hot_remove", text);
	undo_pend(lab_run_undo(run), false);
	snprintf(path, sizeof(path), "/sys/block/zram%.16s/reset", text);
	system_undo(run, UNDO_WRITE, path, "1");
	snprintf(device, LAB_PATH, "/dev/zram%.16s", text);
	snprintf(path, sizeof(path), "/sys/block/zram%.16s/disksize", text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	err = system_write(path, text);
	if (err)
		lab_fail(run, "write %s to %s: %s", text, path, strerror(-err));
}

/* Write the header of a swap area, as mkswap(8) does. */
static void make_swap(struct lab_run *run, const char *device, uint64_t bytes)
{
	size_t page = lab_machine(run)->page;
	char *header = calloc(1, page);
	int fd = open(device, O_WRONLY | O_CLOEXEC);
	uint32_t *version;
	bool good;

	if (!header || fd < 0)
		lab_fail(run, "open %s: %s", device, strerror(errno));
	version = (uint32_t *)(header + 1024);
	version[0] = 1;
	version[1] = (uint32_t)(bytes / page - 1);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a magic number */
	memcpy(header + page - 10, "SWAPSPACE2", 10);
	good = write(fd, header, page) == (ssize_t)page;
	close(fd);
	free(header);
	if (!good)
		lab_fail(run, "write %s: %s", device, strerror(errno));
}

/* Return the type of a swap area: its place in /proc/swaps. */
static unsigned int swap_type(struct lab_run *run, const char *device)
{
	FILE *swaps = fopen("/proc/swaps", "re");
	char line[256], name[128];
	int row = -1;

	while (swaps && fgets(line, sizeof(line), swaps)) {
		/* The first line is the header. */
		if (row >= 0 && sscanf(line, "%127s", name) == 1 &&
		    !strcmp(name, device)) {
			fclose(swaps);
			return (unsigned int)row;
		}
		row++;
	}
	if (swaps)
		fclose(swaps);
	lab_fail(run, "%s is not in /proc/swaps", device);
}

unsigned int lab_swap(struct lab_run *run, uint64_t bytes, int priority,
		      char device[LAB_PATH])
{
	add_device(run, bytes, device);
	make_swap(run, device, bytes);
	system_undo(run, UNDO_SWAPOFF, device, NULL);
	if (swapon(device, SWAP_FLAG_PREFER | priority))
		lab_fail(run, "swapon %s: %s", device, strerror(errno));
	return swap_type(run, device);
}

void lab_disk(struct lab_run *run, uint64_t bytes, char directory[LAB_PATH])
{
	char device[LAB_PATH], mkfs[] = "mkfs.ext4", quiet[] = "-q";
	char features[] = "-O", no_journal[] = "^has_journal";
	char *argv[] = { mkfs, quiet, features, no_journal, device, NULL };
	int status;

	add_device(run, bytes, device);
	if (setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1))
		lab_fail(run, "setenv: %s", strerror(errno));
	status = system_command(argv);
	if (status)
		lab_skip(run, "mkfs.ext4 failed with %d: install e2fsprogs",
			 status);
	snprintf(directory, LAB_PATH, "/tmp/vmlab-lab-%d", getpid());
	system_undo(run, UNDO_RMDIR, directory, NULL);
	if (mkdir(directory, 0700))
		lab_fail(run, "mkdir %s: %s", directory, strerror(errno));
	system_undo(run, UNDO_UMOUNT, directory, NULL);
	/* mount(2) does not load it where the kernel finds no modprobe. */
	system_load_module("ext4");
	if (mount(device, directory, "ext4", 0, NULL))
		lab_skip(run, "ext4 cannot be mounted: %s", strerror(errno));
}
