// SPDX-License-Identifier: GPL-2.0
/* Items of an address space, and their lengths in a drawing. */
#include <stdlib.h>

#include "model/address_map.h"
#include "snapshots.h"
#include "tap.h"

static void test_scale(void)
{
	struct snapshot snap;
	struct map_item *items;
	unsigned int last = 0;
	bool rises = true;
	size_t nr;

	is(map_length(0, PAGE, 1 << 20, 40), 0, "no size, no length");
	is(map_length(PAGE, PAGE, 1 << 20, 40), 1, "a page is one");
	is(map_length(1 << 20, PAGE, 1 << 20, 40), 40,
	   "the largest fills the width");
	is(map_length(UINT64_MAX, PAGE, UINT64_MAX, 40), 40,
	   "even that of 64 bits");
	is(map_length(PAGE, PAGE, PAGE, 40), 40, "one page alone too");
	is(map_length(64 * 1024, PAGE, 1 << 20, 41), 21,
	   "half the logarithm, half the length");
	for (uint64_t size = PAGE; size <= 1 << 20; size += PAGE) {
		unsigned int length = map_length(size, PAGE, 1 << 20, 40);

		rises = rises && length >= last && length <= 40;
		last = length;
	}
	ok(rises, "it never falls");

	is(map_filled(0, 100, 10), 0, "nothing resident");
	is(map_filled(100, 100, 10), 10, "all");
	is(map_filled(1, 1000000, 10), 1, "a little does not look empty");
	is(map_filled(999999, 1000000, 10), 9, "nearly all not full");
	is(map_filled(50, 100, 10), 5, "half");
	is(map_filled(200, 100, 10), 10, "never more than all");

	snap_init(&snap);
	anon(&snap, 10, 20, READ);
	anon(&snap, 20, 30, WRITE);
	anon(&snap, 40, 1000, READ);
	items = map_items(&snap, &nr);
	is(nr, 5, "three VMAs and two gaps");
	ok(!items[0].start && items[0].end == 10 * PAGE && !items[0].vma,
	   "the first gap starts at 0");
	ok(items[3].start == 30 * PAGE && items[3].end == 40 * PAGE &&
	   !items[3].vma, "a gap between");
	free(items);
	snapshot_free(&snap);
}

int main(void)
{
	test_scale();
	return tap_done();
}
