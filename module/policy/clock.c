// SPDX-License-Identifier: GPL-2.0
/*
 * Clock, or second chance: frames in a circle, and a hand.  The hand passes over
 * a frame whose reference bit is set and clears the bit; the first frame without
 * it is the victim.  A frame is inserted behind the hand, so the hand reaches it
 * last, and with its bit set, because it is accessed; a prefetched frame is
 * inserted with the bit clear, and with VMLAB_PAGING_CLOCK_LOAD_0 each frame is.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"

/* Frames that the hand passes in one call. */
#define CLOCK_PASSED_MAX	1024

/*
 * The circle as a queue: the hand is between its tail and its head, and moves
 * on by rotating it.
 * @load_0: insert frames with the bit clear
 */
struct clock {
	struct list_head circle;
	bool load_0;
};

static void *clock_create(const struct vmlab_policy_args *args)
{
	struct clock *clock = kzalloc(sizeof(*clock), GFP_KERNEL_ACCOUNT);

	if (!clock)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&clock->circle);
	clock->load_0 = args->variant & VMLAB_PAGING_CLOCK_LOAD_0;
	return clock;
}

static void clock_destroy(void *state)
{
	kfree(state);
}

static void clock_insert(void *state, struct vmlab_frame *frame,
			 bool accessed)
{
	struct clock *clock = state;

	frame->referenced = accessed && !clock->load_0;
	list_add_tail(&frame->link, &clock->circle);
}

static void clock_remove(void *state, struct vmlab_frame *frame)
{
	list_del(&frame->link);
}

static void clock_access(void *state, struct vmlab_frame *frame)
{
	frame->referenced = true;
}

static struct vmlab_frame *clock_victim(void *state, struct vmlab_frame *prev)
{
	struct clock *clock = state;
	struct vmlab_frame *frame;
	unsigned int passed;

	/* The hand passes a busy frame. */
	if (prev)
		list_move_tail(&prev->link, &clock->circle);
	if (list_empty(&clock->circle))
		return NULL;
	/* At most one turn, which clears all bits. */
	for (passed = 0; passed < CLOCK_PASSED_MAX; passed++) {
		frame = list_first_entry(&clock->circle, struct vmlab_frame,
					 link);
		if (!frame->referenced)
			return frame;
		frame->referenced = false;
		list_move_tail(&frame->link, &clock->circle);
	}
	/* The hand has moved on: the next call resumes here. */
	return ERR_PTR(-EAGAIN);
}

const struct vmlab_policy vmlab_policy_clock = {
	.name		= "clock",
	.id		= VMLAB_POLICY_CLOCK,
	.samples	= true,
	.variants	= VMLAB_PAGING_CLOCK_LOAD_0,
	.create		= clock_create,
	.destroy	= clock_destroy,
	.insert		= clock_insert,
	.remove		= clock_remove,
	.access		= clock_access,
	.victim		= clock_victim,
};
