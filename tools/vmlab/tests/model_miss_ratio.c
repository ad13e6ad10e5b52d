// SPDX-License-Identifier: GPL-2.0
/* Miss-ratio curves, exact and from a sample. */
#include "access_patterns.h"
#include "libvmlab.h"
#include "model/miss_ratio.h"
#include "tap.h"

enum { PAGES = 80, LENGTH = 5000 };

static void test_exact(enum access_pattern pattern)
{
	struct lru_memory memory[PAGES + 2] = { 0 };
	double misses[PAGES + 2] = { 0 };
	struct miss_curve curve;
	struct miss_error error;
	unsigned int bad = 0;
	struct miss_ratio m;

	srandom(5);
	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	for (size_t i = 0; i < LENGTH; i++) {
		uint64_t page = pattern_page(pattern, i, PAGES);

		miss_ratio_access(&m, page, false);
		for (size_t f = 1; f < PAGES + 2; f++) {
			memory[f].frames = f;
			misses[f] += lru_access(&memory[f], page);
		}
	}
	miss_curve_make(&curve, &m, &(struct miss_known){ .cold = 1, .accesses = 1 });
	miss_error_make(&error, &m, NULL);
	for (size_t f = 1; f < PAGES + 2; f++)
		bad += miss_curve_at(&curve, (double)f) != misses[f];
	ok(!bad, "%s: exact for each size", pattern_names[pattern]);
	ok(miss_curve_at(&curve, 0) == LENGTH && curve.accesses == LENGTH,
	   "%s: without memory each access is a miss", pattern_names[pattern]);
	ok(curve.cold == misses[PAGES], "%s: cold misses", pattern_names[pattern]);
	ok(miss_error_at(&error, PAGES / 2) == 0, "%s: no error of sampling",
	   pattern_names[pattern]);
	miss_error_free(&error);
	miss_curve_free(&curve);
	miss_ratio_free(&m);
}

/* 20000 pages, of which 2000 take half of the accesses. */
enum { WIDE = 20000, NARROW = 2000, MANY = 400000 };

static uint64_t two_sets(void)
{
	uint64_t page = (uint64_t)random();

	return random() % 2 ? page % NARROW : NARROW + page % (WIDE - NARROW);
}

static void run(struct miss_ratio *m, unsigned int seed, uint32_t sample, size_t max)
{
	srandom(seed);
	miss_ratio_init(m, sample, max);
	for (size_t i = 0; i < MANY; i++)
		miss_ratio_access(m, two_sets(), false);
}

static double largest_error(const struct miss_curve *exact, const struct miss_curve *c)
{
	double worst = 0;

	for (double size = 500; size < WIDE; size += 500)
		worst = fmax(worst, fabs(miss_curve_at(exact, size) -
					 miss_curve_at(c, size)) / exact->accesses);
	return worst;
}

static void test_sampled(void)
{
	const struct miss_known known = { .accesses = MANY, .cold = WIDE };
	struct miss_ratio all, fixed, adapted;
	struct miss_curve exact, curve;
	struct miss_error error;
	double plain, corrected;

	run(&all, 6, VMLAB_SAMPLE_ALL, 0);
	miss_curve_make(&exact, &all, NULL);
	run(&fixed, 6, VMLAB_SAMPLE_ALL / 16, 0);
	miss_curve_make(&curve, &fixed, NULL);
	plain = largest_error(&exact, &curve);
	ok(plain < 0.05, "rate 1/16: off by %.2f%% of the accesses", 100 * plain);
	miss_curve_free(&curve);
	miss_curve_make(&curve, &fixed, &known);
	corrected = largest_error(&exact, &curve);
	ok(corrected < 0.02, "with what is known of all: %.2f%%", 100 * corrected);
	ok(curve.cold == WIDE && fabs(curve.accesses - MANY) < 1, "both are exact");

	miss_error_make(&error, &fixed, &known);
	ok(miss_error_at(&error, WIDE / 2.0) < 0.05 * MANY &&
	   miss_error_at(&error, WIDE / 2.0) >
	   (miss_curve_at(&exact, WIDE / 2.0) - miss_curve_at(&curve, WIDE / 2.0)) / 5,
	   "the error is %.0f of %.0f misses", miss_error_at(&error, WIDE / 2.0),
	   miss_curve_at(&curve, WIDE / 2.0));
	miss_error_free(&error);
	miss_curve_free(&curve);

	run(&adapted, 6, VMLAB_SAMPLE_ALL, 1000);
	ok(adapted.nr_tracked <= 1000 && adapted.nr_tracked > 900,
	   "at most 1000 pages are tracked: %zu", adapted.nr_tracked);
	is(adapted.nr_tracked, stack_distance_pages(&adapted.whole.stack),
	   "others are forgotten");
	ok(adapted.sample < VMLAB_SAMPLE_ALL / 15, "the rate dropped");
	miss_curve_make(&curve, &adapted, &known);
	plain = largest_error(&exact, &curve);
	ok(plain < 0.05, "fixed size: off by %.2f%% of the accesses", 100 * plain);
	miss_curve_free(&curve);

	miss_curve_free(&exact);
	miss_ratio_free(&all);
	miss_ratio_free(&fixed);
	miss_ratio_free(&adapted);
}

