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
struct vmlab_space;

/**
 * struct vmlab_frame - a resident page as a policy sees it
 * @pgoff: offset in the space, pages
 * @link: the policy's place in a list
 * @node: the policy's place in a tree
 * @bpf: places of a policy in BPF: in one of its lists, in the order of
 *	arrival, by offset
 * @list: which of its lists
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
		struct {
			struct list_head link;
			struct list_head order;
			struct rb_node index;
		} bpf;
	};
	u64 key;
	u64 seq;
	bool referenced;
	u8 list;

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
 * @policy: whose create() is called
 * @space: whose pages they are
 */
struct vmlab_policy_args {
	unsigned long capacity;
	u64 seed;
	const u64 *trace;
	unsigned long nr_trace;
	const struct vmlab_policy *policy;
	struct vmlab_space *space;
};

/* As many wishes as one fault may have. */
#define VMLAB_WISHES	16

/**
 * struct vmlab_wishes - what a policy wants done because of a fault
 * @pgoff: the page that was accessed
 * @first: where its VMA begins in the space, pages
 * @end: where it ends
 * @filled: the page came with this access; it was resident before otherwise
 * @nr: wishes in @wish
 * @nr_pages: pages that they bring in, together
 * @wish: a page and how many more follow it at a distance of @stride; or one
 *	to evict when @nr is 0
 */
struct vmlab_wishes {
	pgoff_t pgoff;
	pgoff_t first;
	pgoff_t end;
	bool filled;
	unsigned int nr;
	unsigned int nr_pages;
	struct {
		pgoff_t pgoff;
		unsigned int nr;
		long stride;
	} wish[VMLAB_WISHES];
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
 * @fault: what to bring in besides the page that is accessed; may be NULL
 * @bpf_id: of a policy in BPF, 0 of others
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
	void (*fault)(void *state, struct vmlab_wishes *wishes);
	u32 bpf_id;
};

extern const struct vmlab_policy vmlab_policy_fifo;
extern const struct vmlab_policy vmlab_policy_clock;
extern const struct vmlab_policy vmlab_policy_lru;
extern const struct vmlab_policy vmlab_policy_lfu;
extern const struct vmlab_policy vmlab_policy_random;
extern const struct vmlab_policy vmlab_policy_opt;

const struct vmlab_policy *vmlab_policy_find(u32 id);

#endif /* VMLAB_POLICY_H */
