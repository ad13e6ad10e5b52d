// SPDX-License-Identifier: GPL-2.0
/* Frames that are written: their marks, and the entries that map them. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"

/* Mark the entry at @xas as written.  Returns the number of its offsets. */
static unsigned long mark_entry(struct vmlab_space *space, struct xa_state *xas)
{
	const unsigned long nr = vmlab_entry_pages(xas);

	if (!xas_get_mark(xas, VMLAB_FRAME_DIRTY)) {
		xas_set_mark(xas, VMLAB_FRAME_DIRTY);
		atomic_long_add(nr, &space->frames.nr_dirty);
	}
	xas_set_mark(xas, VMLAB_FRAME_TRACKED);
	xas_clear_mark(xas, VMLAB_FRAME_STORED);
	return nr;
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
	const unsigned long first = folio->index, nr = folio_nr_pages(folio);
	XA_STATE(xas, &space->frames.xa, first);
	unsigned long i = 0;

	xas_lock(&xas);
	/* Nothing is to be marked once it was removed. */
	while (xas_load(&xas) == folio) {
		i += mark_entry(space, &xas);
		if (likely(i >= nr))
			break;
		xas_set(&xas, first + i);
	}
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

/*
 * Clear TRACKED of the entry at @pgoff, if it is still @entry.  Returns the number of
 * its offsets, 0 when another entry is there, or -EAGAIN when it has offsets besides
 * the @nr from @pgoff on.
 */
static int clear_tracked(struct vmlab_space *space, pgoff_t pgoff,
			 unsigned long nr, const void *entry)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	int ret = 0;

	xas_lock(&xas);
	if (xas_load(&xas) == entry) {
		const unsigned long pages = vmlab_entry_pages(&xas);

		ret = pages <= nr && IS_ALIGNED(pgoff, pages) ? pages : -EAGAIN;
		if (ret > 0)
			xas_clear_mark(&xas, VMLAB_FRAME_TRACKED);
	}
	xas_unlock(&xas);
	return ret;
}

/**
 * vmlab_frame_clear_tracked() - clear VMLAB_FRAME_TRACKED of one entry
 * @space: the space
 * @pgoff: an offset, pages
 * @nr: the mark may be cleared for that many offsets from @pgoff on.  An entry that
 *	has others is split.
 * @entry: the entry, not NULL
 *
 * Context: process context, may sleep.
 * Return: the number of offsets whose mark was cleared, 0 when another entry is
 * there, or -ENOMEM.
 */
int vmlab_frame_clear_tracked(struct vmlab_space *space, pgoff_t pgoff,
			      unsigned long nr, void *entry)
{
	int ret;

	while ((ret = clear_tracked(space, pgoff, nr, entry)) == -EAGAIN) {
		ret = vmlab_frame_split(space, pgoff, GFP_KERNEL_ACCOUNT);
		if (ret)
			return ret;
	}
	return ret;
}

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
