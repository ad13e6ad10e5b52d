// SPDX-License-Identifier: GPL-2.0
/* Tests of debugfs/attach.c: which strings are a pid. */
#include <kunit/test.h>
#include <linux/string.h>

#include "debugfs/debugfs.h"

static int parse(const char *string)
{
	return vmlab_parse_pid(string, strlen(string));
}

static void pid_plain(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("1"), 1);
	KUNIT_EXPECT_EQ(test, parse("4194304"), 4194304);
	KUNIT_EXPECT_EQ(test, parse("2147483647"), INT_MAX);
}

static void pid_with_white_space(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("17\n"), 17);
	KUNIT_EXPECT_EQ(test, parse("  17 \n"), 17);
}

static void pid_not_positive(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("-1"), -EINVAL);
}

static void pid_too_large(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("2147483648"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("99999999999999999999999999999999999"),
			-EINVAL);
}

static void pid_garbage(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse(""), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("\n"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("self"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("1x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("1 2"), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse("0x10"), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_parse_pid("1\0002", 3), -EINVAL);
}

static struct kunit_case attach_cases[] = {
	KUNIT_CASE(pid_plain),
	KUNIT_CASE(pid_with_white_space),
	KUNIT_CASE(pid_not_positive),
	KUNIT_CASE(pid_too_large),
	KUNIT_CASE(pid_garbage),
	{}
};

static struct kunit_suite attach_suite = {
	.name = "vmlab_attach",
	.test_cases = attach_cases,
};

kunit_test_suite(attach_suite);
