/* SPDX-License-Identifier: GPL-2.0 */
/* The lines in front of the nodes of a tree that comes depth first. */
#ifndef VMLAB_TREEDRAW_H
#define VMLAB_TREEDRAW_H

#include <stdbool.h>

#include <linux/vmlab.h>

/* three columns of at most three bytes each for every level */
#define TREEDRAW_MAX (9 * VMLAB_TREE_LEVELS + 1)

/** struct treedraw - where in the tree the drawing is */
struct treedraw {
	bool utf8;
	unsigned char used[VMLAB_TREE_LEVELS]; /* of the node on each level */
	bool last[VMLAB_TREE_LEVELS]; /* the branch to that level is the last */
};

/** treedraw_init - start; with box characters when @utf8 */
void treedraw_init(struct treedraw *draw, bool utf8);

/** treedraw_prefix - the lines in front of @item, the next of the tree */
void treedraw_prefix(struct treedraw *draw, const struct vmlab_tree_item *item,
		     char buf[static TREEDRAW_MAX]);

#endif /* VMLAB_TREEDRAW_H */
