// SPDX-License-Identifier: GPL-2.0
/* Tests of pager/together.c: pages of one instruction are not evicted for each other. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/pagemap.h>
#include <linux/ptrace.h>
#include <linux/sched.h>

#include "compat.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/config.h"
#include "pager/together.h"
#include "policy/policy.h"
#include "tests/new_space.h"

#define BUDGET	3
/* Longer than the pages of another task are kept. */
#define LONG_AGO	HZ

static int together_test_init(struct kunit *test)
{
	struct vmlab_space *space = new_space();

	KUNIT_ASSERT_FALSE(test, IS_ERR(space));
	test->priv = space;
	return 0;
}

static void together_test_exit(struct kunit *test)
{
	if (test->priv)
		vmlab_space_destroy(test->priv);
}

/* A task brings in a page with the instruction at @ip. */
static void add(struct kunit *test, struct task_struct *task, unsigned long ip,
		pgoff_t pgoff)
{
	struct vmlab_space *space = test->priv;
	struct pt_regs regs = {};

	instruction_pointer_set(&regs, ip);
	vmlab_together_add(&space->pager, task, &regs, pgoff);
}

static bool keeps_frame(struct kunit *test, pgoff_t pgoff, unsigned int nr)
{
	const struct vmlab_frame frame = { .pgoff = pgoff, .nr = nr };
	struct vmlab_space *space = test->priv;
	bool keeps;

	spin_lock(&space->pager.lock);
	keeps = vmlab_together_keeps(&space->pager, &frame);
	spin_unlock(&space->pager.lock);
	return keeps;
}

static bool keeps(struct kunit *test, pgoff_t pgoff)
{
	return keeps_frame(test, pgoff, 1);
}

/* Nothing is kept while a task goes on, or brings in each page once. */
static void goes_on_test(struct kunit *test)
{
	unsigned long i;

	for (i = 0; i < 20; i++) {
		add(test, current, i, i % 2);
		KUNIT_EXPECT_FALSE(test, keeps(test, 0));
		KUNIT_EXPECT_FALSE(test, keeps(test, 1));
	}
	for (i = 0; i < 20; i++)
		add(test, current, 100, i);
	for (i = 0; i < 20; i++)
		KUNIT_EXPECT_FALSE(test, keeps(test, i));
}

static void again_test(struct kunit *test)
{
	add(test, current, 1, 10);
	add(test, current, 1, 20);
	KUNIT_EXPECT_FALSE(test, keeps(test, 10));
	add(test, current, 1, 10);
	KUNIT_EXPECT_TRUE(test, keeps(test, 10));
	KUNIT_EXPECT_TRUE(test, keeps(test, 20));
	KUNIT_EXPECT_FALSE(test, keeps(test, 11));
	KUNIT_EXPECT_FALSE(test, keeps(test, 0));
	/* What comes in later belongs to them. */
	add(test, current, 1, 30);
	KUNIT_EXPECT_TRUE(test, keeps(test, 30));
	/* The next instruction. */
	add(test, current, 2, 30);
	KUNIT_EXPECT_FALSE(test, keeps(test, 10));
	KUNIT_EXPECT_FALSE(test, keeps(test, 30));
}

static void last_pages_test(struct kunit *test)
{
	pgoff_t i;

	for (i = 0; i < VMLAB_TOGETHER_PAGES + 2; i++)
		add(test, current, 1, i);
	/* It is not listed any more, and takes the place of another one. */
	add(test, current, 1, 0);
	KUNIT_EXPECT_FALSE(test, keeps(test, 0));
	add(test, current, 1, 5);
	KUNIT_EXPECT_TRUE(test, keeps(test, 0));
	for (i = 1; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, keeps(test, i));
	for (i = 3; i < VMLAB_TOGETHER_PAGES + 2; i++)
		KUNIT_EXPECT_TRUE(test, keeps(test, i));
}

