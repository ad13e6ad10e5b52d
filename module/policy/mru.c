// SPDX-License-Identifier: GPL-2.0
/*
 * Most recently used: evict the frame whose last access is the latest.  In a loop
 * over more pages than frames, where LRU evicts each page just before its next
 * access, MRU keeps all frames but one.
 *
 * Exact as far as accesses are seen: all of them in stepping mode, a sample
 * of them otherwise.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"

/* The most recently used last. */
struct mru {
	struct list_head stack;
};

static void *mru_create(const struct vmlab_policy_args *args)
{
	struct mru *mru = kzalloc(sizeof(*mru), GFP_KERNEL_ACCOUNT);

	if (!mru)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&mru->stack);
	return mru;
}

static void mru_destroy(void *state)
{
	kfree(state);
}

static void mru_insert(void *state, struct vmlab_frame *frame,
		       bool accessed)
{
	struct mru *mru = state;

	list_add_tail(&frame->link, &mru->stack);
}

static void mru_remove(void *state, struct vmlab_frame *frame)
{
	list_del(&frame->link);
}

static void mru_access(void *state, struct vmlab_frame *frame)
{
	struct mru *mru = state;

	list_move_tail(&frame->link, &mru->stack);
}

static struct vmlab_frame *mru_victim(void *state, struct vmlab_frame *prev)
{
	struct list_head *stack = &((struct mru *)state)->stack;
	struct list_head *last = prev ? prev->link.prev : stack->prev;

	return last == stack ? NULL : list_entry(last, struct vmlab_frame, link);
}

const struct vmlab_policy vmlab_policy_mru = {
	.name		= "mru",
	.id		= VMLAB_POLICY_MRU,
	.samples	= true,
	.create		= mru_create,
	.destroy	= mru_destroy,
	.insert		= mru_insert,
	.remove		= mru_remove,
	.access		= mru_access,
	.victim		= mru_victim,
};
