/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies: who leaves when the budget is full.
 *
 * A policy sees resident pages, by their offset, and what happens to them.
 * It knows nothing of page tables, folios and locks: the pager calls it under
 * a lock of its own, and carries out what it answers.
 */
#ifndef VMLAB_POLICY_H
#define VMLAB_POLICY_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct folio;

/**
 * struct vmlab_frame - a resident page as a policy sees it
 * @pgoff: offset in the space, pages
 * @link: the policy's place in a list
 * @node: the policy's place in a tree
 * @key: what the policy sorts by
 * @seq: the policy's second key
 * @referenced: the policy's reference bit
 * @pager_link: the pager's: all pages, the latest arrival last
 * @folio: the pager's: the frame
 * @in_policy: the pager's: the policy knows this page
 * @locked: the pager's: locked in memory by request
 * @prefetched: the pager's: came in early and was not used yet
 */
struct vmlab_frame {
	pgoff_t pgoff;
	union {
		struct list_head link;
		struct rb_node node;
	};
	u64 key;
	u64 seq;
	bool referenced;

	struct list_head pager_link;
	struct folio *folio;
	bool in_policy;
	bool locked;
	bool prefetched;
};

/**
 * struct vmlab_policy_args - what a policy may need to start
 * @capacity: the budget, or 0 without one.  More pages may be there when it
 *	was made smaller, or when frames cannot leave.
 * @seed: of the random numbers
 * @trace: the accesses to come, as offsets in pages
 * @nr_trace: their number
 */
struct vmlab_policy_args {
	unsigned long capacity;
	u64 seed;
	const u64 *trace;
	unsigned long nr_trace;
};

/**
 * struct vmlab_policy - one way to choose who leaves
 * @name: for people
 * @id: VMLAB_POLICY_* of the uapi header
 * @create: allocate the state; may sleep.  Return: the state or an ERR_PTR().
 * @destroy: free the state; may sleep
 * @insert: a page became resident, or is no longer locked in memory; whether
 *	because it is accessed
 * @remove: a page is about to leave, or is locked in memory from now on
 * @access: a resident page was accessed
 * @victim: whom to evict.  NULL as @prev asks for the first choice, a page
 *	for the next best, because that one is busy.  Return: a page that was
 *	inserted and not removed, or NULL when there is no further one.
 * @samples: the policy lives on @access, so some accesses must be seen
 * @traced: it is told the accesses to come
 * @sized: the state is made for a capacity: a larger one takes another
 *
 * All but @create and @destroy are called with a spinlock held that
 * serialises them, must not sleep and must be quick.
 */
struct vmlab_policy {
	const char *name;
	u32 id;
	bool samples;
	bool sized;
	bool traced;
	void *(*create)(const struct vmlab_policy_args *args);
	void (*destroy)(void *state);
	void (*insert)(void *state, struct vmlab_frame *page, bool accessed);
	void (*remove)(void *state, struct vmlab_frame *page);
	void (*access)(void *state, struct vmlab_frame *page);
	struct vmlab_frame *(*victim)(void *state, struct vmlab_frame *prev);
};

extern const struct vmlab_policy vmlab_policy_fifo;
extern const struct vmlab_policy vmlab_policy_clock;
extern const struct vmlab_policy vmlab_policy_lru;
extern const struct vmlab_policy vmlab_policy_lfu;
extern const struct vmlab_policy vmlab_policy_random;
extern const struct vmlab_policy vmlab_policy_opt;

const struct vmlab_policy *vmlab_policy_find(u32 id);

#endif /* VMLAB_POLICY_H */
