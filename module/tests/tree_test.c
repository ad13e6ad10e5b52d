// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/tree.c. */
#include <kunit/test.h>
#include <linux/maple_tree.h>
#include <linux/xarray.h>

#include "inspect/inspect.h"
#include "tests/tree_test.h"

#define BIG	(IS_ENABLED(CONFIG_KASAN) ? 1000 : 5000)

static void expect_item(struct kunit *test, const struct vmlab_tree_item *item,
			u8 kind, u8 level, u64 first, u64 last)
{
	KUNIT_EXPECT_EQ(test, item->kind, kind);
	KUNIT_EXPECT_EQ(test, item->level, level);
	KUNIT_EXPECT_EQ(test, item->first, first);
	KUNIT_EXPECT_EQ(test, item->last, last);
}

static struct vmlab_tree_stats *zero_stats(struct kunit *test)
{
	struct vmlab_tree_stats *stats;

	stats = kunit_kzalloc(test, sizeof(*stats), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stats);
	return stats;
}

static void empty_tree(struct kunit *test)
{
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	struct vmlab_tree_cursor cursor = {};
	struct vmlab_tree_stats *stats = zero_stats(test);
	struct maple_tree mt;
	unsigned int pivots;

	mt_init(&mt);
	KUNIT_ASSERT_EQ(test, 1, vmlab_tree_fill(&mt, &cursor, false, items,
						 VMLAB_TREE_NR_MIN));
	expect_item(test, items, VMLAB_TREE_GAP, 0, 0, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, items[0].id, 0);
	KUNIT_EXPECT_EQ(test, items[0].parent, 0);
	vmlab_tree_tally(stats, items, 1);
	KUNIT_EXPECT_EQ(test, stats->gaps, 1);
	KUNIT_EXPECT_EQ(test, stats->depth, 0);
	KUNIT_EXPECT_EQ(test, stats->nodes, 0);
	KUNIT_EXPECT_EQ(test, 0, vmlab_tree_walk(&mt, 0, &pivots));
	KUNIT_EXPECT_EQ(test, pivots, 0);
	/* At the end the cursor does not move. */
	KUNIT_EXPECT_EQ(test, 0, vmlab_tree_fill(&mt, &cursor, false, items,
						 VMLAB_TREE_NR_MIN));
	KUNIT_EXPECT_EQ(test, 0, vmlab_tree_fill(&mt, &cursor, true, items,
						 VMLAB_TREE_NR_MIN));
}

static void entry_in_the_root(struct kunit *test)
{
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	struct vmlab_tree_cursor cursor = {};
	struct maple_tree mt;

	mt_init(&mt);
	store(test, &mt, 0, 0);
	KUNIT_ASSERT_EQ(test, 2, vmlab_tree_fill(&mt, &cursor, false, items,
						 VMLAB_TREE_NR_MIN));
	expect_item(test, &items[0], VMLAB_TREE_ENTRY, 0, 0, 0);
	expect_item(test, &items[1], VMLAB_TREE_GAP, 0, 1, ULONG_MAX);
	mtree_destroy(&mt);
}

static void one_leaf(struct kunit *test)
{
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	struct vmlab_tree_cursor cursor = {};
	struct vmlab_tree_stats *stats = zero_stats(test);
	struct maple_tree mt;
	unsigned int pivots, i;

	mt_init(&mt);
	store(test, &mt, 0x1000, 0x1fff);
	store(test, &mt, 0x2000, 0x2fff);
	store(test, &mt, 0x5000, 0x5fff);
	KUNIT_ASSERT_EQ(test, 7, vmlab_tree_fill(&mt, &cursor, false, items,
						 VMLAB_TREE_NR_MIN));
	expect_item(test, &items[0], VMLAB_TREE_LEAF_64, 0, 0, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, items[0].id, 1);
	KUNIT_EXPECT_EQ(test, items[0].parent, 0);
	KUNIT_EXPECT_EQ(test, items[0].used, 6);
	KUNIT_EXPECT_EQ(test, items[0].slots, MAPLE_RANGE64_SLOTS);
	KUNIT_EXPECT_FALSE(test, items[0].flags & VMLAB_TREE_HAS_GAP_SLOT);
	expect_item(test, &items[1], VMLAB_TREE_GAP, 1, 0, 0xfff);
	expect_item(test, &items[2], VMLAB_TREE_ENTRY, 1, 0x1000, 0x1fff);
	expect_item(test, &items[3], VMLAB_TREE_ENTRY, 1, 0x2000, 0x2fff);
	expect_item(test, &items[4], VMLAB_TREE_GAP, 1, 0x3000, 0x4fff);
	expect_item(test, &items[5], VMLAB_TREE_ENTRY, 1, 0x5000, 0x5fff);
	expect_item(test, &items[6], VMLAB_TREE_GAP, 1, 0x6000, ULONG_MAX);
	for (i = 1; i < 7; i++) {
		KUNIT_EXPECT_EQ(test, items[i].slot, i - 1);
		KUNIT_EXPECT_EQ(test, items[i].parent, 1);
		KUNIT_EXPECT_EQ(test, items[i].id, 0);
	}

	stats->node_bytes = 256;
	vmlab_tree_tally(stats, items, 7);
	KUNIT_EXPECT_EQ(test, stats->depth, 1);
	KUNIT_EXPECT_EQ(test, stats->nodes, 1);
	KUNIT_EXPECT_EQ(test, stats->bytes, 256);
	KUNIT_EXPECT_EQ(test, stats->entries, 3);
	KUNIT_EXPECT_EQ(test, stats->gaps, 3);
	KUNIT_EXPECT_EQ(test, stats->level[0].used, 6);

	KUNIT_EXPECT_EQ(test, 1, vmlab_tree_walk(&mt, 0, &pivots));
	KUNIT_EXPECT_EQ(test, pivots, 1);
	KUNIT_EXPECT_EQ(test, 1, vmlab_tree_walk(&mt, 0x2800, &pivots));
	KUNIT_EXPECT_EQ(test, pivots, 3);
	/* When no pivot is large enough, it is the last slot. */
	KUNIT_EXPECT_EQ(test, 1, vmlab_tree_walk(&mt, ULONG_MAX, &pivots));
	KUNIT_EXPECT_EQ(test, pivots, 5);
	mtree_destroy(&mt);
}

