/* SPDX-License-Identifier: GPL-2.0 */
/* Maple trees for the tests of inspect/tree.c. */
#ifndef VMLAB_TREE_TEST_H
#define VMLAB_TREE_TEST_H

#include <kunit/test.h>
#include <linux/maple_tree.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "inspect/inspect.h"

/* Entry i of a tree is [i * STRIDE, i * STRIDE + LEN). */
#define STRIDE	0x3000UL
#define LEN	0x1000UL

static inline void store(struct kunit *test, struct maple_tree *mt,
			 unsigned long first, unsigned long last)
{
	KUNIT_ASSERT_EQ(test, 0,
			mtree_store_range(mt, first, last,
					  xa_mk_value(first >> 12 & 0xffff),
					  GFP_KERNEL));
}

static inline void fill_tree(struct kunit *test, struct maple_tree *mt,
			     unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		store(test, mt, i * STRIDE, i * STRIDE + LEN - 1);
}

static inline struct vmlab_tree_item *room_for(struct kunit *test,
					       unsigned int nr)
{
	struct vmlab_tree_item *items;

	items = kunit_kcalloc(test, nr, sizeof(*items), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, items);
	return items;
}

#endif /* VMLAB_TREE_TEST_H */
