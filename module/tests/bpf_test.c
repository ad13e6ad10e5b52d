// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of policy/bpf*.c without BPF: callbacks in C stand in for programs, and
 * call the functions that programs can call.
 */
#include <kunit/test.h>
#include <linux/err.h>

#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/config.h"
#include "policy/bpf/kfuncs.h"
#include "policy/bpf/loaded.h"
#include "policy/bpf/policy.h"
#include "space/stats.h"
#include "tests/new_space.h"

#if VMLAB_HAVE_STRUCT_OPS

#define PAGES	8

/* The return values of the callbacks below, and their calls and arguments. */
static struct {
	u64 answer;
	int init;
	int inits;
	int exits;
	int inserts;
	int removes;
	int accesses;
	u64 prev;
	void (*fault)(struct vmlab_bpf_space *space);
} fake;

static int fake_init(struct vmlab_bpf_space *space)
{
	fake.inits++;
	return fake.init;
}

static void fake_exit(struct vmlab_bpf_space *space)
{
	fake.exits++;
}

static void fake_insert(struct vmlab_bpf_space *space, u64 pgoff, u32 accessed)
{
	fake.inserts++;
}

static void fake_remove(struct vmlab_bpf_space *space, u64 pgoff)
{
	fake.removes++;
}

static void fake_access(struct vmlab_bpf_space *space, u64 pgoff)
{
	fake.accesses++;
}

static u64 fake_victim(struct vmlab_bpf_space *space, u64 prev)
{
	fake.prev = prev;
	return fake.answer;
}

static void fake_fault(struct vmlab_bpf_space *space, u64 pgoff, u64 first,
		       u64 end, u32 filled)
{
	fake.fault(space);
}

static const struct vmlab_policy_ops fake_ops = {
	.init	= fake_init,
	.exit	= fake_exit,
	.insert	= fake_insert,
	.remove	= fake_remove,
	.access	= fake_access,
	.victim	= fake_victim,
	.fault	= fake_fault,
	.name	= "kunit-fake",
};

/**
 * struct setup - a policy of ours in charge of pages of ours
 * @space: whose statistics are counted
 * @policy: the policy
 * @state: its state
 * @pages: by offset
 */
struct setup {
	struct vmlab_space *space;
	const struct vmlab_policy *policy;
	struct vmlab_bpf_space *state;
	struct vmlab_frame pages[PAGES];
};

static u32 newest_id(void)
{
	struct vmlab_policy_info infos[16] = {};
	unsigned int nr = vmlab_bpf_list(infos, ARRAY_SIZE(infos));

	return nr && nr <= ARRAY_SIZE(infos) ? infos[nr - 1].id : 0;
}

static struct setup *begin(struct kunit *test)
{
	struct setup *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	struct vmlab_policy_args args = {};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	memset(&fake, 0, sizeof(fake));
	fake.answer = VMLAB_BPF_NONE;
	s->space = new_space();
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->space));
	KUNIT_ASSERT_EQ(test, vmlab_bpf_load(&fake_ops), 0);
	s->policy = vmlab_bpf_get(newest_id());
	KUNIT_ASSERT_NOT_NULL(test, s->policy);

	args.policy = s->policy;
	args.space = s->space;
	args.lock = &s->space->pager.lock;
	args.budget = &s->space->pager.budget;
	s->state = s->policy->create(&args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(s->state));
	for (i = 0; i < PAGES; i++) {
		s->pages[i].pgoff = i;
		s->policy->insert(s->state, &s->pages[i], true);
	}
	return s;
}

static void end(struct kunit *test, struct setup *s, bool loaded)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		s->policy->remove(s->state, &s->pages[i]);
	KUNIT_EXPECT_NULL(test, s->policy->victim(s->state, NULL));
	s->policy->destroy(s->state);
	vmlab_bpf_put(s->policy);
	if (loaded)
		vmlab_bpf_unload(&fake_ops);
	vmlab_space_destroy(s->space);
	KUNIT_EXPECT_EQ(test, fake.exits, 1);
}

static u64 fallbacks(struct setup *s)
{
	struct vmlab_paging_stats stats = {};

	vmlab_space_paging_stats(s->space, &stats);
	return stats.policy_fallbacks;
}

