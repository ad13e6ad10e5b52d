/* SPDX-License-Identifier: GPL-2.0 */
/* The report of vmlab faults: rows, sums, percentiles. */
#ifndef VMLAB_MODEL_FAULTS_H
#define VMLAB_MODEL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "../bpf/faults.h"

/* the faults of a session */
struct fault_totals {
	__u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 ns[NR_FAULT_KINDS];
	__u64 max_ns[NR_FAULT_KINDS];
	__u64 origin[NR_FAULT_ORIGINS][NR_FAULT_SIZES];
	__u64 retries; /* attempts that returned VM_FAULT_RETRY */
	__u64 untimed; /* faults without a latency */
	__u64 failures[NR_FAULT_FAILURES];
	__u64 lost[NR_FAULT_LOST];
};

struct process_row {
	struct process_key key;
	struct process_stat stat;
	__u64 sum[NR_FAULT_SIZES];
};

/* one mapping of one program; or, merged, of all programs */
struct vma_row {
	struct vma_key key;
	struct vma_stat stat;
	char *name; /* path, or [heap] and the like */
};

/* struct ip_row - an instruction; without faults, a frame of a stack or of a signal */
struct ip_row {
	struct ip_key key;
	struct ip_stat stat;
	char *path; /* NULL: not in a file, or unknown */
	char *symbol; /* NULL: unknown */
	uint64_t distance; /* from the start of the symbol */
};

/* one function on a stack */
struct stack_frame {
	const char *symbol; /* NULL: unknown */
	const char *path; /* NULL: not in a file, or unknown */
	__u64 address; /* offset in the file, or without one the address */
};

struct stack_row {
	struct stack_key key;
	struct stack_stat stat;
	struct stack_frame *frames; /* outermost first */
	size_t nr_frames;
};

struct signal_row {
	struct signal_key key;
	__u64 count;
	/* where the instruction is, as in struct ip_row */
	char *path, *symbol;
	uint64_t offset, distance;
};

struct faults_report {
	/* the request */
	char *const *command; /* NULL when there is none to run */
	pid_t pid; /* the process that is followed, or 0 */
	bool all; /* all processes but vmlab */
	size_t top; /* rows of a table, 0 for all */
	bool histogram;
	bool by_vma, by_ip;

	/* the run */
	pid_t command_pid;
	int spawn_errno; /* why the command could not be run, or 0 */
	bool waited; /* @status and @usage are valid */
	int status; /* as wait(2) returns it */
	struct rusage usage; /* of the command and of the children it waited for */
	double seconds;
	bool lacks_stack, lacks_uffd; /* kinds that this kernel cannot tell apart */

	/* the counters */
	struct fault_totals totals;
	__u64 sum[NR_FAULT_SIZES];
	struct latency_histogram latency[NR_FAULT_KINDS];
	struct latency_histogram all_latency;
	__u64 all_ns, all_max_ns;
	struct process_row *processes;
	size_t nr_processes;
	struct vma_row *vmas;
	size_t nr_vmas;
	struct ip_row *ips;
	size_t nr_ips;
	struct signal_row *signals;
	size_t nr_signals;
	struct stack_row *stacks;
	size_t nr_stacks;
	char **names; /* of frames of stacks */
	size_t nr_names;
};

/**
 * faults_locate_signals - copy file and symbol of each signal's instruction from @ips
 *
 * Call it before faults_merge(), which drops instructions without faults.
 */
void faults_locate_signals(struct faults_report *report);

/** faults_sum - add up a histogram and totals of all kinds, from those of each */
void faults_sum(struct faults_report *report);

/** faults_sort - sort all rows but stacks, most faults first */
void faults_sort(struct faults_report *report);

/**
 * faults_merge - make one row of the same mapping, or instruction, in all processes
 *
 * The merged rows are sorted, most faults first.
 */
void faults_merge(struct faults_report *report);

/** faults_usage_matches - return whether the totals equal those of getrusage(2) */
bool faults_usage_matches(const struct faults_report *report);

/** faults_release - free all rows */
void faults_release(struct faults_report *report);

/** fault_sum - add up all kinds */
void fault_sum(const __u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES],
	       __u64 sum[NR_FAULT_SIZES]);

/** latency_upper - return the largest value, in ns, that a bucket counts */
__u64 latency_upper(size_t slot);

/**
 * latency_percentile - return the time, in ns, that @percent of the faults took at most
 * @max: the longest time
 *
 * Return: the upper end of the bucket, at most an eighth too high; 0 without
 * faults.
 */
__u64 latency_percentile(const struct latency_histogram *h,
			 unsigned int percent, __u64 max);

#endif /* VMLAB_MODEL_FAULTS_H */
