/* SPDX-License-Identifier: GPL-2.0 */
/* The maple tree that holds the VMAs of a process. */
#ifndef VMLAB_SHOW_MAPLE_TREE_H
#define VMLAB_SHOW_MAPLE_TREE_H

#include "libvmlab.h"
#include "model/snapshot.h"
#include "show/table.h"

extern const struct column_list tree_tables[];

/**
 * tree_print - print the rest of a walk as a table, with lines that draw the tree
 * @item, @ret: what vmlab_tree_next() returned last
 * @names: VMAs, to name the entries
 * @utf8: draw with box characters
 *
 * Return: 0 or the negative errno that ended the walk.
 */
int tree_print(FILE *out, struct vmlab_tree_iter *it,
	       const struct vmlab_tree_item *item, int ret,
	       const struct snapshot *names, bool utf8, bool colour);

/**
 * tree_print_json - likewise, as a JSON document
 * @pid: 0 for self
 */
int tree_print_json(FILE *out, struct vmlab_tree_iter *it,
		    const struct vmlab_tree_item *item, int ret,
		    const struct snapshot *names, pid_t pid);

/** tree_print_totals - print nodes, slots and bytes by level */
void tree_print_totals(FILE *out, const struct vmlab_tree_stats *stats,
		       bool colour);

/** tree_print_totals_json - likewise, as a JSON document */
void tree_print_totals_json(FILE *out, const struct vmlab_tree_stats *stats,
			    pid_t pid);

#endif /* VMLAB_SHOW_MAPLE_TREE_H */
