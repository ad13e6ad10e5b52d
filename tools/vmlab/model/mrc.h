/* SPDX-License-Identifier: GPL-2.0 */
/* The miss-ratio curve of a command: misses against the memory of each process. */
#ifndef VMLAB_MODEL_MRC_H
#define VMLAB_MODEL_MRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/miss_ratio.h"
#include "model/opt_misses.h"
#include "model/working_set.h"

/* longest trace of a process, for OPT and the working set: 24 MiB */
#define MRC_TRACE_MAX (1u << 20)

enum { MRC_POINTS = 20, MRC_FINE = 400, MRC_SETS = 40, MRC_VERIFIED = 3 };

/**
 * struct mrc_process - what was seen of the memory of a process
 * @misses: its accesses
 * @trace: the same in order, or fewer
 * @filled: pages filled while accesses were recorded
 * @keep: pages that a thread keeps mapped besides the last one: accesses to them are not
 *	seen
 * @keep_most: the most that it kept
 * @least: the smallest memory, in pages, for which distances tell hits from misses
 */
struct mrc_process {
	struct miss_ratio misses;
	struct access_trace trace;
	uint64_t filled;
	uint32_t keep, keep_most;
	double least;
};

/**
 * struct mrc_result - the curve, and what follows from it
 * @command: the command; NULL for a process that ran already
 * @pid: that process, else 0
 * @page_size: bytes
 * @accesses: estimate of the accesses to another page than the one before; when pages
 *	were kept, of those to none of these
 * @cold: misses that no memory avoids
 * @keep: the most pages that a thread of a process kept, as in struct mrc_process
 * @least: the smallest memory that the curve is known for: 1 when no pages were kept
 * @pages: memory beyond which there are only those, of the process that needs most
 * @knee: see miss_curve_knee(), 0 for none
 * @enough: the smallest memory with less than 1 % more misses than cold ones
 * @enough_misses: the misses there
 * @rate: the lowest rate of sampling at the end, 1 for all pages
 * @tracked: pages sampled
 * @seen: accesses that were seen
 * @lost: events lost: if not 0, distances are too small
 * @seconds, @in_faults: how long accesses were recorded, and the time in the fault handler
 *	meanwhile, of all threads: most of what recording costs
 * @processes: how many processes had managed memory
 * @point, @nr: points of the curve: memory of each process, misses of LRU and their
 *	standard error, misses of OPT
 * @fine, @nr_fine: the same at more sizes, without those of OPT, which take long
 * @set: the working set of the process with the most accesses
 * @verified, @nr_verified: runs with a budget: predicted and measured misses
 */
struct mrc_result {
	char *const *command;
	pid_t pid;
	uint64_t page_size;
	uint32_t keep;
	double accesses, cold, least, pages, knee, enough, enough_misses;
	double rate;
	double seconds, in_faults;
	uint64_t tracked, seen, lost;
	size_t processes;
	struct mrc_point {
		double pages;
		double lru, error, opt;
	} point[MRC_POINTS], fine[MRC_FINE];
	size_t nr, nr_fine;
	struct working_set set;
	struct mrc_verified {
		uint64_t pages;
		double predicted, error;
		uint64_t measured;
	} verified[MRC_VERIFIED];
	size_t nr_verified;
};

/** mrc_process_init - begin without accesses; arguments as of miss_ratio_init() */
void mrc_process_init(struct mrc_process *process, uint32_t sample, size_t max_pages);

/** mrc_process_keep - from now on each thread keeps so many pages, of the sample as it is */
void mrc_process_keep(struct mrc_process *process, uint32_t keep);

/**
 * mrc_process_error - return how uncertain the misses would be with fewer pages
 * @filled: pages filled up to now
 * @divisor: of the number of sampled pages
 *
 * Return: the standard error at a quarter, half and three quarters of the memory that has
 * cold misses only, the largest of the three, as a share of the misses there.
 */
double mrc_process_error(const struct mrc_process *process, uint64_t filled,
			 unsigned int divisor);

/** mrc_process_free - free the memory */
void mrc_process_free(struct mrc_process *process);

/**
 * mrc_make - compute the result of all processes
 * @window_ns: of the working set; 0 for a twentieth of the time
 *
 * All processes have as much memory as each other: their misses are added up.  Sets
 * all members but those of the command, of losses, of times and of verification.
 */
void mrc_make(struct mrc_result *result, struct mrc_process *const *process, size_t nr,
	      uint64_t window_ns);

/** mrc_verify_pages - set the budgets of @verified: a quarter, a half, three quarters */
void mrc_verify_pages(struct mrc_result *result, struct mrc_process *const *process,
		      size_t nr);

/** mrc_free - free the memory of a result */
void mrc_free(struct mrc_result *result);

#endif /* VMLAB_MODEL_MRC_H */
