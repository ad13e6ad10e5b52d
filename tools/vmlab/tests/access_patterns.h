/* SPDX-License-Identifier: GPL-2.0 */
/* Sequences of accesses, and simulations that search from end to end. */
#ifndef VMLAB_TESTS_ACCESS_PATTERNS_H
#define VMLAB_TESTS_ACCESS_PATTERNS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum access_pattern { PATTERN_UNIFORM, PATTERN_LOOP, PATTERN_ZIPF, PATTERN_PHASES };

static const char *const pattern_names[] = { "uniform", "loop", "zipf", "phases" };

/* Return access @i of a sequence over @pages pages. */
static inline uint64_t pattern_page(enum access_pattern pattern, size_t i, size_t pages)
{
	double x = ((double)random() + 1) / ((double)RAND_MAX + 2);

	switch (pattern) {
	case PATTERN_LOOP:
		return i % pages;
	case PATTERN_ZIPF:
		/* Density 1/x over 1 to @pages. */
		return (uint64_t)pow((double)pages, x) - 1;
	case PATTERN_PHASES:
		return (i / 500 * 7 + (size_t)(x * (double)pages / 4)) % pages;
	default:
		return (uint64_t)(x * (double)pages);
	}
}

/* Belady, 1969: FIFO has more faults with 4 frames than with 3. */
static const uint64_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };

/* The string of the textbook by Silberschatz, Galvin and Gagne. */
static const uint64_t silberschatz[] = {
	7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1,
};

/* An LRU memory: the pages in order, the most recent first. */
struct lru_memory {
	uint64_t page[256];
	size_t nr, frames;
};

static inline size_t lru_find(const struct lru_memory *m, uint64_t page)
{
	size_t i = 0;

	while (i < m->nr && m->page[i] != page)
		i++;
	return i;
}

static inline void lru_remove(struct lru_memory *m, uint64_t page)
{
	size_t i = lru_find(m, page);

	if (i == m->nr)
		return;
	for (m->nr--; i < m->nr; i++)
		m->page[i] = m->page[i + 1];
}

/* Access a page.  Returns whether it was a miss. */
static inline bool lru_access(struct lru_memory *m, uint64_t page)
{
	bool miss = lru_find(m, page) == m->nr;

	lru_remove(m, page);
	if (m->nr == m->frames)
		m->nr--;
	for (size_t i = m->nr++; i; i--)
		m->page[i] = m->page[i - 1];
	m->page[0] = page;
	return miss;
}

#endif /* VMLAB_TESTS_ACCESS_PATTERNS_H */