/* The next page of rounds over all pages, each in another order. */
static uint64_t next_of_round(uint64_t *order, size_t nr, size_t i)
{
	const size_t at = i % nr, other = at + (size_t)random() % (nr - at);
	const uint64_t page = order[other];

	order[other] = order[at];
	order[at] = page;
	return page;
}

/*
 * Rounds over pages, of which some are forgotten after the first: one by one, or half of them
 * again and again.  Returns the largest error as a share of the accesses; *@pages is the size
 * that the curve ends at.  All pages are accessed as often, so that it matters only how many
 * are in the sample, and this is known.
 */
static double lowered_error(unsigned int seed, bool halve, double *pages)
{
	enum { SIZE = 4000, ACCESSES = 5 * SIZE, LEFT = 500 };
	const struct miss_known known = { .cold = SIZE };
	static uint64_t order[SIZE];
	struct miss_curve exact, curve;
	struct miss_ratio all, some;
	double worst = 0;

	srandom(seed);
	miss_ratio_init(&all, VMLAB_SAMPLE_ALL, 0);
	miss_ratio_init(&some, VMLAB_SAMPLE_ALL, halve ? 0 : LEFT);
	for (size_t i = 0; i < SIZE; i++)
		order[i] = seed * SIZE + i;
	for (size_t i = 0; i < ACCESSES; i++) {
		const uint64_t page = next_of_round(order, SIZE, i);

		while (halve && i == SIZE && some.nr_tracked > LEFT)
			miss_ratio_set_sample(&some, some.sample / 2);
		miss_ratio_access(&all, page, false);
		miss_ratio_access(&some, page, false);
	}
	miss_curve_make(&exact, &all, NULL);
	miss_curve_make(&curve, &some, &known);
	for (double size = 500; size <= 2 * SIZE; size += 500)
		worst = fmax(worst, fabs(miss_curve_at(&exact, size) -
					 miss_curve_at(&curve, size)) / ACCESSES);
	*pages = miss_curve_pages(&curve);
	miss_curve_free(&exact);
	miss_curve_free(&curve);
	miss_ratio_free(&all);
	miss_ratio_free(&some);
	return worst;
}

static void test_lowered(bool halve)
{
	double worst = 0, least = INFINITY, most = 0, pages;

	for (unsigned int seed = 0; seed < 30; seed++) {
		worst = fmax(worst, lowered_error(seed, halve, &pages));
		least = fmin(least, pages);
		most = fmax(most, pages);
	}
	ok(worst < 0.04, "%s: off by %.2f%% at most", halve ? "halved" : "fewer and fewer",
	   100 * worst);
	ok(least > 3900 && most < 4100, "... with 4000 pages it ends at %.0f to %.0f", least,
	   most);
}

/* How often the true misses are within two standard errors. */
static void test_error(void)
{
	enum { RUNS = 20 };
	unsigned int inside = 0, all = 0;

	for (unsigned int r = 0; r < RUNS; r++) {
		struct miss_ratio m, some;
		struct miss_curve exact, curve;
		struct miss_error error;

		srandom(r);
		miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
		miss_ratio_init(&some, VMLAB_SAMPLE_ALL / 8, 0);
		for (size_t i = 0; i < MANY / 20; i++) {
			uint64_t page = pattern_page(PATTERN_ZIPF, i, 8000) + r * 8000;

			miss_ratio_access(&m, page, false);
			miss_ratio_access(&some, page, false);
		}
		miss_curve_make(&exact, &m, NULL);
		miss_curve_make(&curve, &some, NULL);
		miss_error_make(&error, &some, NULL);
		for (double size = 500; size <= 3000; size += 500, all++)
			inside += fabs(miss_curve_at(&exact, size) -
				       miss_curve_at(&curve, size)) <=
				  2 * miss_error_at(&error, size);
		miss_error_free(&error);
		miss_curve_free(&exact);
		miss_curve_free(&curve);
		miss_ratio_free(&m);
		miss_ratio_free(&some);
	}
	ok(inside >= all * 7 / 10, "within two standard errors: %u of %u", inside, all);
}

