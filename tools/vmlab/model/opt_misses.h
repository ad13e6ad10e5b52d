/* SPDX-License-Identifier: GPL-2.0 */
/* Misses of OPT (Belady's MIN) on a recorded sequence of accesses. */
#ifndef VMLAB_MODEL_OPT_MISSES_H
#define VMLAB_MODEL_OPT_MISSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct access_trace - accesses in order
 * @access: the page of each, as miss_ratio_key(); its time; whether it filled the
 *	page; and the index of the next access to the same contents, or UINT32_MAX
 * @nr, @room: used and allocated elements
 * @max: longest trace
 * @sample: a page is in the trace while its hash is below it.  It is halved when the
 *	trace gets too long.
 *
 * A page that is filled again after a drop is another page: the old contents are
 * never used again.
 */
struct access_trace {
	struct trace_access {
		uint64_t key;
		uint64_t time_ns;
		uint32_t next;
		bool filled;
	} *access;
	size_t nr, room, max;
	uint32_t sample;
};

/* a length that takes 100 MiB */
#define ACCESS_TRACE_MAX (1u << 22)

/** access_trace_init - begin an empty trace of at most @max accesses */
void access_trace_init(struct access_trace *trace, uint32_t sample, size_t max);

/** access_trace_add - add an access, unless the page is not sampled */
void access_trace_add(struct access_trace *trace, uint64_t key, uint64_t time_ns,
		      bool filled);

/** access_trace_set_sample - lower @sample, and remove the accesses to other pages */
void access_trace_set_sample(struct access_trace *trace, uint32_t sample);

/** access_trace_rate - return the share of the pages that are in the trace */
double access_trace_rate(const struct access_trace *trace);

/** access_trace_link - compute @next; before opt_misses(), after the last change */
void access_trace_link(struct access_trace *trace);

/** access_trace_free - free the accesses */
void access_trace_free(struct access_trace *trace);

/**
 * opt_misses - return the misses of OPT, those of first accesses included
 * @frames: page frames, at least 1
 *
 * One pass with a heap: O(n log frames).
 */
uint64_t opt_misses(const struct access_trace *trace, uint64_t frames);

/**
 * opt_misses_sampled - estimate the misses of OPT on all pages
 * @pages: memory, pages
 * @rate: share of the pages that are in the trace: access_trace_rate(), or what is
 *	known better
 *
 * OPT on the sample, with a share of @rate of the memory; between whole frames, in
 * proportion.
 */
double opt_misses_sampled(const struct access_trace *trace, double pages,
			  double rate);

#endif /* VMLAB_MODEL_OPT_MISSES_H */