static u64 refused(struct setup *s)
{
	struct vmlab_paging_stats stats = {};

	vmlab_space_paging_stats(s->space, &stats);
	return stats.policy_refused;
}

static void program_decides(struct kunit *test)
{
	struct setup *s = begin(test);
	struct vmlab_frame *page;

	KUNIT_EXPECT_EQ(test, fake.inserts, PAGES);
	fake.answer = 5;
	page = s->policy->victim(s->state, NULL);
	KUNIT_EXPECT_PTR_EQ(test, page, &s->pages[5]);
	KUNIT_EXPECT_EQ(test, fake.prev, VMLAB_BPF_NONE);
	fake.answer = 2;
	page = s->policy->victim(s->state, page);
	KUNIT_EXPECT_PTR_EQ(test, page, &s->pages[2]);
	KUNIT_EXPECT_EQ(test, fake.prev, 5);
	/* Another decision may name the same page again. */
	page = s->policy->victim(s->state, NULL);
	KUNIT_EXPECT_PTR_EQ(test, page, &s->pages[2]);
	KUNIT_EXPECT_EQ(test, fallbacks(s), 0);
	s->pages[1].referenced = false;
	s->policy->access(s->state, &s->pages[1]);
	KUNIT_EXPECT_TRUE(test, s->pages[1].referenced);
	KUNIT_EXPECT_EQ(test, fake.accesses, 1);
	end(test, s, true);
	KUNIT_EXPECT_EQ(test, fake.removes, PAGES);
}

static void nonsense_falls_back(struct kunit *test)
{
	static const u64 answers[] = {
		VMLAB_BPF_NONE, PAGES, U64_MAX - 1, 1ULL << 52,
	};
	struct setup *s = begin(test);
	struct vmlab_frame *page;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		fake.answer = answers[i];
		page = s->policy->victim(s->state, NULL);
		KUNIT_EXPECT_PTR_EQ(test, page, &s->pages[0]);
		KUNIT_EXPECT_EQ(test, fallbacks(s), i + 1);
	}
	/* One repeated answer: the policy falls back to each other page once. */
	fake.answer = 3;
	page = NULL;
	for (i = 0; i < PAGES; i++) {
		page = s->policy->victim(s->state, page);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->pgoff,
				i == 0 ? 3 : i <= 3 ? i - 1 : i);
	}
	KUNIT_EXPECT_NULL(test, s->policy->victim(s->state, page));
	KUNIT_EXPECT_EQ(test, fallbacks(s),
			ARRAY_SIZE(answers) + PAGES - 1);
	end(test, s, true);
}

static void lists(struct kunit *test)
{
	struct setup *s = begin(test);

	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_len(s->state, 0), PAGES);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_first(s->state, 0), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_move(s->state, 4, 3, 1), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_move(s->state, 6, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_len(s->state, 0), PAGES - 2);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_len(s->state, 3), 2);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_first(s->state, 3), 6);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_next(s->state, 6), 4);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_next(s->state, 4),
			VMLAB_BPF_NONE);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_next(s->state, 3), 5);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_next_resident(s->state, 4), 4);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_next_resident(s->state, PAGES),
			VMLAB_BPF_NONE);
	KUNIT_EXPECT_EQ(test, refused(s), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_move(s->state, 4,
						  VMLAB_BPF_LISTS, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_move(s->state, PAGES, 0, 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_list_len(s->state, VMLAB_BPF_LISTS),
			0);
	KUNIT_EXPECT_EQ(test, refused(s), 2);
	end(test, s, true);
}

static struct kunit *now_testing;

static void wish(struct vmlab_bpf_space *space)
{
	struct kunit *test = now_testing;

	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 10, 4, 2), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 9, 1, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 20, 1, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 11, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 11,
						 VMLAB_PREFETCH_MAX, 1),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(space, 11, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_evict(space, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_evict(space, 100), -ENOENT);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_evict(space, 7), 0);
}

static void wish_too_much(struct vmlab_bpf_space *space)
{
	unsigned int i, granted = 0;

	for (i = 0; i < 100; i++)
		granted += !vmlab_bpf_prefetch(space, 10, 1, 1);
	KUNIT_EXPECT_EQ(now_testing, granted, VMLAB_WISHES);
	KUNIT_EXPECT_EQ(now_testing, vmlab_bpf_evict(space, 7), -E2BIG);
}

