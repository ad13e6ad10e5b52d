// SPDX-License-Identifier: GPL-2.0
/*
 * At the end of memory, which is the limit of a memory cgroup here: prefetch of
 * a mapping that is larger stops, reclaims nothing and causes no OOM kill; a
 * budget that is lowered is not waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		CGROUPS "/vmlab-memory-limit"
#define LIMIT		((size_t)64 << 20)
#define OTHER		((size_t)16 << 20)	/* used by another process */
#define MAPPING		((size_t)64 << 40)
#define RESERVE		((size_t)128 * 4096)	/* must be left for others */

static int write_string(const char *path, const char *text)
{
	return write_file(path, text, strlen(text));
}

static bool make_cgroup(void)
{
	char limit[32];

	snprintf(limit, sizeof(limit), "%zu", LIMIT);
	write_string(CGROUPS "/cgroup.subtree_control", "+memory");
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return false;
	write_string(CGROUP "/memory.swap.max", "0");
	return !write_string(CGROUP "/memory.max", limit);
}

static int join_cgroup(void)
{
	return write_string(CGROUP "/cgroup.procs", "0");
}

/* A counter of the cgroup's file @file. */
static unsigned long long counter(const char *file, const char *name)
{
	char *text = slurp(CGROUP "/%s", file);
	const char *at = text ? strstr(text, name) : NULL;
	unsigned long long value = 0;

	if (at && at[strlen(name)] == ' ')
		value = strtoull(at + strlen(name), NULL, 10);
	free(text);
	return value;
}

static unsigned long long current_bytes(void)
{
	char *text = slurp(CGROUP "/memory.current");
	unsigned long long bytes = text ? strtoull(text, NULL, 10) : LIMIT;

	free(text);
	return bytes;
}

/* Another process of the cgroup, which only uses memory. */
static int bystander(void *arg)
{
	char *p = mmap(NULL, OTHER, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	if (join_cgroup() || p == MAP_FAILED)
		return 1;
	memset(p, 1, OTHER);
	stop_self();
	return 0;
}

/* Touch a page of a mapping that prefetch would fill. */
static int touch_whole(void *arg)
{
	int fd = dev_open(O_RDWR);
	char *p;

	(void)arg;
	if (join_cgroup())
		return 1;
	use_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE);
	p = mmap(NULL, MAPPING, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (p == MAP_FAILED)
		return 2;
	p[0] = 1;
	if (p[0] != 1 || space_stats(fd).frames < 2)
		return 3;
	/* The next fault must not prefetch again at once. */
	p[MAPPING / 2] = 1;
	return current_bytes() + RESERVE > LIMIT ? 4 : 0;
}

/* The same by RANGE, which fails and tells how far it came. */
static int prefetch_range(void *arg)
{
	int fd = dev_open(O_RDWR);
	struct vmlab_range r;

	(void)arg;
	if (join_cgroup())
		return 1;
	if (!try_range(fd, VMLAB_RANGE_PREFETCH, 0, MAPPING / page_size(), &r))
		return 2;
	if (errno != ENOMEM || r.start / page_size() != r.done ||
	    r.done != space_stats(fd).frames)
		return 3;
	return current_bytes() + RESERVE > LIMIT ? 4 : 0;
}

/* Each page that PAGING_SET evicts would need another page in the store. */
static int lower_budget(void *arg)
{
	const size_t page = page_size();
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, LIMIT / page);

	(void)arg;
	if (join_cgroup())
		return 1;
	for (size_t i = 0; i < LIMIT / page; i++) {
		if (i % 16 == 0 && current_bytes() + 64 * page > LIMIT)
			break;
		p[i * page] = 1;
	}
	return set_paging(fd, .budget = 10) ? 2 : 0;
}

/* Prefetch must neither hang nor hurt another process. */
static void prefetch(int (*fn)(void *arg), const char *what)
{
	pid_t other = spawn(bystander, NULL);
	unsigned long long oom_kills, scanned;
	int result;

	if (!wait_stopped(other, NULL))
		bail("the other process of the cgroup failed");
	oom_kills = counter("memory.events", "oom_kill");
	scanned = counter("memory.stat", "pgscan");
	result = run_bounded(fn, NULL);
	diag("%s: %d, %llu OOM kills, %llu pages scanned by reclaim", what,
	     result, counter("memory.events", "oom_kill") - oom_kills,
	     counter("memory.stat", "pgscan") - scanned);
	is(result, 0, "%s returns", what);
	is(counter("memory.stat", "pgscan"), scanned,
	   "... reclaim scans no page");
	is(proc_state(other), 'T', "... another process still runs");
	is(counter("memory.events", "oom_kill"), oom_kills,
	   "... processes that the OOM killer killed");
	kill_and_reap(other);
}

static void budget(void)
{
	int result = run_bounded(lower_budget, NULL);

	diag("PAGING_SET: %d", result);
	ok(result == 0 || result == 128 + SIGKILL,
	   "PAGING_SET of a smaller budget returns, or is killed for memory");
}

int main(void)
{
	if (!make_cgroup()) {
		skip("no memory cgroup", "the end of memory");
		return tap_done();
	}
	prefetch(touch_whole, "a touch with prefetch of a whole mapping");
	prefetch(prefetch_range, "RANGE_PREFETCH of a whole mapping");
	budget();
	rmdir(CGROUP);
	return tap_done();
}
