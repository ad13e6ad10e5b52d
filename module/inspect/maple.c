// SPDX-License-Identifier: GPL-2.0
/* Nodes of a maple tree: types, pivots, slots; see maple.h. */
#include <linux/maple_tree.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "compat.h"
#include "inspect/inspect.h"
#include "inspect/maple.h"

/**
 * vmlab_maple_slots() - return the number of slots of a node
 * @type: its type
 *
 * Context: any.
 * Return: slots, 0 for an unknown type.
 */
unsigned int vmlab_maple_slots(unsigned int type)
{
	switch (type) {
	case maple_dense:
		return MAPLE_NODE_SLOTS;
	case maple_leaf_64:
	case maple_range_64:
		return MAPLE_RANGE64_SLOTS;
	case maple_arange_64:
		return MAPLE_ARANGE64_SLOTS;
	default:
		return 0;
	}
}

/* Pivots that are stored: the last slot ends at the node's maximum. */
static unsigned int nr_pivots(unsigned int type)
{
	switch (type) {
	case maple_leaf_64:
	case maple_range_64:
		return MAPLE_RANGE64_SLOTS - 1;
	case maple_arange_64:
		return MAPLE_ARANGE64_SLOTS - 1;
	default:
		return 0;
	}
}

static unsigned long stored_pivot(const struct vmlab_maple_node *n,
				  unsigned int slot)
{
	return n->type == maple_arange_64 ? n->node->ma64.pivot[slot] :
					    n->node->mr64.pivot[slot];
}

/**
 * vmlab_maple_has_pivot() - check whether a node stores the end of a slot
 * @n: the node
 * @slot: the slot
 * @last: last index of the slot
 *
 * Context: RCU or the tree's writers kept out.
 * Return: false when @last follows from the node's own maximum.
 */
bool vmlab_maple_has_pivot(const struct vmlab_maple_node *n, unsigned int slot,
			   unsigned long last)
{
	return slot < nr_pivots(n->type) && stored_pivot(n, slot) == last;
}

/*
 * Range nodes have metadata only while their last slot is unused, which holds
 * it; the last pivot tells.
 */
static unsigned int last_used(const struct vmlab_maple_node *n)
{
	unsigned int last_pivot = MAPLE_RANGE64_SLOTS - 2;
	unsigned long pivot;

	switch (n->type) {
	case maple_dense:
		return min_t(unsigned long, n->max - n->min,
			     MAPLE_NODE_SLOTS - 1);
	case maple_leaf_64:
	case maple_range_64:
		pivot = n->node->mr64.pivot[last_pivot];
		if (!pivot)
			return n->node->mr64.meta.end;
		return pivot == n->max ? last_pivot : last_pivot + 1;
	case maple_arange_64:
		return n->node->ma64.meta.end;
	default:
		return 0;
	}
}

/**
 * vmlab_maple_last() - return the last index of a slot in use
 * @n: the node
 * @slot: the slot
 *
 * Context: RCU or the tree's writers kept out.
 * Return: the index.
 */
unsigned long vmlab_maple_last(const struct vmlab_maple_node *n,
			       unsigned int slot)
{
	if (n->type == maple_dense)
		return n->min + slot;
	return slot == n->end ? n->max : stored_pivot(n, slot);
}

/**
 * vmlab_maple_entry() - return what a slot holds
 * @n: the node
 * @slot: the slot
 *
 * Context: RCU or the tree's writers kept out.
 * Return: a node, an entry or NULL.
 */
void *vmlab_maple_entry(const struct vmlab_maple_node *n, unsigned int slot)
{
	switch (n->type) {
	case maple_dense:
		return rcu_dereference(n->node->slot[slot]);
	case maple_leaf_64:
	case maple_range_64:
		return rcu_dereference(n->node->mr64.slot[slot]);
	case maple_arange_64:
		return rcu_dereference(n->node->ma64.slot[slot]);
	default:
		return NULL;
	}
}

/**
 * vmlab_maple_decode() - decode a node
 * @n: filled in
 * @entry: pointer to the node, with its type in bits 3 to 6
 * @min: first index that it covers
 * @max: last index that it covers
 *
 * Context: RCU or the tree's writers kept out.
 */
void vmlab_maple_decode(struct vmlab_maple_node *n, void *entry,
			unsigned long min, unsigned long max)
{
	unsigned long tagged = (unsigned long)entry;

	n->node = (const struct maple_node *)(tagged & ~MAPLE_NODE_MASK);
	n->type = tagged >> MAPLE_NODE_TYPE_SHIFT & MAPLE_NODE_TYPE_MASK;
	n->min = min;
	n->max = max;
	n->end = last_used(n);
}

/**
 * vmlab_maple_step_down() - replace a node by one of its children
 * @n: the node
 * @slot: the child's slot
 * @first: the first index of the slot
 *
 * Context: RCU or the tree's writers kept out.
 */
void vmlab_maple_step_down(struct vmlab_maple_node *n, unsigned int slot,
			   unsigned long first)
{
	vmlab_maple_decode(n, vmlab_maple_entry(n, slot), first,
			   vmlab_maple_last(n, slot));
}

/**
 * vmlab_maple_find_slot() - find the slot that covers an index
 * @n: the node
 * @index: the index
 * @first: set to the first index of the slot
 *
 * Context: RCU or the tree's writers kept out.
 * Return: the slot.
 */
unsigned int vmlab_maple_find_slot(const struct vmlab_maple_node *n,
				   unsigned long index, unsigned long *first)
{
	unsigned int slot = 0;

	*first = n->min;
	while (slot < n->end && vmlab_maple_last(n, slot) < index)
		*first = vmlab_maple_last(n, slot++) + 1;
	return slot;
}

/**
 * vmlab_tree_walk() - count the nodes and pivots that a lookup reads
 * @mt: the tree
 * @index: the index
 * @pivots: set to the number of pivots compared, by a linear search in each
 *	node as mm does it
 *
 * Context: the caller excludes writers; takes RCU itself.
 * Return: nodes visited from the root to the leaf, 0 in a tree without nodes.
 */
unsigned int vmlab_tree_walk(struct maple_tree *mt, unsigned long index,
			     unsigned int *pivots)
{
	unsigned int nodes = 0, slot;
	struct vmlab_maple_node n;
	unsigned long first;
	void *root;

	*pivots = 0;
	rcu_read_lock();
	root = rcu_dereference(mt->ma_root);
	if (xa_is_node(root)) {
		vmlab_maple_decode(&n, root, 0, ULONG_MAX);
		for (nodes = 1; nodes <= MAPLE_HEIGHT_MAX; nodes++) {
			slot = vmlab_maple_find_slot(&n, index, &first);
			/* The last slot needs no comparison. */
			*pivots += min(slot + 1, n.end);
			if (vmlab_maple_is_leaf(&n))
				break;
			vmlab_maple_step_down(&n, slot, first);
		}
	}
	rcu_read_unlock();
	return nodes;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_tree_walk);
