// SPDX-License-Identifier: GPL-2.0
/* The curve of several processes against LRU memories of each size, also with kept pages. */
#include "access_patterns.h"
#include "libvmlab.h"
#include "model/mrc.h"
#include "tap.h"

enum { PAGES = 200, LENGTH = 20000 };

/* A process, and memories of each size. */
struct simulated {
	struct mrc_process process;
	struct lru_memory memory[PAGES + 1];
	uint64_t misses[PAGES + 1];
	/* those that the thread keeps, the one that faulted last at the end */
	uint64_t kept[VMLAB_SAMPLE_KEEP_MAX + 1];
	size_t nr_kept;
};

/* Does the page fault, as with vmlab_paging.sample_keep? */
static bool faults(struct simulated *s, uint64_t page)
{
	for (size_t i = 0; i < s->nr_kept; i++)
		if (s->kept[i] == page)
			return false;
	if (s->nr_kept == s->process.keep + 1) {
		for (size_t i = 1; i < s->nr_kept; i++)
			s->kept[i - 1] = s->kept[i];
		s->nr_kept--;
	}
	s->kept[s->nr_kept++] = page;
	return true;
}

static void simulate(struct simulated *s, enum access_pattern pattern, uint32_t keep)
{
	bool known[PAGES] = { false };

	*s = (struct simulated){ 0 };
	mrc_process_init(&s->process, VMLAB_SAMPLE_ALL, 0);
	mrc_process_keep(&s->process, keep);
	for (size_t m = 1; m <= PAGES; m++)
		s->memory[m].frames = m;
	for (size_t i = 0; i < LENGTH; i++) {
		const uint64_t page = pattern_page(pattern, i, PAGES);

		for (size_t m = 1; m <= PAGES; m++)
			s->misses[m] += lru_access(&s->memory[m], page);
		if (!faults(s, page))
			continue;
		miss_ratio_access(&s->process.misses, page, !known[page]);
		access_trace_add(&s->process.trace, page, i, !known[page]);
		s->process.filled += !known[page];
		known[page] = true;
	}
}

static void test_exact(enum access_pattern one, enum access_pattern two)
{
	static struct simulated s[2];
	struct mrc_process *process[] = { &s[0].process, &s[1].process };
	struct mrc_result r = { 0 };
	unsigned int bad = 0;

	srandom(7);
	simulate(&s[0], one, 0);
	simulate(&s[1], two, 0);
	mrc_verify_pages(&r, process, 2);
	mrc_make(&r, process, 2, 0);
	is(r.nr, MRC_POINTS, "%s and %s: points", pattern_names[one], pattern_names[two]);
	for (size_t i = 0; i < r.nr; i++) {
		const size_t m = (size_t)r.point[i].pages;

		bad += r.point[i].lru != (double)(s[0].misses[m] + s[1].misses[m]);
		bad += r.point[i].opt > r.point[i].lru || r.point[i].error != 0;
	}
	ok(!bad, "... as two LRU memories have, and OPT has no more");
	ok(r.least == 1 && r.keep == 0 && r.rate == 1, "... from one page on");
	ok(r.cold == (double)(s[0].process.filled + s[1].process.filled), "... cold misses");
	bad = 0;
	for (size_t i = 0; i < r.nr_verified; i++) {
		const size_t m = (size_t)r.verified[i].pages;

		bad += m != (size_t)r.pages * (i + 1) / 4;
		bad += r.verified[i].predicted != (double)(s[0].misses[m] + s[1].misses[m]);
	}
	ok(!bad && r.nr_verified == MRC_VERIFIED, "... the budgets to verify");
	mrc_free(&r);
	mrc_process_free(&s[0].process);
	mrc_process_free(&s[1].process);
}

static void test_kept(enum access_pattern pattern, uint32_t keep)
{
	static struct simulated s;
	struct mrc_process *process[] = { &s.process };
	struct mrc_result r = { 0 };
	double worst = 0;

	srandom(8);
	simulate(&s, pattern, keep);
	mrc_make(&r, process, 1, 0);
	is((uint64_t)r.least, (3 * (keep + 1) + 1) / 2, "%s, %u pages kept: the least memory",
	   pattern_names[pattern], keep);
	ok(r.nr && r.point[0].pages >= r.least && r.point[r.nr - 1].pages == r.pages,
	   "... where the curve begins");
	ok(r.knee == 0 || r.knee >= r.least, "... no knee below");
	for (size_t i = 0; i < r.nr; i++) {
		const double misses = (double)s.misses[(size_t)r.point[i].pages];

		worst = fmax(worst, fabs(r.point[i].lru - misses) / misses);
	}
	ok(worst < 0.05, "... off by %.1f%% at most", 100 * worst);
	ok(r.seen < LENGTH, "... from %.0f%% of the accesses",
	   100 * (double)r.seen / LENGTH);
	mrc_free(&r);
	mrc_process_free(&s.process);
}

