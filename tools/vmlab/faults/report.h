/* SPDX-License-Identifier: GPL-2.0 */
/* What vmlab faults has found: gathered once, then printed. */
#ifndef VMLAB_FAULTS_REPORT_H
#define VMLAB_FAULTS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "../bpf/faults.h"
#include "cli/cli.h"
#include "faults/session.h"

struct process_row {
	struct process_key key;
	struct process_stat stat;
	__u64 sum[NR_FAULT_SIZES];
};

/* one mapping of one program; or, merged, of all programs */
struct vma_row {
	struct vma_key key;
	struct vma_stat stat;
	char *name; /* path or [heap] and the like */
};

struct ip_row {
	struct ip_key key;
	struct ip_stat stat;
	char *path; /* NULL: not in a file, or not known */
	const char *symbol; /* NULL: none known */
	uint64_t distance; /* from the symbol */
};

struct signal_row {
	struct signal_key key;
	__u64 count;
};

struct faults_report {
	/* set by the caller */
	const struct faults_session *session;
	struct faults_options options;
	char *const *command; /* NULL when a process was looked at */
	pid_t pid;
	bool waited; /* @status and @usage are valid */
	int status; /* as wait(2) gives it */
	struct rusage usage; /* of the command and what it waited for */
	double seconds;
	size_t top; /* rows of a table, 0 for all */
	bool histogram;

	/* filled by faults_gather() */
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
	struct symbols *symbols;
};

/** faults_gather - read all counters; rows come sorted, most faults first */
int faults_gather(struct faults_report *report);
void faults_release(struct faults_report *report);

/** faults_merge_vmas, faults_merge_ips - one row for the same place in all processes */
void faults_merge_vmas(struct faults_report *report);
void faults_merge_ips(struct faults_report *report);

/** faults_usage_matches - whether totals are those of getrusage(2) */
bool faults_usage_matches(const struct faults_report *report);

/** faults_print - tables; rows are merged */
void faults_print(struct faults_report *report, FILE *out, bool colour);

/** faults_print_json - everything */
void faults_print_json(const struct faults_report *report, FILE *out);

/**
 * faults_print_folded - stacks for a flame graph: frames, outermost first, and a count
 *
 * The last frame is the kind of the fault.
 *
 * Return: 0 or a negative errno.
 */
int faults_print_folded(struct faults_report *report, FILE *out);

#endif /* VMLAB_FAULTS_REPORT_H */
