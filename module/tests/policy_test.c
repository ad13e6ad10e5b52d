// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of policy/: compare each policy with a simulation on reference strings.
 * The simulation stores nothing but the string: it derives from the references
 * so far when a page became resident and how often it was accessed.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/registry.h"

#define PAGES		16
#define LENGTH		60
/* KASAN checks each of a simulation's many accesses. */
#define STRINGS		(IS_ENABLED(CONFIG_KASAN) ? 100 : 1000)

static const u32 built_in[] = {
	VMLAB_POLICY_FIFO, VMLAB_POLICY_CLOCK, VMLAB_POLICY_LRU,
	VMLAB_POLICY_MRU, VMLAB_POLICY_LFU, VMLAB_POLICY_RANDOM,
	VMLAB_POLICY_OPT,
};

struct string {
	u32 policy;
	u32 variant;
	unsigned int frames;
	unsigned int nr;
	u64 seed;
	u64 ref[LENGTH];
};

/*
 * Run a string through a policy; return the number of faults.
 * @evicted: set to the page evicted at each reference, or -1
 */
static unsigned int run(struct kunit *test, const struct string *s, int *evicted)
{
	const struct vmlab_policy *policy = vmlab_policy_find(s->policy);
	struct vmlab_policy_args args = {
		.capacity = s->frames,
		.seed = s->seed,
		.variant = s->variant,
		.trace = s->ref,
		.nr_trace = s->nr,
	};
	unsigned int faults = 0, resident = 0, i;
	struct vmlab_frame *page;
	bool in[PAGES] = {};
	void *state;

	state = policy->create(&args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	page = kunit_kcalloc(test, PAGES, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);

	for (i = 0; i < s->nr; i++) {
		u64 p = s->ref[i];

		evicted[i] = -1;
		if (in[p]) {
			policy->access(state, &page[p]);
			continue;
		}
		faults++;
		if (resident == s->frames) {
			struct vmlab_frame *victim = policy->victim(state, NULL);

			KUNIT_ASSERT_NOT_NULL(test, victim);
			evicted[i] = victim->pgoff;
			KUNIT_ASSERT_TRUE(test, in[evicted[i]]);
			policy->remove(state, victim);
			in[evicted[i]] = false;
			resident--;
		}
		page[p].pgoff = p;
		policy->insert(state, &page[p], true);
		in[p] = true;
		resident++;
	}
	for (i = 0; i < PAGES; i++)
		if (in[i])
			policy->remove(state, &page[i]);
	KUNIT_EXPECT_NULL(test, policy->victim(state, NULL));
	policy->destroy(state);
	kunit_kfree(test, page);
	return faults;
}

/* Return the index of the last reference of @p before @now, or -1. */
static int last_use(const struct string *s, u64 p, int now)
{
	while (--now >= 0 && s->ref[now] != p)
		;
	return now;
}

/* Return the index of the next reference of @p after @now, or the length. */
static int next_use(const struct string *s, u64 p, int now)
{
	while (++now < s->nr && s->ref[now] != p)
		;
	return now;
}

/* Return the index at which @p last became resident; @fault: faults so far. */
static int arrival(const struct string *s, const bool *fault, u64 p, int now)
{
	while (--now >= 0 && !(s->ref[now] == p && fault[now]))
		;
	return now;
}

/* Count the accesses of @p since it became resident. */
static int uses(const struct string *s, const bool *fault, u64 p, int now)
{
	int i, n = 0;

	for (i = arrival(s, fault, p, now); i < now; i++)
		n += s->ref[i] == p;
	return n;
}

/* Return the rank of @p at @now: the page with the highest one is the victim. */
static s64 rank(const struct string *s, const bool *fault, u64 p, int now)
{
	switch (s->policy) {
	case VMLAB_POLICY_FIFO:
		return -arrival(s, fault, p, now);
	case VMLAB_POLICY_LRU:
		return -last_use(s, p, now);
	case VMLAB_POLICY_MRU:
		return last_use(s, p, now);
	case VMLAB_POLICY_LFU:
		return -((s64)uses(s, fault, p, now) * 10000 +
			 (s->variant ? last_use(s, p, now) :
				       arrival(s, fault, p, now)));
	case VMLAB_POLICY_OPT:
		return (s64)next_use(s, p, now) * 10000 -
		       arrival(s, fault, p, now);
	default:
		return 0;
	}
}

/* Test that the policy evicts at each reference the page that its definition names. */
static void check_by_definition(struct kunit *test, const struct string *s)
{
	bool in[PAGES] = {}, fault[LENGTH] = {};
	unsigned int faults = 0, resident = 0;
	int evicted[LENGTH], now;

	faults = run(test, s, evicted);
	for (now = 0; now < s->nr; now++) {
		u64 p, best = PAGES;

		if (in[s->ref[now]]) {
			KUNIT_ASSERT_EQ(test, evicted[now], -1);
			continue;
		}
		if (resident == s->frames) {
			for (p = 0; p < PAGES; p++)
				if (in[p] && (best == PAGES ||
					      rank(s, fault, p, now) >
					      rank(s, fault, best, now)))
					best = p;
			KUNIT_ASSERT_EQ(test, evicted[now], best);
			in[best] = false;
			resident--;
		}
		fault[now] = true;
		in[s->ref[now]] = true;
		resident++;
		faults--;
	}
	KUNIT_EXPECT_EQ(test, faults, 0);
}

static void random_string(struct rnd_state *rnd, struct string *s)
{
	unsigned int i, pages = 2 + prandom_u32_state(rnd) % (PAGES - 2);

	s->frames = 1 + prandom_u32_state(rnd) % 8;
	s->nr = 1 + prandom_u32_state(rnd) % LENGTH;
	s->seed = prandom_u32_state(rnd);
	for (i = 0; i < s->nr; i++)
		s->ref[i] = prandom_u32_state(rnd) % pages;
}

static void for_random_strings(struct kunit *test, u32 policy, u32 variant,
			       void (*check)(struct kunit *test,
					     const struct string *s))
{
	struct string *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	struct rnd_state rnd;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	prandom_seed_state(&rnd, 4 + policy);
	s->policy = policy;
	s->variant = variant;
	for (i = 0; i < STRINGS; i++) {
		random_string(&rnd, s);
		check(test, s);
	}
}

static void fifo_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_FIFO, 0, check_by_definition);
}

