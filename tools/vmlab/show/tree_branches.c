// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "show/tree_branches.h"

void treedraw_init(struct treedraw *draw, bool utf8)
{
	memset(draw, 0, sizeof(*draw));
	draw->utf8 = utf8;
}

void treedraw_prefix(struct treedraw *draw, const struct vmlab_tree_item *item,
		     char buf[static TREEDRAW_MAX])
{
	static const char *const box[] = { "   ", "\xe2\x94\x82  ",
					   "\xe2\x94\x94\xe2\x94\x80 ",
					   "\xe2\x94\x9c\xe2\x94\x80 " };
	static const char *const ascii[] = { "   ", "|  ", "`- ", "|- " };
	const char *const *line = draw->utf8 ? box : ascii;
	unsigned int level = item->level;

	buf[0] = '\0';
	if (level >= VMLAB_TREE_LEVELS)
		return;
	if (level)
		draw->last[level] = item->slot + 1 >= draw->used[level - 1];
	if (item->kind < VMLAB_TREE_ENTRY)
		draw->used[level] = item->used;

	for (unsigned int i = 1; i < level; i++)
		buf = stpcpy(buf, line[draw->last[i] ? 0 : 1]);
	if (level)
		stpcpy(buf, line[draw->last[level] ? 2 : 3]);
}
