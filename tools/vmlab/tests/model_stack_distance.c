// SPDX-License-Identifier: GPL-2.0
/* LRU stack distances against an LRU memory of each size. */
#include <stdio.h>

#include "access_patterns.h"
#include "model/stack_distance.h"
#include "tap.h"

enum { PAGES = 90, LENGTH = 6000 };

static const size_t sizes[] = { 1, 2, 3, 5, 8, 17, 40, 89, 90, 200 };

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* One access of @drop_one_in drops a page instead; 0 for none. */
static void compare(enum access_pattern pattern, long drop_one_in)
{
	struct lru_memory memory[SIZES] = { 0 };
	struct stack_distance stack = { 0 };
	unsigned int bad = 0;

	srandom(2);
	for (size_t s = 0; s < SIZES; s++)
		memory[s].frames = sizes[s];
	for (size_t i = 0; i < LENGTH; i++) {
		uint64_t page = pattern_page(pattern, i, PAGES), distance;

		if (drop_one_in && random() % drop_one_in == 0) {
			stack_distance_drop(&stack, page);
			for (size_t s = 0; s < SIZES; s++)
				lru_remove(&memory[s], page);
			continue;
		}
		distance = stack_distance_access(&stack, page);
		for (size_t s = 0; s < SIZES; s++)
			bad += lru_access(&memory[s], page) != (distance >= sizes[s]);
	}
	ok(!bad, "%s, %s: a miss where LRU has one%s", pattern_names[pattern],
	   drop_one_in ? "with drops" : "no drops", bad ? ": NO" : "");
	stack_distance_free(&stack);
}

static void test_strings(void)
{
	struct stack_distance stack = { 0 };
	unsigned int faults[5] = { 0 };

	for (size_t i = 0; i < sizeof(belady) / sizeof(belady[0]); i++) {
		uint64_t distance = stack_distance_access(&stack, belady[i]);

		for (size_t m = 1; m < 5; m++)
			faults[m] += distance >= m;
	}
	is(faults[3], 10, "Belady's string, LRU, 3 frames");
	is(faults[4], 8, "Belady's string, LRU, 4 frames");
	is(stack_distance_pages(&stack), 5, "it has 5 pages");
	stack_distance_free(&stack);
	faults[3] = 0;
	for (size_t i = 0; i < sizeof(silberschatz) / sizeof(silberschatz[0]); i++)
		faults[3] += stack_distance_access(&stack, silberschatz[i]) >= 3;
	is(faults[3], 12, "Silberschatz' string, LRU, 3 frames");
	stack_distance_free(&stack);
}

static void test_forget(void)
{
	struct stack_distance stack = { 0 };

	for (uint64_t page = 0; page < 200; page++)
		stack_distance_access(&stack, page);
	for (uint64_t page = 1; page < 200; page += 2)
		stack_distance_forget(&stack, page);
	is(stack_distance_pages(&stack), 100, "half of the pages are left");
	is(stack_distance_access(&stack, 0), 99, "99 others since page 0");
	is(stack_distance_access(&stack, 198), 1, "1 other since page 198");
	ok(stack_distance_access(&stack, 1) == STACK_DISTANCE_COLD,
	   "a forgotten page is new");
	stack_distance_free(&stack);
}

int main(void)
{
	for (int p = PATTERN_UNIFORM; p <= PATTERN_PHASES; p++) {
		compare(p, 0);
		compare(p, 5);
	}
	test_strings();
	test_forget();
	return tap_done();
}
