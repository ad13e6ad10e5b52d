/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines that draw a tree in front of its nodes, which come depth first.
 *
 * libsmartcols draws trees too, but needs all lines at once; a tree of 100,000
 * nodes is printed as it is read.
 */
#ifndef VMLAB_SHOW_TREE_BRANCHES_H
#define VMLAB_SHOW_TREE_BRANCHES_H

#include <stdbool.h>

#include <linux/vmlab.h>

/* three columns of at most three bytes each for every level */
#define TREEDRAW_MAX (9 * VMLAB_TREE_LEVELS + 1)

/** struct treedraw - the path from the root to the node drawn last */
struct treedraw {
	bool utf8;
	unsigned char used[VMLAB_TREE_LEVELS]; /* of the node on each level */
	bool last[VMLAB_TREE_LEVELS]; /* the branch to that level is the last */
};

/** treedraw_init - start a drawing; with box characters when @utf8 */
void treedraw_init(struct treedraw *draw, bool utf8);

/** treedraw_prefix - write the lines in front of @item, the next of the tree */
void treedraw_prefix(struct treedraw *draw, const struct vmlab_tree_item *item,
		     char buf[static TREEDRAW_MAX]);

#endif /* VMLAB_SHOW_TREE_BRANCHES_H */