/* Nothing at all, and a process that accessed one page. */
static void test_few(void)
{
	struct mrc_process one, *process[] = { &one };
	struct mrc_result r = { 0 };

	mrc_make(&r, process, 0, 0);
	ok(r.nr <= 1 && r.cold == 0 && r.knee == 0 && !r.set.nr, "no process");
	mrc_free(&r);

	mrc_process_init(&one, VMLAB_SAMPLE_ALL, 0);
	mrc_process_keep(&one, VMLAB_SAMPLE_KEEP_MAX);
	r = (struct mrc_result){ 0 };
	mrc_verify_pages(&r, process, 1);
	mrc_make(&r, process, 1, 0);
	ok(r.nr <= 1 && r.cold == 0 && r.verified[0].pages == 1, "no access");
	mrc_free(&r);

	miss_ratio_access(&one.misses, 5, true);
	access_trace_add(&one.trace, 5, 10, true);
	one.filled = 1;
	r = (struct mrc_result){ 0 };
	mrc_make(&r, process, 1, 0);
	ok(r.nr == 1 && r.point[0].lru == 1 && r.point[0].opt == 1 && r.least == 1,
	   "one access");
	mrc_free(&r);
	mrc_process_free(&one);
}

/* The sample has no page, and the trace keeps none of those that were accessed. */
static void test_none_sampled(void)
{
	struct mrc_process one, *process[] = { &one };
	struct mrc_result r = { 0 };
	bool below = false;

	mrc_process_init(&one, 1, 0);
	one.filled = 40;
	mrc_make(&r, process, 1, 0);
	ok(r.cold == 40 && r.point[0].lru == 40 && r.point[0].opt == 40,
	   "no page sampled: the cold misses are known");
	mrc_free(&r);
	mrc_process_free(&one);

	mrc_process_init(&one, VMLAB_SAMPLE_ALL, 0);
	access_trace_free(&one.trace);
	access_trace_init(&one.trace, VMLAB_SAMPLE_ALL, 8);
	for (uint64_t i = 0; i < 1000; i++) {
		miss_ratio_access(&one.misses, i % 20, i < 20);
		access_trace_add(&one.trace, i % 20, i, i < 20);
	}
	one.filled = 20;
	r = (struct mrc_result){ 0 };
	mrc_make(&r, process, 1, 0);
	for (size_t i = 0; i < r.nr; i++)
		below |= !(r.point[i].opt >= r.cold && r.point[i].opt <= r.point[i].lru);
	ok(r.cold == 20 && !below, "a trace that keeps too little: OPT has the cold misses");
	mrc_free(&r);
	mrc_process_free(&one);
}

/* The share of pages kept can fall, and the error of fewer pages is larger. */
static void test_adapted(enum access_pattern pattern, double least, double most)
{
	static struct simulated s;
	struct mrc_process *process[] = { &s.process };
	struct mrc_result r = { 0 };
	double whole, half, eighth;

	srandom(9);
	simulate(&s, pattern, 8);
	whole = mrc_process_error(&s.process, s.process.filled, 1);
	half = mrc_process_error(&s.process, s.process.filled, 2);
	eighth = mrc_process_error(&s.process, s.process.filled, 8);
	ok(whole == 0, "%s: all pages have no error", pattern_names[pattern]);
	ok(half > least && half < most, "... half of them have %.4f", half);
	ok(eighth > 1.5 * half, "... an eighth %.4f", eighth);
	miss_ratio_set_sample(&s.process.misses, VMLAB_SAMPLE_ALL / 4);
	mrc_process_keep(&s.process, 2);
	mrc_make(&r, process, 1, 0);
	is(r.keep, 8, "... the most pages that were kept");
	is((uint64_t)r.least, 18, "... and the most memory, at a quarter of the rate");
	mrc_free(&r);
	mrc_process_free(&s.process);
}

int main(void)
{
	test_exact(PATTERN_UNIFORM, PATTERN_LOOP);
	test_exact(PATTERN_ZIPF, PATTERN_PHASES);
	test_kept(PATTERN_UNIFORM, 4);
	test_kept(PATTERN_ZIPF, 4);
	test_kept(PATTERN_ZIPF, 16);
	test_kept(PATTERN_PHASES, 8);
	test_adapted(PATTERN_UNIFORM, 0.0001, 0.02);
	test_adapted(PATTERN_ZIPF, 0.02, 0.5);
	test_few();
	test_none_sampled();
	return tap_done();
}
