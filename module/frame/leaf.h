/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole leaves of an xarray at once.  The offsets of a huge frame fill leaves, all
 * of whose slots hold the frame.  The caller holds the lock of the xarray, and has
 * just loaded or stored the first slot of the leaf through @xas.
 */
#ifndef VMLAB_FRAME_LEAF_H
#define VMLAB_FRAME_LEAF_H

#include <linux/bitmap.h>
#include <linux/xarray.h>

/* Store an entry in the other slots of a leaf, which are empty. */
static inline void vmlab_leaf_fill(struct xa_state *xas, void *entry)
{
	struct xa_node *node = xas->xa_node;
	unsigned int i;

	for (i = 1; i < XA_CHUNK_SIZE; i++)
		rcu_assign_pointer(node->slots[i], entry);
	/* Values are counted in nr_values, too: folios are none. */
	node->count += XA_CHUNK_SIZE - 1;
}

static inline unsigned long *vmlab_leaf_marks(const struct xa_state *xas,
					      xa_mark_t mark)
{
	return xas->xa_node->marks[(__force unsigned int)mark];
}

/* Set a mark of all slots.  Returns the number of those that did not have it. */
static inline unsigned int vmlab_leaf_set_mark(struct xa_state *xas,
					       xa_mark_t mark)
{
	unsigned long *marks = vmlab_leaf_marks(xas, mark);
	unsigned int had = bitmap_weight(marks, XA_CHUNK_SIZE);

	/* Marks the nodes above. */
	xas_set_mark(xas, mark);
	bitmap_fill(marks, XA_CHUNK_SIZE);
	return XA_CHUNK_SIZE - had;
}

/* Clear a mark of all slots. */
static inline void vmlab_leaf_clear_mark(struct xa_state *xas, xa_mark_t mark)
{
	unsigned long *marks = vmlab_leaf_marks(xas, mark);

	if (bitmap_empty(marks, XA_CHUNK_SIZE))
		return;
	bitmap_zero(marks, XA_CHUNK_SIZE);
	/* Clear the marks of the nodes above with that of the first slot. */
	__set_bit(xas->xa_offset, marks);
	xas_clear_mark(xas, mark);
}

#endif /* VMLAB_FRAME_LEAF_H */
