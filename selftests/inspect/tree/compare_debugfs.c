// SPDX-License-Identifier: GPL-2.0
/* A tree against the file tree in debugfs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "inspect/tree/tree.h"

static const char *kind_name(const struct vmlab_tree_item *i)
{
	static const char *const names[] = {
		[VMLAB_TREE_DENSE] = "dense",
		[VMLAB_TREE_LEAF_64] = "leaf_64",
		[VMLAB_TREE_RANGE_64] = "range_64",
		[VMLAB_TREE_ARANGE_64] = "arange_64",
		[VMLAB_TREE_ENTRY] = "vma",
		[VMLAB_TREE_GAP] = "gap",
		[VMLAB_TREE_RESERVED] = "reserved",
	};

	return i->kind < sizeof(names) / sizeof(names[0]) && names[i->kind] ?
		       names[i->kind] : "unknown";
}

static void tree_line(const struct vmlab_tree_item *i, char *line)
{
	line += sprintf(line, "%*s%u %s %llx %llx %u ", i->level * 2, "",
			i->level, kind_name(i), (unsigned long long)i->first,
			(unsigned long long)i->last, i->slot);
	if (i->id)
		line += sprintf(line, "%u %u %u %u", i->id, i->parent, i->used,
				i->slots);
	else
		line += sprintf(line, "- %u - -", i->parent);
	if (i->flags & VMLAB_TREE_HAS_GAP)
		line += sprintf(line, " %llu", (unsigned long long)i->gap);
	else
		line += sprintf(line, " -");
	if (i->flags & VMLAB_TREE_HAS_GAP_SLOT)
		line += sprintf(line, " %u", i->gap_slot);
	else
		line += sprintf(line, " -");
	sprintf(line, " %s", i->flags & VMLAB_TREE_AGAIN ? "again" :
			     i->flags & VMLAB_TREE_IMPLIED ? "implied" : "-");
}

void check_debugfs(const struct dump *d, pid_t pid)
{
	static const char header[] =
		"level kind first last slot id parent used slots maxgap gapslot pivot";
	char *text = debugfs_read(pid, "tree"), *rest = text, *line, want[256];
	size_t n = 0;

	if (!text) {
		differs("debugfs: %s", strerror(errno));
		return;
	}
	line = next_line(&rest);
	if (!line || strcmp(line, header))
		differs("header \"%.100s\"", line ? line : "(nothing)");
	while ((line = next_line(&rest))) {
		/* A kernel that does not count changes repeats ancestors. */
		if (d->flags & VMLAB_TREE_NO_GENERATION && d->nr > 256)
			break;
		if (n == d->nr) {
			differs("only in debugfs: %.200s", line);
			break;
		}
		tree_line(&d->item[n++], want);
		if (strcmp(line, want))
			differs("debugfs \"%.200s\", wanted \"%.200s\"", line,
				want);
	}
	if (!line && n != d->nr)
		differs("%zu items, debugfs %zu", d->nr, n);
	free(text);
}