static void reserved_is_no_entry(struct kunit *test)
{
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	struct vmlab_tree_cursor cursor = {};
	struct maple_tree mt;

	mt_init(&mt);
	store(test, &mt, 0x1000, 0x1fff);
	KUNIT_ASSERT_EQ(test, 0,
			mtree_store_range(&mt, 0x3000, 0x3fff, XA_ZERO_ENTRY,
					  GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, 6, vmlab_tree_fill(&mt, &cursor, false, items,
						 VMLAB_TREE_NR_MIN));
	expect_item(test, &items[4], VMLAB_TREE_RESERVED, 1, 0x3000, 0x3fff);
	mtree_destroy(&mt);
}

static void fill_big(struct kunit *test, struct maple_tree *mt)
{
	fill_tree(test, mt, BIG);
}

/* All of a tree, in batches of @nr. */
static unsigned int dump(struct kunit *test, struct maple_tree *mt,
			 struct vmlab_tree_item *items, unsigned int room,
			 unsigned int nr)
{
	struct vmlab_tree_cursor cursor = {};
	unsigned int filled, all = 0;

	do {
		KUNIT_ASSERT_LE(test, all + nr, room);
		filled = vmlab_tree_fill(mt, &cursor, false, items + all, nr);
		all += filled;
	} while (filled);
	return all;
}

/* The largest run of free indices in [first, last] of the big tree. */
static u64 big_gap(u64 first, u64 last)
{
	u64 largest = 0, at = first, index;

	while (at <= last) {
		index = at / STRIDE;
		if (index >= BIG)
			return max(largest, last - at + 1);
		if (at % STRIDE < LEN) {
			at = index * STRIDE + LEN;
			continue;
		}
		index = min((index + 1) * STRIDE - 1, last);
		if (index >= (u64)BIG * STRIDE - 1)
			index = last;
		largest = max(largest, index - at + 1);
		if (index == U64_MAX)
			break;
		at = index + 1;
	}
	return largest;
}

/* Test all that the uapi header documents about the items of one dump. */
static void check_big(struct kunit *test, const struct vmlab_tree_item *items,
		      unsigned int nr, u8 inner)
{
	u64 next[VMLAB_TREE_LEVELS] = {}, end[VMLAB_TREE_LEVELS] = {};
	u32 path[VMLAB_TREE_LEVELS] = {};
	u8 slot[VMLAB_TREE_LEVELS] = {}, used[VMLAB_TREE_LEVELS] = {};
	unsigned int i, entries = 0;
	u32 id = 0;
	u8 leaf_level = 0;

	for (i = 0; i < nr; i++) {
		const struct vmlab_tree_item *item = &items[i];
		u8 level = item->level;

		KUNIT_ASSERT_LT(test, level, VMLAB_TREE_LEVELS);
		KUNIT_ASSERT_LE(test, item->first, item->last);
		if (level) {
			/* Slots are in order, and none is missing. */
			KUNIT_ASSERT_EQ(test, item->parent, path[level - 1]);
			KUNIT_ASSERT_EQ(test, item->slot, slot[level]++);
			KUNIT_ASSERT_LT(test, item->slot, used[level - 1]);
			KUNIT_ASSERT_EQ(test, item->first, next[level]);
			KUNIT_ASSERT_LE(test, item->last, end[level - 1]);
			if (item->slot + 1 == used[level - 1])
				KUNIT_ASSERT_EQ(test, item->last,
						end[level - 1]);
			next[level] = item->last + 1;
		}
		if (item->id) {
			KUNIT_ASSERT_EQ(test, item->id, ++id);
			path[level] = id;
			used[level] = item->used;
			slot[level + 1] = 0;
			next[level + 1] = item->first;
			end[level] = item->last;
			if (item->kind == VMLAB_TREE_LEAF_64) {
				/* All leaves are on one level. */
				if (leaf_level)
					KUNIT_ASSERT_EQ(test, level,
							leaf_level);
				leaf_level = level;
			} else {
				KUNIT_ASSERT_EQ(test, item->kind, inner);
			}
			if (item->flags & VMLAB_TREE_HAS_GAP)
				KUNIT_ASSERT_EQ(test, item->gap,
						big_gap(item->first,
							item->last));
			KUNIT_ASSERT_EQ(test, inner == VMLAB_TREE_ARANGE_64,
					!!(item->flags & VMLAB_TREE_HAS_GAP));
		} else if (item->kind == VMLAB_TREE_ENTRY) {
			KUNIT_ASSERT_EQ(test, item->first, entries * STRIDE);
			KUNIT_ASSERT_EQ(test, item->last,
					entries * STRIDE + LEN - 1);
			entries++;
		} else {
			KUNIT_ASSERT_EQ(test, item->kind, VMLAB_TREE_GAP);
		}
	}
	KUNIT_EXPECT_EQ(test, entries, BIG);
	KUNIT_EXPECT_GT(test, leaf_level, 1);
}

static void big_tree(struct kunit *test, unsigned int flags, u8 inner)
{
	struct maple_tree mt;
	const unsigned int room = 5 * BIG;
	struct vmlab_tree_item *items = room_for(test, room);
	struct vmlab_tree_item *again = room_for(test, room);
	struct vmlab_tree_stats *stats = zero_stats(test);
	unsigned int nr, pivots;

	mt_init_flags(&mt, flags);
	fill_big(test, &mt);

	nr = dump(test, &mt, items, room, room / 2);
	check_big(test, items, nr, inner);
	vmlab_tree_tally(stats, items, nr);
	KUNIT_EXPECT_EQ(test, stats->entries, BIG);
	/* A gap between any two entries, and one above them. */
	KUNIT_EXPECT_EQ(test, stats->gaps, BIG);
	KUNIT_EXPECT_EQ(test, stats->level[0].nodes, 1);
	KUNIT_EXPECT_EQ(test, stats->depth,
			vmlab_tree_walk(&mt, BIG / 2 * STRIDE, &pivots));
	KUNIT_EXPECT_EQ(test, stats->level[1].nodes, stats->level[0].used);
	KUNIT_EXPECT_EQ(test, stats->level[stats->depth - 1].used, 2 * BIG);

	/* Small batches yield the same items as large ones. */
	KUNIT_ASSERT_EQ(test, nr,
			dump(test, &mt, again, room, VMLAB_TREE_NR_MIN));
	KUNIT_EXPECT_EQ(test, 0, memcmp(items, again, nr * sizeof(*items)));
	mtree_destroy(&mt);
}

static void big_tree_with_gaps(struct kunit *test)
{
	big_tree(test, MT_FLAGS_ALLOC_RANGE, VMLAB_TREE_ARANGE_64);
}

static void big_tree_without_gaps(struct kunit *test)
{
	big_tree(test, 0, VMLAB_TREE_RANGE_64);
}

/* User space may pass anything for a cursor. */
static void nonsense_cursor(struct kunit *test)
{
	struct maple_tree mt;
	static const u64 firsts[] = { 0, 1, STRIDE, 7 * STRIDE + 5,
				      U64_MAX - 1, U64_MAX };
	static const u32 levels[] = { 0, 1, 2, 3, 31, 32, 33, U32_MAX };
	struct vmlab_tree_item *items = room_for(test, VMLAB_TREE_NR_MIN);
	unsigned int i, j, nr;

	mt_init_flags(&mt, MT_FLAGS_ALLOC_RANGE);
	fill_big(test, &mt);
	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		for (j = 0; j < ARRAY_SIZE(levels); j++) {
			struct vmlab_tree_cursor cursor = {
				.first = firsts[i],
				.level = levels[j],
				.next_id = U32_MAX,
			};

			memset(cursor.path, 0xff, sizeof(cursor.path));
			nr = vmlab_tree_fill(&mt, &cursor, i & 1, items,
					     VMLAB_TREE_NR_MIN);
			KUNIT_EXPECT_LE(test, nr, VMLAB_TREE_NR_MIN);
			if (levels[j] >= VMLAB_TREE_LEVELS)
				KUNIT_EXPECT_EQ(test, nr, 0);
		}
	}
	mtree_destroy(&mt);
}

static struct kunit_case tree_cases[] = {
	KUNIT_CASE(empty_tree),
	KUNIT_CASE(entry_in_the_root),
	KUNIT_CASE(one_leaf),
	KUNIT_CASE(reserved_is_no_entry),
	KUNIT_CASE(big_tree_with_gaps),
	KUNIT_CASE(big_tree_without_gaps),
	KUNIT_CASE(nonsense_cursor),
	{}
};

static struct kunit_suite tree_suite = {
	.name = "vmlab_tree",
	.test_cases = tree_cases,
};

kunit_test_suite(tree_suite);