static void lru_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_LRU, 0, check_by_definition);
}

static void mru_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_MRU, 0, check_by_definition);
}

static void lfu_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_LFU, 0, check_by_definition);
}

static void lfu_ties_lru_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_LFU, VMLAB_PAGING_LFU_TIES_LRU,
			   check_by_definition);
}

static void opt_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_OPT, 0, check_by_definition);
}

/* Compare with a fixed array of frames, each with a bit, and an index as the hand. */
static void check_clock(struct kunit *test, const struct string *s)
{
	unsigned int used = 0, hand = 0, i, f;
	int evicted[LENGTH], page[PAGES];
	bool bit[PAGES];

	run(test, s, evicted);
	for (i = 0; i < s->nr; i++) {
		bool loaded = true;

		for (f = 0; f < used; f++)
			if (page[f] == s->ref[i])
				break;
		if (f == used && used < s->frames) {
			page[used++] = s->ref[i];
			KUNIT_ASSERT_EQ(test, evicted[i], -1);
		} else if (f == used) {
			while (bit[hand]) {
				bit[hand] = false;
				hand = (hand + 1) % used;
			}
			KUNIT_ASSERT_EQ(test, evicted[i], page[hand]);
			f = hand;
			page[f] = s->ref[i];
			hand = (hand + 1) % used;
		} else {
			KUNIT_ASSERT_EQ(test, evicted[i], -1);
			loaded = false;
		}
		bit[f] = !loaded || !s->variant;
	}
}

static void clock_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_CLOCK, 0, check_clock);
}

/* Test that a call passes a bounded number of frames, and the next one resumes. */
static void clock_is_bounded(struct kunit *test)
{
	const struct vmlab_policy *policy =
		vmlab_policy_find(VMLAB_POLICY_CLOCK);
	const unsigned int nr = 3000;
	struct vmlab_policy_args args = { .capacity = nr };
	void *state = policy->create(&args);
	struct vmlab_frame *page, *victim;
	unsigned int i, calls = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	page = kunit_kcalloc(test, nr, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < nr; i++) {
		page[i].pgoff = i;
		policy->insert(state, &page[i], true);
	}
	do {
		victim = policy->victim(state, NULL);
	} while (IS_ERR(victim) && ++calls < nr);
	KUNIT_EXPECT_GT(test, calls, 0);
	/* One turn of the hand cleared all bits. */
	KUNIT_EXPECT_PTR_EQ(test, victim, &page[0]);
	for (i = 0; i < nr; i++)
		policy->remove(state, &page[i]);
	policy->destroy(state);
}

static void clock_load_0_by_definition(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_CLOCK, VMLAB_PAGING_CLOCK_LOAD_0,
			   check_clock);
}

/* Test that a seed repeats the choices; run() checks that victims are resident. */
static void check_random(struct kunit *test, const struct string *s)
{
	int evicted[LENGTH], again[LENGTH];

	KUNIT_ASSERT_EQ(test, run(test, s, evicted), run(test, s, again));
	KUNIT_ASSERT_EQ(test, memcmp(evicted, again, s->nr * sizeof(*evicted)), 0);
}

static void random_is_repeatable(struct kunit *test)
{
	for_random_strings(test, VMLAB_POLICY_RANDOM, 0, check_random);
}

/* Test that 8 pages are chosen equally often: 3 sigma of 8,000 draws is 80. */
static void random_is_fair(struct kunit *test)
{
	const struct vmlab_policy *policy =
		vmlab_policy_find(VMLAB_POLICY_RANDOM);
	struct vmlab_policy_args args = { .capacity = 8, .seed = 1 };
	struct vmlab_frame page[8] = {};
	unsigned int hits[8] = {}, i;
	void *state = policy->create(&args);

	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	for (i = 0; i < 8; i++) {
		page[i].pgoff = i;
		policy->insert(state, &page[i], true);
	}
	for (i = 0; i < 8000; i++)
		hits[policy->victim(state, NULL)->pgoff]++;
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_GT(test, hits[i], 900);
		KUNIT_EXPECT_LT(test, hits[i], 1100);
	}
	policy->destroy(state);
}