static void huge_frame_test(struct kunit *test)
{
	add(test, current, 1, 512 + 7);
	add(test, current, 1, 512 + 7);
	KUNIT_EXPECT_TRUE(test, keeps_frame(test, 512, 512));
	KUNIT_EXPECT_FALSE(test, keeps_frame(test, 0, 512));
	KUNIT_EXPECT_FALSE(test, keeps_frame(test, 1024, 512));
	KUNIT_EXPECT_TRUE(test, keeps_frame(test, 512 + 7, 1));
	KUNIT_EXPECT_FALSE(test, keeps_frame(test, 512 + 8, 1));
}

/* Make what a task noted older. */
static void age(struct kunit *test, struct task_struct *task)
{
	struct vmlab_space *space = test->priv;
	unsigned int i;

	spin_lock(&space->pager.lock);
	for (i = 0; i < ARRAY_SIZE(space->pager.together); i++)
		if (space->pager.together[i].task == task)
			space->pager.together[i].time -= LONG_AGO;
	spin_unlock(&space->pager.lock);
}

/* The pages of another task are kept for a while, our own as long as we stay. */
static void time_test(struct kunit *test)
{
	struct task_struct *other = &init_task;

	add(test, other, 1, 1);
	add(test, other, 1, 1);
	age(test, other);
	KUNIT_EXPECT_FALSE(test, keeps(test, 1));
	add(test, other, 1, 1);
	KUNIT_EXPECT_TRUE(test, keeps(test, 1));

	add(test, current, 1, 2);
	add(test, current, 1, 2);
	age(test, current);
	KUNIT_EXPECT_TRUE(test, keeps(test, 2));
}

static void bring(struct kunit *test, pgoff_t pgoff)
{
	struct folio *folio;
	bool filled;

	folio = vmlab_bring(test->priv, pgoff, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	vmlab_frame_release(folio);
}

static bool resident(struct kunit *test, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(test->priv, pgoff);

	if (folio)
		folio_put(folio);
	return folio;
}

/* The budget is exceeded where nothing but kept frames is left, and holds again later. */
static void budget_test(struct kunit *test)
{
	const struct vmlab_paging paging = {
		.policy = VMLAB_POLICY_FIFO, .budget = BUDGET,
	};
	struct vmlab_space *space = test->priv;
	pgoff_t i;

	KUNIT_ASSERT_EQ(test, vmlab_pager_set(space, &paging, NULL), 0);
	for (i = 0; i < BUDGET; i++) {
		bring(test, i);
		if (i)
			add(test, current, 1, i);
	}
	add(test, current, 1, 1);
	/* FIFO: page 0 is evicted, then it would be page 1. */
	bring(test, BUDGET);
	add(test, current, 1, BUDGET);
	KUNIT_EXPECT_FALSE(test, resident(test, 0));
	bring(test, BUDGET + 1);
	for (i = 1; i <= BUDGET + 1; i++)
		KUNIT_EXPECT_TRUE(test, resident(test, i));

	add(test, current, 2, 100);
	bring(test, 100);
	for (i = 0; i <= 2; i++)
		KUNIT_EXPECT_FALSE(test, resident(test, i));
	for (i = BUDGET; i <= BUDGET + 1; i++)
		KUNIT_EXPECT_TRUE(test, resident(test, i));
	KUNIT_EXPECT_TRUE(test, resident(test, 100));
}

static struct kunit_case together_test_cases[] = {
	KUNIT_CASE(goes_on_test),
	KUNIT_CASE(again_test),
	KUNIT_CASE(last_pages_test),
	KUNIT_CASE(huge_frame_test),
	KUNIT_CASE(time_test),
	KUNIT_CASE(budget_test),
	{}
};

static struct kunit_suite together_test_suite = {
	.name = "vmlab_together",
	.init = together_test_init,
	.exit = together_test_exit,
	.test_cases = together_test_cases,
};

kunit_test_suite(together_test_suite);
