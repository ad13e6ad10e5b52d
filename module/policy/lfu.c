// SPDX-License-Identifier: GPL-2.0
/*
 * Least frequently used: evict the frame with the fewest accesses since it
 * became resident; of equals, the one that has been resident the longest, or
 * with VMLAB_PAGING_LFU_TIES_LRU the least recently used one.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"

/*
 * @tree: frames by number of accesses, @key, then by arrival or last access, @seq
 * @now: arrivals and accesses so far
 * @ties_lru: an access changes @seq
 */
struct lfu {
	struct rb_root_cached tree;
	u64 now;
	bool ties_lru;
};

static bool lfu_less(struct rb_node *a, const struct rb_node *b)
{
	const struct vmlab_frame *pa = rb_entry(a, struct vmlab_frame, node);
	const struct vmlab_frame *pb = rb_entry(b, struct vmlab_frame, node);

	return pa->key < pb->key || (pa->key == pb->key && pa->seq < pb->seq);
}

static void *lfu_create(const struct vmlab_policy_args *args)
{
	struct lfu *lfu = kzalloc(sizeof(*lfu), GFP_KERNEL_ACCOUNT);

	if (!lfu)
		return ERR_PTR(-ENOMEM);
	lfu->tree = RB_ROOT_CACHED;
	lfu->ties_lru = args->variant & VMLAB_PAGING_LFU_TIES_LRU;
	return lfu;
}

static void lfu_destroy(void *state)
{
	kfree(state);
}

static void lfu_insert(void *state, struct vmlab_frame *frame,
		       bool accessed)
{
	struct lfu *lfu = state;

	frame->key = accessed;
	frame->seq = lfu->now++;
	rb_add_cached(&frame->node, &lfu->tree, lfu_less);
}

static void lfu_remove(void *state, struct vmlab_frame *frame)
{
	struct lfu *lfu = state;

	rb_erase_cached(&frame->node, &lfu->tree);
}

static void lfu_access(void *state, struct vmlab_frame *frame)
{
	struct lfu *lfu = state;

	rb_erase_cached(&frame->node, &lfu->tree);
	frame->key++;
	if (lfu->ties_lru)
		frame->seq = lfu->now++;
	rb_add_cached(&frame->node, &lfu->tree, lfu_less);
}

static struct vmlab_frame *lfu_victim(void *state, struct vmlab_frame *prev)
{
	struct lfu *lfu = state;

	return rb_entry_safe(prev ? rb_next(&prev->node) :
			     rb_first_cached(&lfu->tree),
			     struct vmlab_frame, node);
}

const struct vmlab_policy vmlab_policy_lfu = {
	.name		= "lfu",
	.id		= VMLAB_POLICY_LFU,
	.samples	= true,
	.variants	= VMLAB_PAGING_LFU_TIES_LRU,
	.create		= lfu_create,
	.destroy	= lfu_destroy,
	.insert		= lfu_insert,
	.remove		= lfu_remove,
	.access		= lfu_access,
	.victim		= lfu_victim,
};
