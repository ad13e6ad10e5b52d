/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Costs of faults and requests: what the files of bench-instructions share.
 *
 * The program runs in a guest whose emulator counts instructions (QEMU's
 * -icount): there the TSC is the number of instructions executed so far, those
 * of the kernel and of the emulated CPU's interrupts included.  With --time the
 * TSC is a clock.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <x86intrin.h>

#define PAGE		4096ul
#define DEVICE		"/dev/vmlab"
#define FLOOR_DEVICE	"/dev/vmlab_floor"

/* Requests of the module floor/. */
#define FLOOR_EMPTY	_IO(0xB8, 0)	/* return at once */
#define FLOOR_VMAS	_IO(0xB8, 1)	/* iterate over all VMAs of the caller */
#define FLOOR_PTES	_IO(0xB8, 2)	/* read all entries of its page tables */

static inline uint64_t now(void)
{
	return __rdtsc();
}

/* Print one result: instructions or time for one unit of work. */
void result(const char *name, double value);

/* Print that a measurement is not possible here, and why. */
void missing(const char *name, const char *why);

/* The same, for the point of a curve at @x. */
void point(const char *curve, double x, double value);

/* Print the message and errno, and exit. */
void bail(const char *what) __attribute__((noreturn));

/* Return a file descriptor, or exit. */
int open_file(const char *path, int flags);

/* Return a file descriptor of a new memfd of that size, or exit. */
int open_memfd(size_t bytes);

/* Write a string to a file, or exit. */
void write_file(const char *path, const char *text);

/* Map memory of @fd, or private anonymous memory if it is -1. */
char *map_memory(int fd, size_t bytes);

/*
 * Repeat a measurement three times and return the median: the first run finds
 * caches of the allocator empty.
 */
double median(double (*measure)(void *arg), void *arg);

/* Touch the first byte of @nr pages; return the instructions for one. */
double touch_write(char *p, size_t nr);
double touch_read(const char *p, size_t nr);

/* threads.c: let the caller run on that processor only. */
void use_cpu(int cpu);

/* programs.c: run a program with its output in @log; return its exit status. */
int run_program(const char *const argv[], const char *log);

/* programs.c: the program that only faults */
void touch_program(void);

/* policies.c: load a policy in BPF; return its id, or 0 when it is missing. */
uint32_t bpf_policy(const char *name);

void bench_faults(void);
void bench_evict(void);
void bench_userfault(void);
void bench_dirty(void);
void bench_observed(void);
void bench_vmas(void);
void bench_queries(void);
void bench_page_tables(void);
void bench_growth(void);
void bench_programs(void);
void bench_run(void);
void bench_memory(void);
void bench_threads(void);

/* vmas.c, pagetable.c: one measurement, for the curves of growth */
double vmas_peer(bool names);
double vmas_vmlab(int fd, bool names);
double ptes_peer(char *p, size_t pages);
double ptes_vmlab(int fd, char *p, size_t pages, uint64_t return_mask,
		  uint32_t flags);
#endif /* BENCH_H */
