// SPDX-License-Identifier: GPL-2.0
/* Watermarks: free memory, zone by zone, and the settings that place them. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "labs/memory.h"
#include "labs/system.h"
#include "labs/watermarks.h"

#define VM "/proc/sys/vm/"

enum {
	ZONES = 64,
	GAP = 8, /* percent of memory from one watermark to the next */
	SMALL = 20, /* a zone of less than 1/SMALL of memory is not counted */
};

struct zone {
	double free, managed; /* pages */
};

static size_t read_zones(struct lab_run *run, struct zone zones[ZONES])
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	unsigned long value;
	char line[256];
	size_t nr = 0;

	if (!file)
		lab_fail(run, "/proc/zoneinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " pages free %lu", &value) == 1 && nr < ZONES)
			zones[nr++] = (struct zone){ .free = (double)value };
		else if (nr && sscanf(line, " managed %lu", &value) == 1)
			zones[nr - 1].managed = (double)value;
	}
	fclose(file);
	return nr;
}

static void raise_watermarks(struct lab_run *run)
{
	double page = (double)lab_machine(run)->page, managed = 0, freest = 0;
	struct zone zones[ZONES];
	size_t nr = read_zones(run, zones);
	char text[32];

	for (size_t i = 0; i < nr; i++)
		managed += zones[i].managed;
	for (size_t i = 0; i < nr; i++)
		if (zones[i].managed * SMALL > managed &&
		    zones[i].free > freest * zones[i].managed)
			freest = zones[i].free / zones[i].managed;
	/* All zones are below the low watermark, and the freest above the min one. */
	freest -= GAP / 2.0 / 100;
	if (freest <= 0)
		lab_skip(run, "less than %d%% of memory is free: end other programs",
			 GAP / 2);
	snprintf(text, sizeof(text), "%d", GAP * 100);
	lab_write_setting(run, VM "watermark_scale_factor", text);
	snprintf(text, sizeof(text), "%.0f", freest * managed * page / 1024);
	lab_write_setting(run, VM "min_free_kbytes", text);
}

/* Sum the rows of /proc/vmstat whose names start with a prefix. */
static uint64_t event_count(struct lab_run *run, const char *prefix)
{
	FILE *file = fopen("/proc/vmstat", "re");
	unsigned long long value;
	uint64_t sum = 0;
	char line[128], name[64];

	if (!file)
		lab_fail(run, "/proc/vmstat: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %llu", name, &value) == 2 &&
		    !strncmp(name, prefix, strlen(prefix)))
			sum += value;
	fclose(file);
	return sum;
}

void lab_watermarks_predict(struct lab_run *run)
{
	lab_predict_range(run, "woken", "low watermark: pages that kswapd evicted", 1,
			  INFINITY, "pages", "an allocation wakes it: pgsteal_kswapd");
	lab_predict(run, "stalls", "low watermark: times that a task reclaimed", 0,
		    "times", "only below the min watermark: allocstall");
}

void lab_watermarks_run(struct lab_run *run, bool raise, size_t pages)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	size_t page = lab_machine(run)->page;
	uint64_t evicted = event_count(run, "pgsteal_kswapd");
	uint64_t stalls = event_count(run, "allocstall");

	lab_step(run, "raise vm.min_free_kbytes and vm.watermark_scale_factor: the "
		      "low watermark is above free memory; write %zu new pages",
		 pages);
	if (raise)
		raise_watermarks(run);
	lab_write(lab_map(run, pages * page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		  pages * page, page, 1);
	for (int i = 0; i < 500; i++) {
		if (event_count(run, "pgsteal_kswapd") != evicted)
			break;
		nanosleep(&pause, NULL);
	}
	lab_measure(run, "woken",
		    lab_count(event_count(run, "pgsteal_kswapd") - evicted));
	lab_measure(run, "stalls", lab_count(event_count(run, "allocstall") - stalls));
}
