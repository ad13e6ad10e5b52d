/* SPDX-License-Identifier: GPL-2.0 */
/* The working set over time. */
#ifndef VMLAB_MODEL_WORKING_SET_H
#define VMLAB_MODEL_WORKING_SET_H

#include <stddef.h>
#include <stdint.h>

#include "model/opt_misses.h"

/**
 * struct working_set - Denning's W(t, T) at several times
 * @window_ns: T
 * @time_ns: the times t, from the first access on
 * @pages: different pages accessed in (t - T, t]
 * @nr: points
 */
struct working_set {
	uint64_t window_ns;
	uint64_t *time_ns;
	double *pages;
	size_t nr;
};

/**
 * working_set_make - compute the working set of a trace
 * @window_ns: at least 1
 * @points: how many, at equal distances up to the last access
 * @rate: share of the pages that are in the trace, 0 to 1
 *
 * An access that caused no fault is not in the trace: a page that is used all the
 * time without another one between counts only when it was accessed first.
 */
void working_set_make(struct working_set *set, const struct access_trace *trace,
		      uint64_t window_ns, size_t points, double rate);

/** working_set_free - free the points */
void working_set_free(struct working_set *set);

#endif /* VMLAB_MODEL_WORKING_SET_H */
