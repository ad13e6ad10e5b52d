// SPDX-License-Identifier: GPL-2.0
/* Frames that are written: their marks, and the entries that map them. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "frame/leaf.h"

static void mark_single(struct vmlab_space *space, struct xa_state *xas)
{
	if (!xas_get_mark(xas, VMLAB_FRAME_DIRTY)) {
		xas_set_mark(xas, VMLAB_FRAME_DIRTY);
		atomic_long_inc(&space->frames.nr_dirty);
	}
	xas_set_mark(xas, VMLAB_FRAME_TRACKED);
	xas_clear_mark(xas, VMLAB_FRAME_STORED);
}

/* @xas is at the first offset of the frame. */
static void mark_huge(struct vmlab_space *space, struct xa_state *xas,
		      unsigned long nr)
{
	const unsigned long first = xas->xa_index;
	unsigned long i;

	for (i = 0; i < nr; i += XA_CHUNK_SIZE) {
		xas_set(xas, first + i);
		xas_load(xas);
		atomic_long_add(vmlab_leaf_set_mark(xas, VMLAB_FRAME_DIRTY),
				&space->frames.nr_dirty);
		vmlab_leaf_set_mark(xas, VMLAB_FRAME_TRACKED);
		vmlab_leaf_clear_mark(xas, VMLAB_FRAME_STORED);
	}
}

/**
 * vmlab_frame_set_dirty() - record that a frame was written
 * @space: the space
 * @folio: one of its frames: locked by the caller, or mapped or pinned
 *
 * All pages of a huge frame become dirty: mm does not say which was written.
 *
 * Context: any but interrupts.
 */
void vmlab_frame_set_dirty(struct vmlab_space *space, struct folio *folio)
{
	XA_STATE(xas, &space->frames.xa, folio->index);

	xas_lock(&xas);
	if (xas_load(&xas) != folio)
		;	/* it was removed */
	else if (folio_test_large(folio))
		mark_huge(space, &xas, folio_nr_pages(folio));
	else
		mark_single(space, &xas);
	xas_unlock(&xas);
}

/**
 * vmlab_frame_mark_dirty() - the same for a frame that is often dirty already
 * @space: the space
 * @folio: as for vmlab_frame_set_dirty()
 *
 * Takes no lock when the marks of a single page are set.
 *
 * Context: any but interrupts.
 */
void vmlab_frame_mark_dirty(struct vmlab_space *space, struct folio *folio)
{
	XA_STATE(xas, &space->frames.xa, folio->index);
	bool marked = false;

	if (!folio_test_large(folio)) {
		rcu_read_lock();
		marked = xas_load(&xas) == folio &&
			 vmlab_frame_is_written(&xas);
		rcu_read_unlock();
	}
	if (!marked)
		vmlab_frame_set_dirty(space, folio);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frame_mark_dirty);

/**
 * vmlab_frame_unmap() - remove all page-table entries that map a frame
 * @space: the space
 * @folio: the frame, locked: until it is unlocked no entry is set
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_unmap(struct vmlab_space *space, struct folio *folio)
{
	/* Special entries are in no reverse map: folio_mapped() misses them. */
	if (folio_mapped(folio) || space->backing->special)
		unmap_mapping_pages(space->inode->i_mapping, folio->index,
				    folio_nr_pages(folio), false);
}

/**
 * vmlab_frame_protect() - write-protect a frame: its next write will fault
 * @space: the space
 * @folio: the frame, locked: until it is unlocked no entry becomes writable
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_protect(struct vmlab_space *space, struct folio *folio)
{
	if (space->backing->special)
		vmlab_frame_unmap(space, folio);
	else
		folio_mkclean(folio);
}
