/* SPDX-License-Identifier: GPL-2.0 */
/* Touching the pages of a mapping one by one, and what came of it. */
#ifndef VMLAB_TOUCH_H
#define VMLAB_TOUCH_H

#include <stddef.h>
#include <stdint.h>

#include "cli/parse.h"

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

/** struct touch - which pages of a mapping to touch, and how */
struct touch {
	enum access access;
	const struct page_run *runs;
	size_t nr_runs;
	uint64_t stride; /* pages; 1 touches every page of a run */
};

/**
 * struct touched - the outcome
 * @pages: touches made, with or without success
 * @sigbus: touches that were answered with SIGBUS
 * @nonzero: reads that found a first word other than zero
 * @ns: time for all, nanoseconds
 */
struct touched {
	uint64_t pages;
	uint64_t sigbus;
	uint64_t nonzero;
	uint64_t ns;
};

/** touch_parse_access - "none", "read" or "write": 0 or -EINVAL */
int touch_parse_access(const char *s, enum access *access);

/** touch_access_name - the inverse */
const char *touch_access_name(enum access access);

/**
 * touch_pages - read or write the first word of each page
 * @base: the mapping
 * @page_size: bytes
 * @touch: which pages and how; pages must be inside the mapping
 * @value: what to write, not zero
 * @touched: [out] the outcome
 *
 * SIGBUS is caught meanwhile; not for use by two threads at a time.
 *
 * Return: 0 or a negative errno of sigaction(2).
 */
int touch_pages(void *base, uint64_t page_size, const struct touch *touch,
		uint64_t value, struct touched *touched);

#endif /* VMLAB_TOUCH_H */
