/* SPDX-License-Identifier: GPL-2.0 */
/* Touching the pages of a mapping one by one. */
#ifndef VMLAB_TOUCH_H
#define VMLAB_TOUCH_H

#include <stddef.h>
#include <stdint.h>

#include "model/parse.h"
#include "model/space_result.h"

/**
 * struct touch - which pages of a mapping to touch, and how
 * @access: read, write or nothing
 * @runs: page numbers within the mapping
 * @nr_runs: number of @runs
 * @stride: pages from one touch of a run to the next; 1 touches every page
 */
struct touch {
	enum access access;
	const struct page_run *runs;
	size_t nr_runs;
	uint64_t stride;
};

/**
 * touch_pages - read or write the first word of each page
 * @base: the mapping
 * @page_size: bytes
 * @touch: which pages and how; they must be inside the mapping
 * @value: the word to write, not zero
 * @touched: [out] the outcome
 *
 * Catches SIGBUS while it runs, through global state: one thread at a time.
 *
 * Return: 0 or a negative errno of sigaction(2).
 */
int touch_pages(void *base, uint64_t page_size, const struct touch *touch,
		uint64_t value, struct touched *touched);

#endif /* VMLAB_TOUCH_H */
