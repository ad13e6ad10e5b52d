// SPDX-License-Identifier: GPL-2.0
/* The hash table, against an array. */
#include <stdlib.h>

#include "model/page_map.h"
#include "tap.h"

enum { KEYS = 500, STEPS = 200000 };

/* Few different keys: entries are added and removed in long runs of probes. */
static void test_random(void)
{
	static uint64_t value[KEYS];
	static bool there[KEYS];
	struct page_map map = { 0 };
	unsigned int bad = 0;
	size_t nr = 0;

	srandom(1);
	for (int i = 0; i < STEPS; i++) {
		size_t key = (size_t)random() % KEYS;
		const uint64_t *found = page_map_find(&map, key);

		bad += !found != !there[key] || (found && *found != value[key]);
		if (random() % 2) {
			nr += !there[key];
			there[key] = true;
			value[key] = (uint64_t)i;
			page_map_set(&map, key, value[key]);
		} else {
			nr -= there[key];
			there[key] = false;
			page_map_remove(&map, key);
		}
		bad += map.nr != nr;
	}
	is(bad, 0, "as an array");
	page_map_free(&map);
	ok(!page_map_find(&map, 1), "an empty map has no key");
}

int main(void)
{
	test_random();
	return tap_done();
}
