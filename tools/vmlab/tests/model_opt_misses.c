// SPDX-License-Identifier: GPL-2.0
/* OPT against a search of the farthest next use, and the working set. */
#include "access_patterns.h"
#include "libvmlab.h"
#include "model/opt_misses.h"
#include "model/working_set.h"
#include "tap.h"

enum { PAGES = 40, LENGTH = 2000 };

static void trace_of(struct access_trace *trace, const uint64_t *page, size_t nr)
{
	access_trace_init(trace, VMLAB_SAMPLE_ALL, ACCESS_TRACE_MAX);
	for (size_t i = 0; i < nr; i++)
		access_trace_add(trace, page[i], i, false);
	access_trace_link(trace);
}

static size_t next_use(const uint64_t *page, size_t nr, size_t from, uint64_t wanted)
{
	while (from < nr && page[from] != wanted)
		from++;
	return from;
}

/* OPT from its definition. */
static uint64_t brute_force(const uint64_t *page, size_t nr, size_t frames)
{
	uint64_t memory[256], misses = 0;
	size_t used = 0;

	for (size_t i = 0; i < nr; i++) {
		size_t at = 0, victim = 0, farthest = 0;

		while (at < used && memory[at] != page[i])
			at++;
		if (at < used)
			continue;
		misses++;
		if (used < frames) {
			memory[used++] = page[i];
			continue;
		}
		for (size_t f = 0; f < used; f++) {
			size_t next = next_use(page, nr, i, memory[f]);

			if (next > farthest) {
				farthest = next;
				victim = f;
			}
		}
		memory[victim] = page[i];
	}
	return misses;
}

static void compare(enum access_pattern pattern)
{
	static uint64_t page[LENGTH];
	struct access_trace trace;
	unsigned int bad = 0;

	srandom(3);
	for (size_t i = 0; i < LENGTH; i++)
		page[i] = pattern_page(pattern, i, PAGES);
	trace_of(&trace, page, LENGTH);
	for (size_t frames = 1; frames <= PAGES + 1; frames++)
		bad += opt_misses(&trace, frames) != brute_force(page, LENGTH, frames);
	ok(!bad, "%s: as OPT from its definition", pattern_names[pattern]);
	access_trace_free(&trace);
}

static void test_strings(void)
{
	struct access_trace trace;

	trace_of(&trace, belady, sizeof(belady) / sizeof(belady[0]));
	is(opt_misses(&trace, 3), 7, "Belady's string, 3 frames");
	is(opt_misses(&trace, 4), 6, "Belady's string, 4 frames");
	access_trace_free(&trace);
	trace_of(&trace, silberschatz, sizeof(silberschatz) / sizeof(silberschatz[0]));
	is(opt_misses(&trace, 3), 9, "Silberschatz' string, 3 frames");
	access_trace_free(&trace);
}

/* 1 2 1: page 1 is dropped before its second access, which is a miss. */
static void test_drop(void)
{
	struct access_trace trace;

	access_trace_init(&trace, VMLAB_SAMPLE_ALL, ACCESS_TRACE_MAX);
	access_trace_add(&trace, 1, 0, true);
	access_trace_add(&trace, 2, 1, true);
	access_trace_add(&trace, 1, 2, true);
	access_trace_add(&trace, 2, 3, false);
	access_trace_link(&trace);
	is(opt_misses(&trace, 4), 3, "contents that are dropped are filled again");
	is(opt_misses(&trace, 1), 4, "one frame: each access is a miss");
	access_trace_free(&trace);
}

static void test_sampled(void)
{
	enum { WIDE = 20000, ACCESSES = 200000, EVERY = 8 };
	struct access_trace all, some;

	srandom(4);
	access_trace_init(&all, VMLAB_SAMPLE_ALL, ACCESS_TRACE_MAX);
	access_trace_init(&some, VMLAB_SAMPLE_ALL / EVERY, ACCESS_TRACE_MAX);
	for (size_t i = 0; i < ACCESSES; i++) {
		uint64_t page = pattern_page(PATTERN_UNIFORM, i, WIDE);

		access_trace_add(&all, page, i, false);
		access_trace_add(&some, page, i, false);
	}
	access_trace_link(&all);
	access_trace_link(&some);
	for (double size = 2000; size < WIDE; size += 6000) {
		double exact = opt_misses_sampled(&all, size, 1);
		double guess = opt_misses_sampled(&some, size, access_trace_rate(&some));

		ok(fabs(guess - exact) < 0.05 * exact,
		   "%g pages: %g misses, from a sample %g", size, exact, guess);
	}
	access_trace_free(&all);
	access_trace_free(&some);

	access_trace_init(&some, VMLAB_SAMPLE_ALL, 1000);
	for (size_t i = 0; i < ACCESSES; i++)
		access_trace_add(&some, pattern_page(PATTERN_UNIFORM, i, WIDE), i, false);
	ok(some.nr <= 1000 && some.sample < VMLAB_SAMPLE_ALL / 100,
	   "a long trace keeps fewer pages");
	access_trace_free(&some);
}

static void test_working_set(void)
{
	static const uint64_t page[] = { 1, 2, 3, 4, 4, 4, 4, 4, 5, 1 };
	struct working_set set;
	struct access_trace trace;

	trace_of(&trace, page, 10);
	working_set_make(&set, &trace, 3, 9, 1);
	is(set.nr, 9, "a point each ns");
	ok(set.pages[0] == 2 && set.pages[1] == 3 && set.pages[2] == 3,
	   "the window fills, and the first page leaves it");
	ok(set.pages[6] == 1, "one page");
	ok(set.pages[8] == 3 && set.time_ns[8] == 9, "4, 5, 1 at the end");
	working_set_free(&set);
	access_trace_free(&trace);

	/* Two threads: the first event of the ring can be the later one. */
	access_trace_init(&trace, VMLAB_SAMPLE_ALL, ACCESS_TRACE_MAX);
	for (size_t i = 0; i < 8; i++)
		access_trace_add(&trace, i + 1, i == 1 ? 1 : 10 + i, true);
	working_set_make(&set, &trace, 100, 2, 1);
	ok(set.pages[1] == 8 && set.time_ns[1] == 7, "events that are not in order");
	working_set_free(&set);
	access_trace_free(&trace);
}

int main(void)
{
	for (int p = PATTERN_UNIFORM; p <= PATTERN_PHASES; p++)
		compare(p);
	test_strings();
	test_drop();
	test_sampled();
	test_working_set();
	return tap_done();
}
