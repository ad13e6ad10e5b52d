// SPDX-License-Identifier: GPL-2.0
/*
 * Whole programs with the allocator of `vmlab run`, alone and below it, without a budget:
 * from the fork of the first process to the end of the last.  Each takes long enough for one
 * run of it to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "bench.h"

#define ALLOCATOR	"libjemalloc.so.2"
#define INPUT		"/run/"
#define LOG		"/run.log"

enum { ARGUMENTS = 6 };

static const struct work {
	const char *alone, *managed;
	const char *argv[ARGUMENTS];
} works[] = {
	{ "run_sort.alone", "run_sort.vmlab", { "/bin/sort", INPUT "numbers" } },
	{ "run_xz.alone", "run_xz.vmlab", { "/bin/xz", "-1", "-T1", "-c", INPUT "text" } },
	{ "run_perl.alone", "run_perl.vmlab", { "/bin/perl", INPUT "words.pl" } },
	{ "run_sqlite3.alone", "run_sqlite3.vmlab",
	  { "/bin/sqlite3", "-init", INPUT "join.sql", ":memory:", ".quit" } },
};

static double measure_alone(const struct work *work)
{
	uint64_t start;
	int status;

	setenv("LD_PRELOAD", ALLOCATOR, 1);
	start = now();
	status = run_program(work->argv, LOG);
	start = now() - start;
	unsetenv("LD_PRELOAD");
	return status ? -1 : (double)start / 1000;
}

static double measure_managed(const struct work *work)
{
	const char *argv[ARGUMENTS + 5] = { "/bin/vmlab", "run", "-o", "/report", "--" };
	uint64_t start;
	int status;

	for (int i = 0; i < ARGUMENTS && work->argv[i]; i++)
		argv[5 + i] = work->argv[i];
	start = now();
	status = run_program(argv, LOG);
	start = now() - start;
	return status ? -1 : (double)start / 1000;
}

static void measure(const char *name, double (*one)(const struct work *),
		    const struct work *work)
{
	double cost;

	if (access(work->argv[0], X_OK)) {
		missing(name, "the host has no such program");
		return;
	}
	cost = one(work);
	if (cost < 0)
		missing(name, "the program failed: is libjemalloc2 installed?");
	else
		result(name, cost);
}

void bench_run(void)
{
	char byte;

	/* The first one to ask waits, and makes entropy meanwhile. */
	if (getrandom(&byte, 1, 0) != 1)
		bail("getrandom");
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		measure(works[i].alone, measure_alone, &works[i]);
		measure(works[i].managed, measure_managed, &works[i]);
	}
}
