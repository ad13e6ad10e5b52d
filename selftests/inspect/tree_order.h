/* SPDX-License-Identifier: GPL-2.0 */
/* The order of items in a dump of a tree that may change between the calls. */
#ifndef SELFTESTS_TREE_ORDER_H
#define SELFTESTS_TREE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vmlab.h>

/**
 * struct tree_order - what the items of a dump so far demand of the next one
 * @path: the items from the root down to the last one; a slot has no id
 * @next: first index that no slot has covered; 0 after the last index
 * @level: level of the last node, if it begins at @next; else -1
 * @again: ancestors were repeated since the last slot
 */
struct tree_order {
	struct vmlab_tree_item path[VMLAB_TREE_LEVELS + 1];
	uint64_t next;
	int level;
	bool again;
};

void tree_order_start(struct tree_order *order);

/*
 * Check the next item of a dump: NULL, or what is wrong.  Nodes are in order; a
 * parent comes before its children and covers them; slots leave out no index.  A
 * slot after repeated ancestors may begin at an index that was reported before.
 */
const char *tree_order_next(struct tree_order *order,
			    const struct vmlab_tree_item *item);

/* Check that the dump ends with the last index: NULL, or what is wrong. */
const char *tree_order_end(const struct tree_order *order);

#endif /* SELFTESTS_TREE_ORDER_H */
