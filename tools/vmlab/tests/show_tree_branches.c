// SPDX-License-Identifier: GPL-2.0
/* The lines that draw a tree. */
#include <string.h>

#include "show/format.h"
#include "show/tree_branches.h"
#include "tap.h"

static void test_draw(void)
{
	static const struct vmlab_tree_item items[] = {
		{ .kind = VMLAB_TREE_ARANGE_64, .level = 0, .used = 2 },
		{ .kind = VMLAB_TREE_LEAF_64, .level = 1, .slot = 0, .used = 2 },
		{ .kind = VMLAB_TREE_ENTRY, .level = 2, .slot = 0 },
		{ .kind = VMLAB_TREE_GAP, .level = 2, .slot = 1 },
		{ .kind = VMLAB_TREE_LEAF_64, .level = 1, .slot = 1, .used = 1 },
		{ .kind = VMLAB_TREE_ENTRY, .level = 2, .slot = 0 },
	};
	static const char *const want[] = { "",	      "|- ",	"|  |- ",
					    "|  `- ", "`- ", "   `- " };
	struct vmlab_tree_item deep = { .kind = VMLAB_TREE_ENTRY, .level = 255 };
	char prefix[TREEDRAW_MAX];
	struct treedraw draw;

	treedraw_init(&draw, false);
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		treedraw_prefix(&draw, &items[i], prefix);
		streq(prefix, want[i], "line in front of item %zu", i);
	}
	treedraw_prefix(&draw, &deep, prefix);
	streq(prefix, "", "a level that cannot be");
	treedraw_init(&draw, true);
	treedraw_prefix(&draw, &items[0], prefix);
	deep.level = VMLAB_TREE_LEVELS - 1;
	treedraw_prefix(&draw, &deep, prefix);
	ok(utf8_valid(prefix) && strlen(prefix) < sizeof(prefix),
	   "the deepest tree fits, in UTF-8");
}

int main(void)
{
	test_draw();
	return tap_done();
}