/* Known results of textbooks: only FIFO shows Belady's anomaly here. */
static void textbook(struct kunit *test)
{
	static const u64 belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };
	static const struct {
		u32 policy;
		unsigned int frames, faults;
	} known[] = {
		{ VMLAB_POLICY_FIFO, 3, 9 }, { VMLAB_POLICY_FIFO, 4, 10 },
		{ VMLAB_POLICY_LRU, 3, 10 }, { VMLAB_POLICY_LRU, 4, 8 },
		{ VMLAB_POLICY_MRU, 3, 7 }, { VMLAB_POLICY_MRU, 4, 6 },
		{ VMLAB_POLICY_OPT, 3, 7 }, { VMLAB_POLICY_OPT, 4, 6 },
	};
	struct string s = { .nr = ARRAY_SIZE(belady) };
	int evicted[LENGTH];
	unsigned int i;

	memcpy(s.ref, belady, sizeof(belady));
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		s.policy = known[i].policy;
		s.frames = known[i].frames;
		KUNIT_EXPECT_EQ(test, run(test, &s, evicted), known[i].faults);
	}
}

/* Test that repeated calls name every page before they return NULL. */
static void next_best(struct kunit *test)
{
	static const u64 trace[] = { 0, 1, 2, 3 };
	struct vmlab_policy_args args = {
		.capacity = 4, .trace = trace, .nr_trace = 4,
	};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(built_in); n++) {
		const struct vmlab_policy *policy =
			vmlab_policy_find(built_in[n]);
		void *state = policy->create(&args);
		struct vmlab_frame page[4] = {}, *victim = NULL;
		unsigned long seen = 0;
		unsigned int i;

		KUNIT_ASSERT_FALSE(test, IS_ERR(state));
		for (i = 0; i < 4; i++) {
			page[i].pgoff = i;
			policy->insert(state, &page[i], true);
		}
		for (i = 0; i < 200; i++) {
			victim = policy->victim(state, victim);
			if (!victim)
				break;
			seen |= BIT(victim->pgoff);
		}
		KUNIT_EXPECT_EQ_MSG(test, seen, 0xf, "%s", policy->name);
		policy->destroy(state);
	}
}

/* Test that all pages can be evicted when there are more than the capacity. */
static void above_capacity(struct kunit *test)
{
	static const u64 trace[] = { 0, 1, 2, 3 };
	struct vmlab_policy_args args = {
		.capacity = 3, .trace = trace, .nr_trace = 4,
	};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(built_in); n++) {
		const struct vmlab_policy *policy =
			vmlab_policy_find(built_in[n]);
		void *state = policy->create(&args);
		struct vmlab_frame page[8] = {}, *victim;
		unsigned long evicted = 0;
		unsigned int i;

		KUNIT_ASSERT_FALSE(test, IS_ERR(state));
		for (i = 0; i < 8; i++) {
			page[i].pgoff = i;
			policy->insert(state, &page[i], false);
		}
		/* Remove a page beyond the capacity. */
		policy->remove(state, &page[7]);
		for (i = 0; i < 7; i++) {
			victim = policy->victim(state, NULL);
			KUNIT_ASSERT_NOT_NULL(test, victim);
			evicted |= BIT(victim->pgoff);
			policy->remove(state, victim);
		}
		KUNIT_EXPECT_EQ_MSG(test, evicted, 0x7f, "%s", policy->name);
		KUNIT_EXPECT_NULL(test, policy->victim(state, NULL));
		policy->destroy(state);
	}
}

static void policies_by_number(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(built_in); n++) {
		KUNIT_ASSERT_NOT_NULL(test, vmlab_policy_find(built_in[n]));
		KUNIT_EXPECT_EQ(test, vmlab_policy_find(built_in[n])->id,
				built_in[n]);
	}
	KUNIT_EXPECT_NULL(test, vmlab_policy_find(VMLAB_POLICY_BPF));
	KUNIT_EXPECT_NULL(test, vmlab_policy_find(VMLAB_POLICY_NR));
	KUNIT_EXPECT_NULL(test, vmlab_policy_find(0xffff));
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(fifo_by_definition),
	KUNIT_CASE(clock_by_definition),
	KUNIT_CASE(clock_is_bounded),
	KUNIT_CASE(clock_load_0_by_definition),
	KUNIT_CASE(lru_by_definition),
	KUNIT_CASE(mru_by_definition),
	KUNIT_CASE(lfu_by_definition),
	KUNIT_CASE(lfu_ties_lru_by_definition),
	KUNIT_CASE(opt_by_definition),
	KUNIT_CASE(random_is_repeatable),
	KUNIT_CASE(random_is_fair),
	KUNIT_CASE(textbook),
	KUNIT_CASE(next_best),
	KUNIT_CASE(above_capacity),
	KUNIT_CASE(policies_by_number),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "vmlab_policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
