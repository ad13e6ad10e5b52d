/* SPDX-License-Identifier: GPL-2.0 */
/* Faults of all processes in one interval: the difference of two sets of counters. */
#ifndef VMLAB_ACTIVITY_H
#define VMLAB_ACTIVITY_H

#include "model/faults.h"

/** struct counters - what was counted up to some time */
struct counters {
	struct fault_totals totals;
	struct process_row *processes; /* without @sum */
	size_t nr;
	double time; /* s */
};

/** struct activity - one process in the interval */
struct activity {
	struct process_key key;
	char comm[FAULT_COMM_LEN];
	bool exited;
	__u64 sum[NR_FAULT_SIZES];
	__u64 ns;
	enum fault_kind kind; /* the most frequent */
	__u64 kind_count;
};

/** struct interval - all processes with faults in the interval, most faults first */
struct interval {
	struct activity *active;
	size_t nr;
	__u64 kinds[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 sum[NR_FAULT_SIZES];
	__u64 lost; /* records, since counting began */
	double seconds;
};

/**
 * interval_between - compare two sets of counters
 * @before: processes sorted by counters_sort(); zero for the first interval
 * @after: processes sorted as well
 * @interval: [out] to be released with interval_release()
 */
void interval_between(const struct counters *before,
		      const struct counters *after, struct interval *interval);
void interval_release(struct interval *interval);

/** interval_rate - return events a second, 0 for an empty interval */
double interval_rate(const struct interval *interval, __u64 count);

/** counters_sort - sort processes by pid and start */
void counters_sort(struct counters *counters);

/** counters_drop_exited - remove processes that have exited */
void counters_drop_exited(struct counters *counters);

#endif /* VMLAB_ACTIVITY_H */
