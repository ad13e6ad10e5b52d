// SPDX-License-Identifier: GPL-2.0
/*
 * A program that only faults, alone and while another program counts its faults:
 * `vmlab faults` against perf(1).  With one processor, what the other program does
 * meanwhile is a part of the cost.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PAGES	8192ul
#define COST	"/cost"
#define LOG	"/programs.log"

#define VMLAB	"/bin/vmlab"
#define PERF	"/bin/perf"
#define TOUCH	"/program", "--touch"

static const struct way {
	const char *result;
	const char *argv[12];
} ways[] = {
	{ "programs.alone", { TOUCH } },
	{ "programs_default.vmlab",
	  { VMLAB, "faults", "--output", "/report", "--", TOUCH } },
	{ "programs_brief.vmlab",
	  { VMLAB, "faults", "--brief", "--output", "/report", "--", TOUCH } },
	{ "programs.perf_record",
	  { PERF, "record", "-e", "faults", "-c", "1", "-o", "/perf.data", "--",
	    TOUCH } },
	{ "programs.perf_trace",
	  { PERF, "trace", "-F", "all", "-o", "/perf.trace", "--", TOUCH } },
};

int run_program(const char *const argv[], const char *log)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (!child) {
		int fd = open_file(log, O_WRONLY | O_CREAT | O_TRUNC);

		dup2(fd, 1);
		dup2(fd, 2);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		bail(argv[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The program: write to memory, and store what a page cost. */
void touch_program(void)
{
	char *p = map_memory(-1, PAGES * PAGE);
	double cost;
	FILE *f;

	madvise(p, PAGES * PAGE, MADV_NOHUGEPAGE);
	cost = touch_write(p, PAGES);
	f = fopen(COST, "w");
	if (!f)
		bail(COST);
	fprintf(f, "%.1f\n", cost);
	fclose(f);
}

/* Return what a page cost, or -1 when the other program failed. */
static double measure(void *arg)
{
	const struct way *way = arg;
	double cost = -1;
	FILE *f;

	unlink(COST);
	if (run_program(way->argv, LOG))
		return -1;
	f = fopen(COST, "r");
	if (!f || fscanf(f, "%lf", &cost) != 1)
		cost = -1;
	if (f)
		fclose(f);
	return cost;
}

/* Print the first line of the other program's messages as the reason. */
static void missing_log(const char *name)
{
	char line[120] = "";
	FILE *f = fopen(LOG, "r");

	while (f && fgets(line, sizeof(line), f) && *line == '\n')
		;
	if (f)
		fclose(f);
	for (char *p = line; *p; p++)
		if (*p == '\n')
			*p = '\0';
	missing(name, *line ? line : "the program that counts faults failed");
}

void bench_programs(void)
{
	mount("none", "/sys/kernel/tracing", "tracefs", 0, NULL);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct way way = ways[i];
		double cost;

		if (access(way.argv[0], X_OK)) {
			missing(way.result, "the host has no such program");
			continue;
		}
		cost = median(measure, &way);
		if (cost < 0)
			missing_log(way.result);
		else
			result(way.result, cost);
	}
}