static void wishes(struct kunit *test)
{
	struct vmlab_wishes wishes = { .pgoff = 3, .first = 10, .end = 20 };
	struct setup *s = begin(test);

	now_testing = test;
	fake.fault = wish;
	s->policy->fault(s->state, &wishes);
	KUNIT_EXPECT_EQ(test, wishes.nr, 2);
	KUNIT_EXPECT_EQ(test, wishes.nr_pages, 4);
	KUNIT_EXPECT_EQ(test, wishes.wish[0].pgoff, 10);
	KUNIT_EXPECT_EQ(test, wishes.wish[0].nr, 4);
	KUNIT_EXPECT_EQ(test, wishes.wish[0].stride, 2);
	KUNIT_EXPECT_EQ(test, wishes.wish[1].pgoff, 7);
	KUNIT_EXPECT_EQ(test, wishes.wish[1].nr, 0);
	KUNIT_EXPECT_EQ(test, refused(s), 6);

	wishes.nr = 0;
	wishes.nr_pages = 0;
	fake.fault = wish_too_much;
	s->policy->fault(s->state, &wishes);

	/* Outside of fault() requests are refused. */
	KUNIT_EXPECT_EQ(test, vmlab_bpf_prefetch(s->state, 10, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_bpf_evict(s->state, 7), -EINVAL);
	end(test, s, true);
}

static void unload_in_use(struct kunit *test)
{
	struct vmlab_policy_args args = {};
	struct vmlab_paging_stats stats = {};
	struct setup *s = begin(test);
	u32 id = s->policy->bpf_id;

	KUNIT_EXPECT_EQ(test, vmlab_bpf_load(&fake_ops), -EEXIST);
	vmlab_bpf_unload(&fake_ops);
	KUNIT_EXPECT_EQ(test, fake.exits, 1);
	vmlab_space_paging_stats(s->space, &stats);
	KUNIT_EXPECT_EQ(test, stats.policy_lost, 1);
	KUNIT_EXPECT_NULL(test, vmlab_bpf_get(id));
	KUNIT_EXPECT_STREQ(test, s->policy->name, "fifo");
	KUNIT_EXPECT_EQ(test, s->policy->bpf_id, 0);

	/* The program is not called any more; this counts no fallback. */
	fake.answer = 5;
	KUNIT_EXPECT_PTR_EQ(test, s->policy->victim(s->state, NULL),
			    &s->pages[0]);
	KUNIT_EXPECT_EQ(test, fallbacks(s), 0);
	/* A policy looked up before the unload cannot be used after it. */
	args.policy = s->policy;
	args.space = s->space;
	args.lock = &s->space->pager.lock;
	args.budget = &s->space->pager.budget;
	KUNIT_EXPECT_EQ(test, PTR_ERR(s->policy->create(&args)), -ENOENT);
	end(test, s, false);
}

static void init_refuses(struct kunit *test)
{
	static const int answers[][2] = {
		{ -ENOSPC, -ENOSPC }, { 1, -EINVAL }, { INT_MIN, -EINVAL },
	};
	struct setup *s = begin(test);
	struct vmlab_policy_args args = {
		.policy = s->policy,
		.space = s->space,
		.lock = &s->space->pager.lock,
		.budget = &s->space->pager.budget,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		fake.init = answers[i][0];
		KUNIT_EXPECT_EQ(test, PTR_ERR(s->policy->create(&args)),
				answers[i][1]);
	}
	end(test, s, true);
}

static struct kunit_case bpf_cases[] = {
	KUNIT_CASE(program_decides),
	KUNIT_CASE(nonsense_falls_back),
	KUNIT_CASE(lists),
	KUNIT_CASE(wishes),
	KUNIT_CASE(unload_in_use),
	KUNIT_CASE(init_refuses),
	{}
};

static struct kunit_suite bpf_suite = {
	.name = "vmlab_bpf",
	.test_cases = bpf_cases,
};

kunit_test_suite(bpf_suite);

#endif /* VMLAB_HAVE_STRUCT_OPS */
