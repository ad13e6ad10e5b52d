// SPDX-License-Identifier: GPL-2.0
/*
 * Least recently used: evict the frame whose last access is the oldest.
 *
 * Exact as far as accesses are seen: all of them in stepping mode, a sample
 * of them otherwise.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"

/* The least recently used first. */
struct lru {
	struct list_head stack;
};

static void *lru_create(const struct vmlab_policy_args *args)
{
	struct lru *lru = kzalloc(sizeof(*lru), GFP_KERNEL_ACCOUNT);

	if (!lru)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&lru->stack);
	return lru;
}

static void lru_destroy(void *state)
{
	kfree(state);
}

static void lru_insert(void *state, struct vmlab_frame *frame,
		       bool accessed)
{
	struct lru *lru = state;

	list_add_tail(&frame->link, &lru->stack);
}

static void lru_remove(void *state, struct vmlab_frame *frame)
{
	list_del(&frame->link);
}

static void lru_access(void *state, struct vmlab_frame *frame)
{
	struct lru *lru = state;

	list_move_tail(&frame->link, &lru->stack);
}

static struct vmlab_frame *lru_victim(void *state, struct vmlab_frame *prev)
{
	struct list_head *stack = &((struct lru *)state)->stack;
	struct list_head *next = prev ? prev->link.next : stack->next;

	return next == stack ? NULL : list_entry(next, struct vmlab_frame, link);
}

const struct vmlab_policy vmlab_policy_lru = {
	.name		= "lru",
	.id		= VMLAB_POLICY_LRU,
	.samples	= true,
	.create		= lru_create,
	.destroy	= lru_destroy,
	.insert		= lru_insert,
	.remove		= lru_remove,
	.access		= lru_access,
	.victim		= lru_victim,
};
