// SPDX-License-Identifier: GPL-2.0
/* Tests of uarg.c. */
#include <kunit/test.h>
#include <linux/mm.h>

#include "uarg.h"

static void size_below_first_version(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(0, 32), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(31, 32), -EINVAL);
}

static void size_known_or_newer(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(32, 32), 0);
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(40, 32), 0);
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(PAGE_SIZE, 32), 0);
}

static void size_above_a_page(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(PAGE_SIZE + 1, 32), -E2BIG);
	KUNIT_EXPECT_EQ(test, vmlab_uarg_check_size(U32_MAX, 32), -E2BIG);
}

static struct kunit_case uarg_cases[] = {
	KUNIT_CASE(size_below_first_version),
	KUNIT_CASE(size_known_or_newer),
	KUNIT_CASE(size_above_a_page),
	{}
};

static struct kunit_suite uarg_suite = {
	.name = "vmlab_uarg",
	.test_cases = uarg_cases,
};

kunit_test_suite(uarg_suite);
