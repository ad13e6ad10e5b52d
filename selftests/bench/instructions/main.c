// SPDX-License-Identifier: GPL-2.0
/*
 * bench-instructions: what faults and requests cost, in instructions.
 *
 * usage: bench-instructions [--time ROUNDS] [GROUP...]
 *        bench-instructions --touch
 *
 * Prints lines "RESULT name value", "MISSING name why" and "POINT curve x value";
 * tools/vm/bench/report.py makes a table of them.  Runs as root, alone, in a
 * guest of tools/vm/bench/bench.
 *
 * With --time, measure time instead, and the groups that many times in turn,
 * with a line "ROUND" before each.  With --touch it is the program that the
 * group "programs" observes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define RUNS	3

/* With --time the rounds take the place of runs. */
static int runs = RUNS;

void result(const char *name, double value)
{
	printf("RESULT %s %.3f\n", name, value);
}

void missing(const char *name, const char *why)
{
	printf("MISSING %s %s\n", name, why);
}

void point(const char *curve, double x, double value)
{
	printf("POINT %s %.0f %.1f\n", curve, x, value);
}

void bail(const char *what)
{
	printf("ERROR %s: %s\n", what, strerror(errno));
	exit(1);
}

int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		bail(path);
	return fd;
}

int open_memfd(size_t bytes)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		bail("memfd");
	return fd;
}

void write_file(const char *path, const char *text)
{
	int fd = open_file(path, O_WRONLY);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		bail(path);
	close(fd);
}

char *map_memory(int fd, size_t bytes)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       flags | MAP_NORESERVE, fd, 0);

	if (p == MAP_FAILED)
		bail("mmap");
	return p;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double median(double (*measure)(void *arg), void *arg)
{
	double value[RUNS] = { 0 };

	for (int i = 0; i < runs; i++)
		value[i] = measure(arg);
	qsort(value, (size_t)runs, sizeof(*value), compare);
	return value[runs / 2];
}

double touch_write(char *p, size_t nr)
{
	uint64_t begin = now();

	for (size_t i = 0; i < nr; i++)
		*(volatile char *)(p + i * PAGE) = 1;
	return (double)(now() - begin) / (double)nr;
}

double touch_read(const char *p, size_t nr)
{
	uint64_t begin = now();

	for (size_t i = 0; i < nr; i++)
		(void)*(const volatile char *)(p + i * PAGE);
	return (double)(now() - begin) / (double)nr;
}

/* Fail unless the TSC counts instructions: a loop of two takes two a round. */
static void check_counter(void)
{
	const uint64_t rounds = 1000000;
	uint64_t left = rounds, begin = now();
	double ratio;

	asm volatile("1: dec %0; jnz 1b" : "+r"(left) : : "cc");
	ratio = (double)(now() - begin) / (double)(2 * rounds);
	if (ratio < 0.99 || ratio > 1.02) {
		printf("ERROR the TSC does not count instructions: %.3f of what a loop has\n",
		       ratio);
		exit(1);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	/* First, while the allocators have little free memory of their own. */
	{ "memory", bench_memory },
	{ "faults", bench_faults },
	{ "evict", bench_evict },
	{ "userfault", bench_userfault },
	{ "dirty", bench_dirty },
	{ "observed", bench_observed },
	{ "vmas", bench_vmas },
	{ "queries", bench_queries },
	{ "page-tables", bench_page_tables },
	{ "programs", bench_programs },
	{ "run", bench_run },
	{ "growth", bench_growth },
	{ "threads", bench_threads },
};

static void run_groups(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		bool wanted = !argc;

		for (int k = 0; k < argc; k++)
			wanted |= !strcmp(argv[k], groups[i].name);
		if (wanted)
			groups[i].run();
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--touch")) {
		touch_program();
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "--time")) {
		use_cpu(0);
		runs = 1;
		for (int round = 0; round < atoi(argv[2]); round++) {
			printf("ROUND\n");
			run_groups(argc - 3, argv + 3);
		}
	} else {
		check_counter();
		run_groups(argc - 1, argv + 1);
	}
	printf("END\n");
	return 0;
}
