// SPDX-License-Identifier: GPL-2.0
/* Evict and refault: a budget of a space against zram under a memory limit. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

#define BUDGET	2048ul
#define PAGES	(2 * BUDGET)
#define GROUP	"/cgroup/bench"

struct run {
	uint32_t policy;
	uint32_t policy_id;
	bool write;
};

/* Each page was evicted when its turn comes again, under FIFO and under LRU. */
static double cycle(char *p, bool write)
{
	touch_write(p, PAGES);
	touch_write(p, PAGES);
	if (!write)
		touch_read(p, PAGES);
	return write ? touch_write(p, PAGES) : touch_read(p, PAGES);
}

static double vmlab(void *arg)
{
	const struct run *run = arg;
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.budget = BUDGET,
		.policy = run->policy,
		.policy_id = run->policy_id,
	};
	int fd = open_file(DEVICE, O_RDWR);
	char *p = map_memory(fd, PAGES * PAGE);
	double cost;

	if (ioctl(fd, VMLAB_IOC_PAGING_SET, &paging))
		bail("VMLAB_IOC_PAGING_SET");
	cost = cycle(p, run->write);
	munmap(p, PAGES * PAGE);
	close(fd);
	return cost;
}

static double anonymous(void *arg)
{
	const struct run *run = arg;
	char *p = map_memory(-1, PAGES * PAGE);
	double cost = cycle(p, run->write);

	munmap(p, PAGES * PAGE);
	return cost;
}

/* Write the header of a swap area, as mkswap(8) does. */
static void make_swap(const char *path, uint32_t pages)
{
	static char header[PAGE];
	uint32_t info[2] = { 1, pages - 1 };	/* version, last page */
	int fd = open_file(path, O_WRONLY);

	for (int i = 0; i < 2; i++)
		*(uint32_t *)(header + 1024 + 4 * i) = info[i];
	for (int i = 0; i < 10; i++)
		header[PAGE - 10 + (size_t)i] = "SWAPSPACE2"[i];
	if (write(fd, header, PAGE) != (ssize_t)PAGE)
		bail(path);
	close(fd);
}

/* Does this kernel have zram and memory cgroups? */
static bool set_up_zram(void)
{
	static bool done;
	char limit[32];

	if (done)
		return !swapon("/dev/zram0", 0);
	if (access("/sys/block/zram0/disksize", W_OK))
		return false;
	mkdir("/cgroup", 0755);
	if (mount("none", "/cgroup", "cgroup2", 0, NULL))
		return false;
	write_file("/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(GROUP, 0755))
		return false;
	snprintf(limit, sizeof(limit), "%lu", BUDGET * PAGE);
	write_file(GROUP "/memory.max", limit);
	/* No readahead, which has nothing to wait for in memory. */
	write_file("/proc/sys/vm/page-cluster", "0");
	write_file("/sys/block/zram0/disksize", "256M");
	make_swap("/dev/zram0", 256 * 256);
	done = true;
	return !swapon("/dev/zram0", 0);
}

/* Run in the group, in a process of its own. */
static void bench_zram(void)
{
	struct run write = { .write = true }, read = { .write = false };
	pid_t child;

	if (!set_up_zram()) {
		missing("evict_write.zram", "no zram or no memory cgroup");
		missing("evict_read.zram", "no zram or no memory cgroup");
		return;
	}
	fflush(stdout);
	child = fork();
	if (!child) {
		write_file(GROUP "/cgroup.procs", "0");
		result("evict_write.zram", median(anonymous, &write));
		result("evict_read.zram", median(anonymous, &read));
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	swapoff("/dev/zram0");
}

static void row(const char *name, struct run run)
{
	result(name, median(vmlab, &run));
}

static void bpf_row(const char *name, const char *policy)
{
	uint32_t id = bpf_policy(policy);

	if (id)
		row(name, (struct run){ VMLAB_POLICY_BPF, id, true });
	else
		missing(name, "the policy could not be loaded");
}

void bench_evict(void)
{
	row("evict_write.vmlab", (struct run){ VMLAB_POLICY_FIFO, 0, true });
	row("evict_read.vmlab", (struct run){ VMLAB_POLICY_FIFO, 0, false });
	row("evict_write_clock.vmlab", (struct run){ VMLAB_POLICY_CLOCK, 0, true });
	row("evict_write_lru.vmlab", (struct run){ VMLAB_POLICY_LRU, 0, true });
	bpf_row("evict_bpf_fifo.vmlab", "bpf-fifo");
	bpf_row("evict_bpf_clock.vmlab", "bpf-clock");
	bench_zram();
}
