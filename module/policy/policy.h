/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies: which frame to evict when the budget is used up.
 *
 * A policy sees resident frames, by their offset, and the events that concern
 * them.  It knows nothing of page tables, folios and locks: the pager calls it
 * under a lock of its own and carries out its answers.
 */
#ifndef VMLAB_POLICY_H
#define VMLAB_POLICY_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct folio;
struct vmlab_space;
struct vmlab_user;

/**
 * struct vmlab_frame - the record of a resident frame
 * @pgoff: offset in the space, pages
 * @link: the policy's: place in a list
 * @node: the policy's: place in a tree
 * @bpf: the policy's, of one in BPF: places in one of its lists, in the order
 *	of arrival, and by offset
 * @list: the policy's: which of its lists
 * @key: the policy's first sort key
 * @seq: the policy's second sort key
 * @referenced: the policy's reference bit
 * @pager_link: the pager's: place in the list of all frames
 * @folio: the pager's: the frame
 * @nr: the pager's: pages of the frame, more than one when it is huge
 * @in_policy: the pager's: inserted into a policy
 * @generation: the pager's: which policy it was inserted into, see struct
 *	vmlab_pager
 * @aside: the pager's: in the list of busy frames, by @link
 * @locked: the pager's: locked in memory by VMLAB_RANGE_LOCK
 * @prefetched: the pager's: prefetched and not accessed yet
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
	unsigned int nr;
	bool in_policy;
	bool generation;
	bool aside;
	bool locked;
	bool prefetched;
};

/**
 * struct vmlab_policy_args - arguments of create()
 * @capacity: the budget, or 0 without one.  More frames can be resident after
 *	the budget was reduced, or while frames cannot be evicted.
 * @seed: of the random numbers
 * @variant: VMLAB_PAGING_* flags, of those in the @variants of the policy
 * @trace: the accesses to come, as offsets in pages
 * @nr_trace: number of accesses in @trace
 * @policy: the policy whose create() is called
 * @space: the space, for its number and its statistics
 * @user: the user to charge for the trace, or NULL
 * @lock: the pager's lock, held around all calls but create() and destroy()
 * @budget: the budget in force, pages; ULONG_MAX for no limit
 */
struct vmlab_policy_args {
	unsigned long capacity;
	u64 seed;
	u32 variant;
	const u64 *trace;
	unsigned long nr_trace;
	const struct vmlab_policy *policy;
	struct vmlab_space *space;
	struct vmlab_user *user;
	spinlock_t *lock;	/* see above */
	const unsigned long *budget;
};

/* The most requests that a policy can make in one fault. */
#define VMLAB_WISHES	16

/**
 * struct vmlab_wishes - what a policy asks for because of a fault
 * @pgoff: the page that was accessed
 * @first: start of its VMA in the space, pages
 * @end: end of its VMA in the space, pages
 * @filled: the fault filled the page; otherwise it was resident
 * @nr: requests in @wish
 * @nr_pages: pages that all of them prefetch
 * @wish: a page to prefetch and the @nr pages at a distance of @stride; or a
 *	page to evict when @nr is 0
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
 * struct vmlab_policy - a replacement policy
 * @name: printed to users
 * @id: VMLAB_POLICY_* of the uapi header
 * @samples: learns from @access, so some accesses must be made to fault
 * @sized: the state is made for a capacity: a larger one needs another state
 * @traced: needs the accesses to come
 * @variants: VMLAB_PAGING_* flags that change how it decides
 * @create: allocate the state; may sleep.  Return: the state or an ERR_PTR().
 * @destroy: free the state; may sleep
 * @insert: a frame became resident, or is no longer locked in memory; whether
 *	because of an access
 * @remove: a frame is about to be removed, or is locked in memory from now on
 * @access: a resident frame was accessed
 * @victim: name the frame to evict.  @prev is NULL for the first choice, or a
 *	frame that turned out busy, for the next best.  Return: a frame that was
 *	inserted and not removed, NULL when there is no further one, or an
 *	ERR_PTR(-EAGAIN) when the search takes longer than a spinlock should be
 *	held: the caller drops the lock and asks for the first choice again.
 * @fault: what to do besides because of a fault; may be NULL
 * @bpf_id: of a policy in BPF, else 0
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
	u32 variants;
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
extern const struct vmlab_policy vmlab_policy_mru;
extern const struct vmlab_policy vmlab_policy_lfu;
extern const struct vmlab_policy vmlab_policy_random;
extern const struct vmlab_policy vmlab_policy_opt;

#endif /* VMLAB_POLICY_H */
