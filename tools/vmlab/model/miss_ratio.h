/* SPDX-License-Identifier: GPL-2.0 */
/* Misses of LRU for any memory size, from a sample of the pages (SHARDS). */
#ifndef VMLAB_MODEL_MISS_RATIO_H
#define VMLAB_MODEL_MISS_RATIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/page_map.h"
#include "model/stack_distance.h"

/* parts of the sample that the error is estimated from */
#define MISS_RATIO_PARTS 8

/**
 * struct distance_weights - how many accesses had which distance
 * @index: from a distance to its index in @weight
 * @distance, @weight: each distance that occurred, in pages, and its accesses
 * @nr, @room, @weight_room: used and allocated elements
 * @cold: first accesses
 */
struct distance_weights {
	struct page_map index;
	uint64_t *distance;
	double *weight;
	size_t nr, room, weight_room;
	double cold;
};

/**
 * struct miss_sample - the accesses to one set of pages that a hash chooses
 * @stack: their LRU stack
 * @weights: estimates for all pages: each access counts as the inverse of @rate at its
 *	time, each distance is scaled by it
 * @pages: how many pages the set has, those that were dropped included
 * @rate: the share of all pages that these are: at first that of their hashes, then it
 *	falls with the pages that are forgotten
 */
struct miss_sample {
	struct stack_distance stack;
	struct distance_weights weights;
	size_t pages;
	double rate;
};

/**
 * struct miss_ratio - the accesses to sampled pages
 * @sample: a page is sampled while its hash is below it: VMLAB_SAMPLE_ALL for all
 * @max_pages: the rate drops when more pages are tracked (fixed-size SHARDS); 0
 *	for no limit (fixed-rate)
 * @whole: all sampled pages
 * @part: the same pages, divided by other bits of their hash
 * @tracked, @nr_tracked, @tracked_room: a heap of the tracked pages, the one with
 *	the highest hash first
 * @known: the tracked pages
 * @accesses: accesses added to pages of the sample
 * @fills_known: set by the caller when miss_ratio_access() is told of each filling: a
 *	page that is new but was not filled has contents from before the first access,
 *	as those of a clone.  Its access counts as one after accesses to all pages
 *	known by then.
 */
struct miss_ratio {
	uint32_t sample;
	size_t max_pages;
	struct miss_sample whole;
	struct miss_sample part[MISS_RATIO_PARTS];
	struct tracked_page {
		uint64_t key;
		uint32_t hash;
	} *tracked;
	size_t nr_tracked, tracked_room;
	struct page_map known;
	uint64_t accesses;
	bool fills_known;
};

/* miss_ratio keys: a page of one of several spaces; both below 2^32 or so */
#define MISS_RATIO_SPACE_SHIFT 52

/** miss_ratio_key - return the key of a page; its hash is that of the page alone */
static inline uint64_t miss_ratio_key(uint64_t space, uint64_t page)
{
	return space << MISS_RATIO_SPACE_SHIFT | page;
}

/** miss_ratio_page - return the page of a key */
static inline uint64_t miss_ratio_page(uint64_t key)
{
	return key & ((UINT64_C(1) << MISS_RATIO_SPACE_SHIFT) - 1);
}

/** miss_ratio_init - begin without accesses; @sample as vmlab_paging.sample */
void miss_ratio_init(struct miss_ratio *m, uint32_t sample, size_t max_pages);

/**
 * miss_ratio_access - add an access
 * @filled: the page has no contents: its first access, or the first after a drop
 *
 * Accesses to pages that are not sampled are ignored: also those that are still
 * on their way when the rate drops.
 *
 * Return: whether the rate dropped: the caller lowers that of the kernel.
 */
bool miss_ratio_access(struct miss_ratio *m, uint64_t key, bool filled);

/** miss_ratio_drop - the contents of a page are gone, and its frame is free */
void miss_ratio_drop(struct miss_ratio *m, uint64_t key);

/** miss_ratio_set_sample - lower the rate: pages that are no longer sampled are forgotten */
void miss_ratio_set_sample(struct miss_ratio *m, uint32_t sample);

/** miss_ratio_free - free the memory */
void miss_ratio_free(struct miss_ratio *m);

/**
 * struct miss_curve - misses against memory: a falling staircase
 * @size, @misses: from @size[i] pages on, up to the next, there are @misses[i]
 *	misses; @size[0] is 0: each access is a miss
 * @nr: steps
 * @cold: misses with unlimited memory, which are those of first accesses
 * @accesses: the misses at size 0
 */
struct miss_curve {
	double *size, *misses;
	size_t nr;
	double cold;
	double accesses;
};

/**
 * struct miss_known - what is known of all accesses, not only of those sampled
 * @cold: first accesses (pages filled without a budget), 0 when unknown.  The curve
 *	is made to end there, and distances are scaled by the share of pages that is
 *	really in the sample, not by the share that the rate leads to expect.
 * @accesses: all accesses, 0 when unknown.  As SHARDS-adj does: what the sample has
 *	less or more than expected is added to the accesses of distance 0.  A sample
 *	misses or has the few pages that have most of the accesses.
 */
struct miss_known {
	double cold;
	double accesses;
};

/** miss_curve_make - make the curve of all sampled pages; @known may be NULL */
void miss_curve_make(struct miss_curve *curve, const struct miss_ratio *m,
		     const struct miss_known *known);

/** miss_curve_add - add the misses of another program, with as much memory of its own */
void miss_curve_add(struct miss_curve *curve, const struct miss_curve *other);

/** miss_curve_free - free the steps */
void miss_curve_free(struct miss_curve *curve);

/** miss_curve_at - return the misses of LRU with @pages pages */
double miss_curve_at(const struct miss_curve *curve, double pages);

/** miss_curve_pages - return the size from which on there are only cold misses */
double miss_curve_pages(const struct miss_curve *curve);

/**
 * miss_curve_enough - return the smallest size with few misses
 * @extra: how many more than the cold ones, as a share of them: 0.01 for 1 %
 */
double miss_curve_enough(const struct miss_curve *curve, double extra);

/**
 * miss_curve_knee - return the size beyond which more memory gains less than before
 * @least: the size that the curve begins at, pages
 *
 * The point with the largest distance below the chord from the first to the last
 * point of the curve, with both axes scaled to 1 (Satopaa and others, "Finding a
 * Kneedle in a Haystack", 2011, without smoothing).
 *
 * Return: pages; 0 when no point lies below the chord.
 */
double miss_curve_knee(const struct miss_curve *curve, double least);

/**
 * struct miss_error - curves of the parts of the sample, for the standard error
 */
struct miss_error {
	struct miss_curve part[MISS_RATIO_PARTS];
	double unsampled;
};

/** miss_error_make - make the curves of the parts; @known may be NULL */
void miss_error_make(struct miss_error *error, const struct miss_ratio *m,
		     const struct miss_known *known);

/**
 * miss_error_at - return the standard error of the misses at a size
 *
 * Each of the MISS_RATIO_PARTS parts estimates the curve from an equal share of the
 * sampled pages, independent of the others.  The standard error of their mean is
 * their standard deviation over the square root of their number; times that of the
 * share of the pages that is not in the sample: a sample of all pages has no error.
 * It does not see errors that all parts have: accesses that caused no fault.
 */
double miss_error_at(const struct miss_error *error, double pages);

/** miss_error_free - free the curves */
void miss_error_free(struct miss_error *error);

#endif /* VMLAB_MODEL_MISS_RATIO_H */
