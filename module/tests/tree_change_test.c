// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/tree.c: trees that change between the batches of a dump. */
#include <kunit/test.h>
#include <linux/maple_tree.h>

#include "inspect/inspect.h"
#include "tests/tree_test.h"

#define MANY	1000
#define FEW	100UL
/* Above the items of a leaf, so that batches end at each of its items. */
#define BATCH_MAX	(VMLAB_TREE_NR_MIN + 24)

/* Replace the tree between two batches. */
static void changed_tree(struct kunit *test)
{
	struct maple_tree mt;
	struct vmlab_tree_cursor cursor = {};
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	unsigned int i, nr;
	u32 last_id, entries = 0;
	u64 at;

	mt_init_flags(&mt, MT_FLAGS_ALLOC_RANGE);
	fill_tree(test, &mt, MANY);
	KUNIT_ASSERT_EQ(test, VMLAB_TREE_NR_MIN,
			vmlab_tree_fill(&mt, &cursor, false, items,
					VMLAB_TREE_NR_MIN));
	at = cursor.first;
	last_id = cursor.next_id - 1;

	/* Erase most entries: the tree then has fewer levels. */
	KUNIT_ASSERT_EQ(test, 0,
			mtree_store_range(&mt, 20 * STRIDE, ULONG_MAX - 1,
					  NULL, GFP_KERNEL));
	store(test, &mt, 100 * STRIDE, 100 * STRIDE);
	nr = vmlab_tree_fill(&mt, &cursor, true, items, VMLAB_TREE_NR_MIN);
	KUNIT_ASSERT_GT(test, nr, 1);

	/* First the ancestors, with numbers of their own. */
	for (i = 0; items[i].flags & VMLAB_TREE_AGAIN; i++) {
		KUNIT_ASSERT_LT(test, i, nr);
		KUNIT_EXPECT_EQ(test, items[i].level, i);
		KUNIT_EXPECT_EQ(test, items[i].id, last_id + 1 + i);
		KUNIT_EXPECT_EQ(test, items[i].parent, i ? last_id + i : 0);
		KUNIT_EXPECT_LE(test, items[i].first, at);
	}
	KUNIT_EXPECT_GT(test, i, 0);
	/* Then the slot in which the cursor lies, and those above it. */
	KUNIT_EXPECT_LE(test, items[i].first, at);
	for (; i < nr; i++) {
		KUNIT_EXPECT_GE(test, items[i].last, at);
		at = items[i].last;
		KUNIT_EXPECT_GT(test, items[i].parent, last_id);
		if (items[i].kind == VMLAB_TREE_ENTRY)
			entries++;
	}
	KUNIT_EXPECT_EQ(test, items[nr - 1].last, ULONG_MAX);
	KUNIT_EXPECT_GE(test, entries, 1);
	KUNIT_EXPECT_EQ(test, 0, vmlab_tree_fill(&mt, &cursor, true, items,
						 VMLAB_TREE_NR_MIN));
	mtree_destroy(&mt);
}

/* Changes of a tree of FEW entries; @at is the next index to be reported. */

static void split_gaps(struct kunit *test, struct maple_tree *mt, u64 at)
{
	unsigned long i;

	for (i = 0; i < FEW; i++)
		store(test, mt, i * STRIDE + LEN + 1, i * STRIDE + LEN + 1);
}

static void split_entries(struct kunit *test, struct maple_tree *mt, u64 at)
{
	unsigned long i;

	for (i = 0; i < FEW; i++)
		store(test, mt, i * STRIDE + LEN / 2, i * STRIDE + LEN - 1);
}

static void grow_entries(struct kunit *test, struct maple_tree *mt, u64 at)
{
	unsigned long i;

	for (i = 0; i < FEW; i += 4)
		store(test, mt, i * STRIDE, (i + 3) * STRIDE + LEN);
}

static void one_entry(struct kunit *test, struct maple_tree *mt, u64 at)
{
	store(test, mt, 1, FEW * STRIDE);
}

static void erase_all(struct kunit *test, struct maple_tree *mt, u64 at)
{
	mtree_destroy(mt);
	mt_init_flags(mt, MT_FLAGS_ALLOC_RANGE);
}

static void erase_but_first(struct kunit *test, struct maple_tree *mt, u64 at)
{
	erase_all(test, mt, at);
	store(test, mt, 0, 0);
}

/* The slots are on a lower level then. */
static void erase_but_next(struct kunit *test, struct maple_tree *mt, u64 at)
{
	erase_all(test, mt, at);
	store(test, mt, at, at);
}

/*
 * Test that the slots in @items follow each other from *@next on.  The first of
 * a tree that @changed may start below it.  *@next is 0 after the last slot.
 */
static void check_cover(struct kunit *test, const struct vmlab_tree_item *items,
			unsigned int nr, bool changed, u64 *next)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (items[i].id)
			continue;
		if (changed)
			KUNIT_ASSERT_LE(test, items[i].first, *next);
		else
			KUNIT_ASSERT_EQ(test, items[i].first, *next);
		KUNIT_ASSERT_GE(test, items[i].last, *next);
		changed = false;
		*next = items[i].last + 1;
	}
}

/* Change the tree after a batch of @nr items: no index is left out. */
static void check_change(struct kunit *test, unsigned int nr,
			 void (*change)(struct kunit *test,
					struct maple_tree *mt, u64 at))
{
	struct vmlab_tree_item *items = room_for(test, nr);
	struct vmlab_tree_cursor cursor = {};
	struct maple_tree mt;
	unsigned int filled;
	u64 next = 0;

	mt_init_flags(&mt, MT_FLAGS_ALLOC_RANGE);
	fill_tree(test, &mt, FEW);
	filled = vmlab_tree_fill(&mt, &cursor, false, items, nr);
	check_cover(test, items, filled, false, &next);
	KUNIT_ASSERT_NE(test, next, 0);

	change(test, &mt, next);
	filled = vmlab_tree_fill(&mt, &cursor, true, items, nr);
	check_cover(test, items, filled, true, &next);
	while (next) {
		filled = vmlab_tree_fill(&mt, &cursor, false, items, nr);
		KUNIT_ASSERT_GT(test, filled, 0);
		check_cover(test, items, filled, false, &next);
	}
	KUNIT_EXPECT_EQ(test, 0, vmlab_tree_fill(&mt, &cursor, true, items, nr));
	mtree_destroy(&mt);
	kunit_kfree(test, items);
}

static void changes_leave_nothing_out(struct kunit *test)
{
	static void (*const changes[])(struct kunit *test,
				       struct maple_tree *mt, u64 at) = {
		split_gaps, split_entries, grow_entries, one_entry, erase_all,
		erase_but_first, erase_but_next,
	};
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		/* Batches that end at a slot, and at nodes of each level. */
		for (nr = VMLAB_TREE_NR_MIN; nr < BATCH_MAX; nr++)
			check_change(test, nr, changes[i]);
}

static struct kunit_case tree_change_cases[] = {
	KUNIT_CASE(changed_tree),
	KUNIT_CASE(changes_leave_nothing_out),
	{}
};

static struct kunit_suite tree_change_suite = {
	.name = "vmlab_tree_change",
	.test_cases = tree_change_cases,
};

kunit_test_suite(tree_change_suite);
