// SPDX-License-Identifier: GPL-2.0
/*
 * Reference strings as real accesses: the faults are exactly the textbook's,
 * and a page that was evicted keeps its contents.
 *
 * usage: test-paging-strings [NUMBER-OF-RANDOM-STRINGS]
 */
#include <stdint.h>
#include <stdlib.h>

#include "lib/tap.h"
#include "paging/references.h"
#include "paging/sim.h"

static const struct {
	struct sim_policy policy;
	const char *name;
} policies[] = {
	{ { VMLAB_POLICY_FIFO, 0 }, "FIFO" },
	{ { VMLAB_POLICY_CLOCK, 0 }, "CLOCK" },
	{ { VMLAB_POLICY_CLOCK, VMLAB_PAGING_CLOCK_LOAD_0 },
	  "CLOCK with bit 0 at load" },
	{ { VMLAB_POLICY_LRU, 0 }, "LRU" },
	{ { VMLAB_POLICY_MRU, 0 }, "MRU" },
	{ { VMLAB_POLICY_LFU, 0 }, "LFU" },
	{ { VMLAB_POLICY_LFU, VMLAB_PAGING_LFU_TIES_LRU },
	  "LFU with ties by LRU" },
	{ { VMLAB_POLICY_RANDOM, 0 }, "RANDOM" },
	{ { VMLAB_POLICY_OPT, 0 }, "OPT" },
};

#define NR_POLICIES	(sizeof(policies) / sizeof(*policies))

/* Return the faults of a string, or -1 when contents or budget are wrong. */
static long run(struct sim_policy policy, unsigned int frames, const uint64_t *ref,
		unsigned int nr, uint64_t seed, unsigned int writes)
{
	struct vmlab_paging paging = {
		.flags = policy.variant,
		.budget = frames,
		.policy = policy.id,
		.seed = seed,
		.trace = policy.id == VMLAB_POLICY_OPT ? (uintptr_t)ref : 0,
		.nr_trace = policy.id == VMLAB_POLICY_OPT ? nr : 0,
	};
	struct outcome out;

	run_references(paging, ref, nr, writes, &out);
	if (out.over)
		diag("more frames than the budget of %u", frames);
	return out.lost || out.over ? -1 : (long)out.filled;
}

static const uint64_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };
static const uint64_t silberschatz[] = {
	7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1,
};

/* Strings that refer to a page twice in a row. */
static const uint64_t repeat[] = {
	7, 2, 3, 1, 2, 5, 3, 4, 6, 7, 7, 1, 0, 5, 4, 6, 2, 3, 0, 1,
};

static const uint64_t repeat_first[] = { 1, 1, 2, 3, 4, 5, 1 };
static const uint64_t repeat_loop[] = { 1, 1, 2, 3, 4, 2, 3, 4 };
static const uint64_t repeat_only[] = { 1, 1, 1, 1 };

static const struct {
	unsigned int policy, frames, faults, nr;
	const uint64_t *ref;
} known[] = {
	{ VMLAB_POLICY_FIFO, 3, 9, 12, belady },
	{ VMLAB_POLICY_FIFO, 4, 10, 12, belady },
	{ VMLAB_POLICY_LRU, 3, 10, 12, belady },
	{ VMLAB_POLICY_LRU, 4, 8, 12, belady },
	{ VMLAB_POLICY_OPT, 3, 7, 12, belady },
	{ VMLAB_POLICY_OPT, 4, 6, 12, belady },
	{ VMLAB_POLICY_FIFO, 3, 15, 20, silberschatz },
	{ VMLAB_POLICY_LRU, 3, 12, 20, silberschatz },
	{ VMLAB_POLICY_OPT, 3, 9, 20, silberschatz },
	{ VMLAB_POLICY_FIFO, 3, 17, 20, repeat },
	{ VMLAB_POLICY_LRU, 3, 18, 20, repeat },
	{ VMLAB_POLICY_OPT, 3, 13, 20, repeat },
	{ VMLAB_POLICY_LFU, 4, 5, 7, repeat_first },
	{ VMLAB_POLICY_LRU, 4, 6, 7, repeat_first },
	{ VMLAB_POLICY_OPT, 3, 4, 8, repeat_loop },
	{ VMLAB_POLICY_OPT, 1, 1, 4, repeat_only },
};

static const char *name_of(unsigned int policy)
{
	unsigned int i = 0;

	while (policies[i].policy.id != policy)
		i++;
	return policies[i].name;
}

static void textbook(void)
{
	static const char *const accesses[] = { "loads", "stores", "both" };
	unsigned int i, writes;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (writes = 0; writes < 3; writes++)
			is(run((struct sim_policy){ known[i].policy, 0 },
			       known[i].frames, known[i].ref, known[i].nr,
			       0, writes),
			   known[i].faults, "%s, %u frames, %u references, %s",
			   name_of(known[i].policy), known[i].frames,
			   known[i].nr, accesses[writes]);
}

static void random_strings(unsigned int nr_strings)
{
	unsigned int agreed[NR_POLICIES] = {}, nr[NR_POLICIES] = {}, s, p;

	srandom(4);
	for (s = 0; s < nr_strings; s++) {
		unsigned int pages = 2 + random() % (PAGES_MAX - 2);
		unsigned int frames = 1 + random() % 12;
		unsigned int len = 1 + random() % LENGTH_MAX;
		unsigned int writes = random() % 4;
		uint64_t seed = random(), ref[LENGTH_MAX];
		long got, want;

		random_references(ref, len, pages);
		p = s % NR_POLICIES;
		want = sim_faults(policies[p].policy, frames, ref, len, seed);
		got = run(policies[p].policy, frames, ref, len, seed, writes);
		nr[p]++;
		agreed[p] += got == want;
		if (got != want)
			diag("string %u: %s, %u frames, %u pages, length %u: %ld faults, not %ld",
			     s, policies[p].name, frames, pages, len, got, want);
	}
	for (p = 0; p < NR_POLICIES; p++)
		is(agreed[p], nr[p],
		   "random strings on which %s and the simulation agree",
		   policies[p].name);
}

int main(int argc, char **argv)
{
	textbook();
	random_strings(argc > 1 ? atoi(argv[1]) : 1000);
	return tap_done();
}
