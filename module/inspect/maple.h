/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes of a maple tree.  lib/maple_tree.c does not export its accessors: these
 * decode the layouts and tag bits that include/linux/maple_tree.h documents.
 */
#ifndef VMLAB_MAPLE_H
#define VMLAB_MAPLE_H

#include <linux/maple_tree.h>
#include <linux/types.h>

/**
 * struct vmlab_maple_node - a node, decoded
 * @node: the node
 * @type: its type, from the tag bits of the pointer to it
 * @min: first index that it covers
 * @max: last index that it covers
 * @end: last slot in use
 */
struct vmlab_maple_node {
	const struct maple_node *node;
	unsigned int type;
	unsigned long min;
	unsigned long max;
	unsigned int end;
};

static inline bool vmlab_maple_is_leaf(const struct vmlab_maple_node *n)
{
	return n->type != maple_range_64 && n->type != maple_arange_64;
}

unsigned int vmlab_maple_slots(unsigned int type);
bool vmlab_maple_has_pivot(const struct vmlab_maple_node *n, unsigned int slot,
			   unsigned long last);
unsigned long vmlab_maple_last(const struct vmlab_maple_node *n,
			       unsigned int slot);
void *vmlab_maple_entry(const struct vmlab_maple_node *n, unsigned int slot);
void vmlab_maple_decode(struct vmlab_maple_node *n, void *entry,
			unsigned long min, unsigned long max);
void vmlab_maple_step_down(struct vmlab_maple_node *n, unsigned int slot,
			   unsigned long first);
unsigned int vmlab_maple_find_slot(const struct vmlab_maple_node *n,
				   unsigned long index, unsigned long *first);

#endif /* VMLAB_MAPLE_H */
