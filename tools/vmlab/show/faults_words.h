/* SPDX-License-Identifier: GPL-2.0 */
/* Names of what is counted, and sums and percentiles of the counts. */
#ifndef VMLAB_FAULTS_WORDS_H
#define VMLAB_FAULTS_WORDS_H

#include <stddef.h>

#include "../bpf/faults.h"

/** fault_kind_name, fault_kind_help - "anon", and what it means */
const char *fault_kind_name(enum fault_kind kind);
const char *fault_kind_help(enum fault_kind kind);

const char *fault_origin_name(enum fault_origin origin);
const char *fault_origin_help(enum fault_origin origin);
const char *fault_failure_name(enum fault_failure failure);

/** fault_lost_name, fault_lost_help - a JSON key, and a phrase after a number */
const char *fault_lost_name(enum fault_lost lost);
const char *fault_lost_help(enum fault_lost lost);

#define KINDS_TEXT_MAX 256

/** fault_kinds_text - names for a set of bits, joined by commas; returns @buf */
const char *fault_kinds_text(__u32 kinds, char buf[static KINDS_TEXT_MAX]);

/** signal_cause - "SEGV_MAPERR" and so on; returns "?" for others */
const char *signal_cause(int signal, int code);

/** signal_meaning - what that is, in words */
const char *signal_meaning(const struct signal_key *key);

/** fault_sum - all kinds together */
void fault_sum(const __u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES],
	       __u64 sum[NR_FAULT_SIZES]);

/** latency_upper - the largest value, in ns, that a slot of the histogram counts */
__u64 latency_upper(size_t slot);

/**
 * latency_percentile - the time, in ns, within which @percent of the faults were done
 *
 * @max: the longest time
 *
 * Return: the upper end of the histogram's bucket, at most an eighth too high; 0
 * when there are none.
 */
__u64 latency_percentile(const struct latency_histogram *h,
			 unsigned int percent, __u64 max);

#endif /* VMLAB_FAULTS_WORDS_H */
