/* SPDX-License-Identifier: GPL-2.0 */
/* Reference strings as real accesses to the pages of a mapping. */
#ifndef SELFTESTS_PAGING_REFERENCES_H
#define SELFTESTS_PAGING_REFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vmlab.h>

#define PAGES_MAX	32
#define LENGTH_MAX	200

/**
 * struct outcome - what happened when a reference string ran
 * @victims: the pages evicted, in this order
 * @nr: how many
 * @filled: page faults as a textbook counts them
 * @lost: a page did not hold what was written to it
 * @over: there were more frames than the budget in the end
 * @stats: statistics of paging
 */
struct outcome {
	uint64_t victims[LENGTH_MAX];
	unsigned int nr;
	uint64_t filled;
	bool lost;
	bool over;
	struct vmlab_paging_stats stats;
};

/*
 * Run the references @ref[0..nr) to pages below PAGES_MAX in stepping mode,
 * with the budget, policy, seed and flags of @paging.  Each reference is one load or
 * one store: every @writes-th is a store, none when @writes is 0.
 */
void run_references(struct vmlab_paging paging, const uint64_t *ref,
		    unsigned int nr, unsigned int writes, struct outcome *out);

/* Fill @ref with @nr random references to pages below @pages, with repeats. */
void random_references(uint64_t *ref, unsigned int nr, unsigned int pages);

#endif /* SELFTESTS_PAGING_REFERENCES_H */