static void test_drop(void)
{
	struct miss_curve curve;
	struct miss_ratio m;

	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	miss_ratio_access(&m, 1, true);
	miss_ratio_access(&m, 2, true);
	miss_ratio_access(&m, 1, false);
	miss_ratio_drop(&m, 1);
	miss_ratio_access(&m, 1, true);
	miss_ratio_access(&m, 2, true); /* dropped without notice */
	miss_curve_make(&curve, &m, NULL);
	ok(curve.cold == 4, "each filling is a cold miss");
	ok(miss_curve_at(&curve, 1) == 5 && miss_curve_at(&curve, 2) == 4,
	   "one other is a hit with 2 pages");
	miss_curve_free(&curve);
	miss_ratio_free(&m);
}

/* Ten rounds over 100 pages, then ten over 10. */
static void test_points(void)
{
	struct miss_curve curve;
	struct miss_ratio m;

	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	for (uint64_t i = 0; i < 1000; i++)
		miss_ratio_access(&m, i % 100, false);
	for (uint64_t i = 0; i < 10000; i++)
		miss_ratio_access(&m, i % 10, false);
	miss_curve_make(&curve, &m, NULL);
	ok(miss_curve_pages(&curve) == 100, "with 100 pages all misses are cold");
	ok(miss_curve_enough(&curve, 0.01) == 100, "so they are within 1%%");
	ok(miss_curve_enough(&curve, 20) == 10, "with 10 pages there are few more");
	ok(miss_curve_knee(&curve, 1) == 10, "the knee is where the small loop fits");
	miss_curve_free(&curve);
	miss_ratio_free(&m);

	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	miss_curve_make(&curve, &m, NULL);
	ok(miss_curve_knee(&curve, 1) == 0 && miss_curve_at(&curve, 10) == 0 &&
	   miss_curve_enough(&curve, 0.01) <= 1, "no accesses");
	miss_curve_free(&curve);
	miss_ratio_free(&m);
}

/* Two programs, each with as much memory; and one that begins with contents. */
static void test_more(void)
{
	struct miss_curve sum, one, two;
	unsigned int bad = 0;
	struct miss_ratio m;

	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	for (uint64_t i = 0; i < 300; i++)
		miss_ratio_access(&m, i % 30, false);
	miss_curve_make(&one, &m, NULL);
	miss_curve_make(&sum, &m, NULL);
	for (uint64_t i = 0; i < 300; i++)
		miss_ratio_access(&m, i % 7, false);
	miss_curve_make(&two, &m, NULL);
	miss_curve_add(&sum, &two);
	for (double size = 0; size < 40; size++)
		bad += miss_curve_at(&sum, size) !=
		       miss_curve_at(&one, size) + miss_curve_at(&two, size);
	ok(!bad, "the sum of two curves");
	ok(sum.cold == 60 && miss_curve_pages(&sum) == 30, "its end");
	miss_curve_free(&sum);
	miss_curve_free(&one);
	miss_curve_free(&two);
	miss_ratio_free(&m);

	miss_ratio_init(&m, VMLAB_SAMPLE_ALL, 0);
	m.fills_known = true;
	miss_ratio_access(&m, 1, true);
	miss_ratio_access(&m, 2, false);
	miss_curve_make(&one, &m, NULL);
	ok(one.cold == 1 && miss_curve_at(&one, 1) == 2 && miss_curve_at(&one, 2) == 1,
	   "contents from before are no cold miss");
	miss_curve_free(&one);
	miss_ratio_free(&m);
}

int main(void)
{
	for (int p = PATTERN_UNIFORM; p <= PATTERN_PHASES; p++)
		test_exact(p);
	test_sampled();
	test_lowered(false);
	test_lowered(true);
	test_error();
	test_drop();
	test_points();
	test_more();
	return tap_done();
}
