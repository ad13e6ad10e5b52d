/* SPDX-License-Identifier: GPL-2.0 */
/* LRU stack distances, exact. */
#ifndef VMLAB_MODEL_STACK_DISTANCE_H
#define VMLAB_MODEL_STACK_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

#include "model/page_map.h"

#define STACK_DISTANCE_COLD UINT64_MAX

/**
 * struct stack_distance - the LRU stack of a sequence of accesses; all 0 is empty
 *
 * Mattson's stack: with LRU, the pages in M frames are the first M of it.  It lies
 * along a line of time, the last access of each page; a Fenwick tree counts the
 * entries of a stretch of it.  When the line is full, the free slots between the
 * entries are removed.
 *
 * A page that is dropped leaves a hole: a free frame for all sizes that had the page.
 * The next page that comes to the top fills the first hole.
 *
 * @slot_of: the slot of each page on the line
 * @page: the page in each slot
 * @state: what each slot is: free, a page or a hole
 * @tree: the Fenwick tree, from index 1 on
 * @room, @next: slots, and the first that was not used yet
 * @entries: pages and holes
 * @hole, @nr_holes, @hole_room: the slots that are holes: a heap, the latest first
 */
struct stack_distance {
	struct page_map slot_of;
	uint64_t *page;
	unsigned char *state;
	size_t *tree;
	size_t room, next;
	size_t entries;
	size_t *hole;
	size_t nr_holes, hole_room;
};

/**
 * stack_distance_access - add an access
 *
 * O(log n) in the number of pages, amortised.
 *
 * Return: how many frames LRU would need to have more than for a miss: with M
 * frames the access is a hit if the distance is below M.  Without drops it is
 * the number of other pages accessed since.  STACK_DISTANCE_COLD for the first
 * access, and the first one after a drop.
 */
uint64_t stack_distance_access(struct stack_distance *s, uint64_t page);

/** stack_distance_drop - the contents of a page are gone, and its frame is free */
void stack_distance_drop(struct stack_distance *s, uint64_t page);

/**
 * stack_distance_forget - remove a page without a trace
 *
 * For a page that is no longer in the sample: all distances are as if it had never
 * been accessed.
 */
void stack_distance_forget(struct stack_distance *s, uint64_t page);

/** stack_distance_pages - return the number of pages */
size_t stack_distance_pages(const struct stack_distance *s);

/** stack_distance_free - free the memory: an empty stack */
void stack_distance_free(struct stack_distance *s);

#endif /* VMLAB_MODEL_STACK_DISTANCE_H */
