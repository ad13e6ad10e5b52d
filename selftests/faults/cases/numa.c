// SPDX-License-Identifier: GPL-2.0
/* Faults by NUMA hints and migration. */
#include <linux/mempolicy.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "faults/cases/case.h"

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Replace the number in a file of the kernel: the old one, or -1 on error. */
static int exchange(const char *path, int number)
{
	FILE *f = fopen(path, "r+e");
	int old = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &old) == 1) {
		rewind(f);
		fprintf(f, "%d", number);
	}
	return fclose(f) ? -1 : old;
}

/* How often NUMA balancing has scanned all memory of this process, or -1. */
static int numa_scans(void)
{
	FILE *f = fopen("/proc/self/sched", "re");
	int scans = -1;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "mm->numa_scan_seq : %d", &scans) == 1)
			break;
	if (f)
		fclose(f);
	return scans;
}

#define NUMA_BALANCING "/proc/sys/kernel/numa_balancing"

static void *idle(void *unused)
{
	pause();
	return unused;
}

/*
 * NUMA balancing marks memory after the process has run for a second: all of it
 * when there are two threads, only that of other nodes when there is one.
 */
void case_numa(void)
{
	char *p = map_anon(pages * page);
	time_t end = seconds() + 60;
	pthread_t thread;
	int scans, before;

	if (pthread_create(&thread, NULL, idle, NULL))
		die("pthread_create");
	memset(p, 1, pages * page);
	/* Linux 6.1 leaves out pages in per-CPU LRU batches: mbind() drains them. */
	if (syscall(SYS_mbind, p, pages * page, MPOL_DEFAULT, NULL, 0,
		    MPOL_MF_MOVE))
		lacking("NUMA policies");
	scans = numa_scans();
	before = exchange(NUMA_BALANCING, 1);
	if (scans < 0 || before < 0)
		lacking("NUMA balancing, or you are not root");
	while (numa_scans() == scans && seconds() < end)
		;
	exchange(NUMA_BALANCING, 0);
	touch_read(p, pages, page);
	exchange(NUMA_BALANCING, before);
}

/* Pages that migrate at once: many, so that they stay unmapped for long. */
#define MOVED 512

static volatile bool moved_enough;

static bool move_to_node(char *memory, int node)
{
	static void *addresses[MOVED];
	static int nodes[MOVED], status[MOVED];

	for (size_t i = 0; i < MOVED; i++) {
		addresses[i] = memory + i * page;
		nodes[i] = node;
	}
	return !syscall(SYS_move_pages, 0, MOVED, addresses, nodes, status,
			MPOL_MF_MOVE);
}

static void *move(void *memory)
{
	for (int node = 0; !moved_enough; node = !node)
		move_to_node(memory, node);
	return NULL;
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* Write memory that another thread migrates, until @pages faults occurred. */
void case_migration(void)
{
	char *p = map_anon(MOVED * page);
	time_t end = seconds() + 60;
	long faults = 0;
	pthread_t thread;
	int before;

	memset(p, 1, MOVED * page);
	if (!move_to_node(p, 1))
		lacking("a second NUMA node");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		lacking("a second processor");
	before = exchange(NUMA_BALANCING, 0);
	/* Map the code and the stack of these two functions before counting. */
	touch_write(p, 1, page);
	minor_faults();
	if (pthread_create(&thread, NULL, move, p))
		die("pthread_create");
	for (size_t i = 0; faults < (long)pages && seconds() < end; i++) {
		long last = minor_faults();

		touch_write(p + i % MOVED * page, 1, page);
		faults += minor_faults() - last;
	}
	moved_enough = true;
	pthread_join(thread, NULL);
	if (before > 0)
		exchange(NUMA_BALANCING, before);
}
