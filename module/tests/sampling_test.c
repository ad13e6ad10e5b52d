// SPDX-License-Identifier: GPL-2.0
/* Tests of pager/sampling.c and of its settings. */
#include <kunit/test.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/config.h"
#include "pager/sampling.h"
#include "tests/new_space.h"

static int sampling_test_init(struct kunit *test)
{
	struct vmlab_space *space = new_space();

	KUNIT_ASSERT_FALSE(test, IS_ERR(space));
	test->priv = space;
	return 0;
}

static void sampling_test_exit(struct kunit *test)
{
	if (test->priv)
		vmlab_space_destroy(test->priv);
}

/* The hash is a part of the interface: tools compute it too. */
static void hash_test(struct kunit *test)
{
	unsigned int i, below = 0;

	KUNIT_EXPECT_EQ(test, vmlab_page_mix(0), 0x9ca066f1a4ab2eeaull);
	KUNIT_EXPECT_EQ(test, vmlab_page_mix(1), 0xe5fdc025e13eeed5ull);
	KUNIT_EXPECT_EQ(test, vmlab_page_mix(1ull << 40), 0x5118edfc86da5d9full);
	KUNIT_EXPECT_EQ(test, vmlab_sample_hash(1), (u32)(0xe5fdc025e13eeed5ull >> 40));
	for (i = 0; i < 100000; i++)
		below += vmlab_sample_hash(i) < VMLAB_SAMPLE_ALL / 10;
	KUNIT_EXPECT_GT(test, below, 9500);
	KUNIT_EXPECT_LT(test, below, 10500);
}

static int set_sample(struct vmlab_space *space, u32 flags, u32 sample,
		      u32 keep)
{
	const struct vmlab_paging paging = {
		.flags = flags, .sample = sample, .sample_keep = keep,
	};

	return vmlab_pager_set(space, &paging, NULL);
}

static void settings_test(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	const u32 on = VMLAB_PAGING_SAMPLE;

	KUNIT_EXPECT_EQ(test, set_sample(space, 0, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_sample(space, 0, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_sample(space, on, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_sample(space, on, VMLAB_SAMPLE_ALL + 1, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, set_sample(space, on, 1,
					 VMLAB_SAMPLE_KEEP_MAX + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_sample(space, on | VMLAB_PAGING_STEPPING, 1,
					 0), -EINVAL);
	KUNIT_EXPECT_FALSE(test, vmlab_sampling(space));
	KUNIT_EXPECT_EQ(test, set_sample(space, on, VMLAB_SAMPLE_ALL, 0), 0);
	KUNIT_EXPECT_TRUE(test, vmlab_sampling(space));
	KUNIT_EXPECT_TRUE(test, vmlab_sampled(space, 12345));
	KUNIT_EXPECT_EQ(test, set_sample(space, 0, 0, 0), 0);
	KUNIT_EXPECT_FALSE(test, vmlab_sampled(space, 12345));
	KUNIT_EXPECT_FALSE(test, READ_ONCE(space->pager.extra));
}

/* What a fault does before it maps a page. */
static void fault(struct kunit *test, struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	bool filled;

	folio = vmlab_bring(space, pgoff, VMLAB_BRING_ACCESS, &filled);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	if (vmlab_sampling(space))
		vmlab_sample(space, folio, filled, 0);
	vmlab_frame_release(folio);
}

/* How many events were recorded: nothing records one meanwhile. */
static u64 events_head(struct vmlab_space *space)
{
	return vmlab_read_unlocked(space->events.head);
}

/* A thread of the kernel: all of its accesses are those of one instruction. */
static void record_test(struct kunit *test)
{
	struct vmlab_space *space = test->priv;
	u64 head;
	pgoff_t i;

	KUNIT_ASSERT_EQ(test, vmlab_events_config(&space->events,
						  BIT(VMLAB_EVENT_ACCESS), 256),
			0);
	KUNIT_ASSERT_EQ(test, set_sample(space, VMLAB_PAGING_SAMPLE,
					 VMLAB_SAMPLE_ALL, 0), 0);
	for (i = 0; i < 100; i++)
		fault(test, space, i);
	KUNIT_EXPECT_EQ(test, events_head(space), 100);
	for (i = 90; i < 100; i++)
		fault(test, space, i);
	/* The same instruction restarts. */
	KUNIT_EXPECT_EQ(test, events_head(space), 100);
	fault(test, space, 0);
	/* Too long ago. */
	KUNIT_EXPECT_EQ(test, events_head(space), 101);

	KUNIT_ASSERT_EQ(test, set_sample(space, VMLAB_PAGING_SAMPLE,
					 VMLAB_SAMPLE_ALL / 10, 0), 0);
	head = events_head(space);
	for (i = 1000; i < 2000; i++)
		fault(test, space, i);
	KUNIT_EXPECT_GT(test, events_head(space) - head, 50);
	KUNIT_EXPECT_LT(test, events_head(space) - head, 150);
}

/* What a request that was killed left mapped is unmapped by the next one. */
static void killed_test(struct kunit *test)
{
	struct vmlab_space *space = test->priv;

	KUNIT_ASSERT_EQ(test, vmlab_events_config(&space->events,
						  BIT(VMLAB_EVENT_ACCESS), 256),
			0);
	fault(test, space, 0);
	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	KUNIT_EXPECT_EQ(test, set_sample(space, VMLAB_PAGING_SAMPLE,
					 VMLAB_SAMPLE_ALL, 0), -EINTR);
	flush_signals(current);
	disallow_signal(SIGKILL);
	KUNIT_EXPECT_TRUE(test, vmlab_sampling(space));
	fault(test, space, 0);
	KUNIT_EXPECT_EQ(test, events_head(space), 1);

	KUNIT_EXPECT_EQ(test, set_sample(space, VMLAB_PAGING_SAMPLE,
					 VMLAB_SAMPLE_ALL, 0), 0);
	fault(test, space, 0);
	KUNIT_EXPECT_EQ(test, events_head(space), 2);
	/* All was unmapped: the same sample begins only once. */
	KUNIT_EXPECT_EQ(test, set_sample(space, VMLAB_PAGING_SAMPLE,
					 VMLAB_SAMPLE_ALL, 1), 0);
	fault(test, space, 0);
	KUNIT_EXPECT_EQ(test, events_head(space), 2);
}

static struct kunit_case sampling_test_cases[] = {
	KUNIT_CASE(hash_test),
	KUNIT_CASE(settings_test),
	KUNIT_CASE(record_test),
	KUNIT_CASE(killed_test),
	{}
};

static struct kunit_suite sampling_test_suite = {
	.name = "vmlab_sampling",
	.init = sampling_test_init,
	.exit = sampling_test_exit,
	.test_cases = sampling_test_cases,
};

kunit_test_suite(sampling_test_suite);
