// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/find.c. */
#include <kunit/test.h>
#include <linux/maple_tree.h>
#include <linux/xarray.h>

#include "inspect/inspect.h"

/* Entries: A at [1000, 1fff], B right above at [2000, 2fff], C at [5000, 5fff]. */
#define A	xa_mk_value(1)
#define B	xa_mk_value(2)
#define C	xa_mk_value(3)
#define NONE	NULL

struct lookup {
	unsigned long start, end;
	void *want[VMLAB_FIND_NR];	/* vma, intersection, prev, next */
	bool is_free;
	unsigned long gap[2];
};

static void expect(struct kunit *test, struct maple_tree *mt,
		   const struct lookup *lookup)
{
	void *found[VMLAB_FIND_NR];
	unsigned long gap[2];
	unsigned int i;
	bool is_free;

	is_free = vmlab_find_entries(mt, lookup->start, lookup->end, found, gap);
	for (i = 0; i < VMLAB_FIND_NR; i++)
		KUNIT_EXPECT_PTR_EQ_MSG(test, found[i], lookup->want[i],
					"%u of [%lx, %lx)", i, lookup->start,
					lookup->end);
	KUNIT_EXPECT_EQ_MSG(test, is_free, lookup->is_free, "[%lx, %lx)",
			    lookup->start, lookup->end);
	if (is_free) {
		KUNIT_EXPECT_EQ(test, gap[0], lookup->gap[0]);
		KUNIT_EXPECT_EQ(test, gap[1], lookup->gap[1]);
	}
}

static void find_in_three(struct kunit *test)
{
	const struct lookup lookups[] = {
		/* below all */
		{ 0, 1, { A, NONE, NONE, A }, true, { 0, 0xfff } },
		{ 0xfff, 0x1000, { A, NONE, NONE, A }, true, { 0, 0xfff } },
		/* a range that ends inside an entry: the end is exclusive */
		{ 0xfff, 0x1001, { A, A, NONE, B }, true, { 0, 0xfff } },
		/* first and last byte of an entry */
		{ 0x1000, 0x1001, { A, A, NONE, B } },
		{ 0x1fff, 0x2000, { A, A, NONE, B } },
		{ 0x2000, 0x2001, { B, B, A, C } },
		/* from one entry into the next */
		{ 0x1800, 0x2800, { A, A, NONE, C } },
		/* between */
		{ 0x3000, 0x3001, { C, NONE, B, C }, true, { 0x3000, 0x4fff } },
		{ 0x4fff, 0x5000, { C, NONE, B, C }, true, { 0x3000, 0x4fff } },
		{ 0x3000, 0x6000, { C, C, B, NONE }, true, { 0x3000, 0x4fff } },
		/* above all */
		{ 0x5fff, 0x6000, { C, C, B, NONE } },
		{ 0x6000, 0x6001, { NONE, NONE, C, NONE }, true,
		  { 0x6000, ULONG_MAX } },
		{ ULONG_MAX - 1, ULONG_MAX, { NONE, NONE, C, NONE }, true,
		  { 0x6000, ULONG_MAX } },
		/* everything */
		{ 0, ULONG_MAX, { A, A, NONE, NONE }, true, { 0, 0xfff } },
	};
	struct maple_tree mt;
	unsigned int i;

	mt_init(&mt);
	KUNIT_ASSERT_EQ(test, 0, mtree_store_range(&mt, 0x1000, 0x1fff, A,
						   GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, 0, mtree_store_range(&mt, 0x2000, 0x2fff, B,
						   GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, 0, mtree_store_range(&mt, 0x5000, 0x5fff, C,
						   GFP_KERNEL));
	for (i = 0; i < ARRAY_SIZE(lookups); i++)
		expect(test, &mt, &lookups[i]);
	mtree_destroy(&mt);
}

static void find_in_nothing(struct kunit *test)
{
	const struct lookup lookup = {
		0x1000, 0x2000, { NONE, NONE, NONE, NONE }, true,
		{ 0, ULONG_MAX }
	};
	struct maple_tree mt;

	mt_init(&mt);
	expect(test, &mt, &lookup);
}

static void find_at_both_ends(struct kunit *test)
{
	const struct lookup lookups[] = {
		{ 0, 1, { A, A, NONE, C } },
		{ 0x1000, 0x1001, { C, NONE, A, C }, true,
		  { 0x1000, ULONG_MAX - 0x1000 } },
		{ ULONG_MAX - 1, ULONG_MAX, { C, C, A, NONE } },
	};
	struct maple_tree mt;
	unsigned int i;

	mt_init(&mt);
	KUNIT_ASSERT_EQ(test, 0, mtree_store_range(&mt, 0, 0xfff, A,
						   GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, 0, mtree_store_range(&mt, ULONG_MAX - 0xfff,
						   ULONG_MAX, C, GFP_KERNEL));
	for (i = 0; i < ARRAY_SIZE(lookups); i++)
		expect(test, &mt, &lookups[i]);
	mtree_destroy(&mt);
}

static struct kunit_case find_cases[] = {
	KUNIT_CASE(find_in_three),
	KUNIT_CASE(find_in_nothing),
	KUNIT_CASE(find_at_both_ends),
	{}
};

static struct kunit_suite find_suite = {
	.name = "vmlab_find",
	.test_cases = find_cases,
};

kunit_test_suite(find_suite);
