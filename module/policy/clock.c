// SPDX-License-Identifier: GPL-2.0
/*
 * Second chance: pages in a circle and a hand.  The hand passes over a page
 * that was referenced and takes its reference bit away; who is found without
 * one leaves.  A page enters behind the hand, so it is the last to be looked
 * at, and with its bit set, for it enters because it is accessed; unless it was
 * brought in early.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy.h"

/*
 * The circle as a queue: the hand is between its tail and its head, and moves
 * on by rotating it.
 */
struct clock {
	struct list_head circle;
};

static void *clock_create(const struct vmlab_policy_args *args)
{
	struct clock *clock = kzalloc(sizeof(*clock), GFP_KERNEL_ACCOUNT);

	if (!clock)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&clock->circle);
	return clock;
}

static void clock_destroy(void *state)
{
	kfree(state);
}

static void clock_insert(void *state, struct vmlab_frame *page,
			 bool accessed)
{
	struct clock *clock = state;

	page->referenced = accessed;
	list_add_tail(&page->link, &clock->circle);
}

static void clock_remove(void *state, struct vmlab_frame *page)
{
	list_del(&page->link);
}

static void clock_access(void *state, struct vmlab_frame *page)
{
	page->referenced = true;
}

static struct vmlab_frame *clock_victim(void *state, struct vmlab_frame *prev)
{
	struct clock *clock = state;
	struct vmlab_frame *page;

	/* A busy page keeps its place: the hand has passed it. */
	if (prev)
		list_move_tail(&prev->link, &clock->circle);
	if (list_empty(&clock->circle))
		return NULL;
	/* At most one turn: it leaves no bit set. */
	for (;;) {
		page = list_first_entry(&clock->circle, struct vmlab_frame,
					link);
		if (!page->referenced)
			return page;
		page->referenced = false;
		list_move_tail(&page->link, &clock->circle);
	}
}

const struct vmlab_policy vmlab_policy_clock = {
	.name		= "clock",
	.id		= VMLAB_POLICY_CLOCK,
	.samples	= true,
	.create		= clock_create,
	.destroy	= clock_destroy,
	.insert		= clock_insert,
	.remove		= clock_remove,
	.access		= clock_access,
	.victim		= clock_victim,
};
