// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty bits of page-table entries, as a part of the dirty bitmap.
 *
 * VMLAB_DIRTY_NO_PROTECT clears them and leaves the entries writable.  The next
 * write makes the entry dirty again and no fault occurs, so from then on a page is
 * dirty when it has the mark VMLAB_FRAME_TRACKED or a dirty entry:
 *
 * - Each request moves the dirty bits of its range from entries to a bitmap, and
 *   reads the marks afterwards.  When mm removes a dirty entry, it calls
 *   ->dirty_folio under the page-table lock, which sets the mark.  So of a removal
 *   at the same time the request sees the entry or the mark.
 * - Marks are cleared while entries can be written through: a fault that found the
 *   mark set makes the entry dirty, too, and the next request sees that.
 *
 * The contents are safe without a fault: an entry becomes writable only after
 * vmlab_frame_mark_dirty() made the frame DIRTY and not STORED.  STORED is set for
 * new frames alone, and DIRTY is cleared by write-back alone, which write-protects
 * the page but would lose its dirty bits: so not for backings that are written to.
 *
 * mm neither reclaims nor migrates frames: they are on no LRU list.
 */
#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "space/dirty_entries.h"

/* Marks set before the lock of the xarray is released. */
#define VMLAB_DIRTY_MARKS	256

/**
 * vmlab_dirty_entries_fit() - tell whether dirty bits of entries may count
 * @backing: the backing of the space
 *
 * Context: any.
 * Return: false when write-back would lose them, or when frames are mapped by
 * special entries.
 */
bool vmlab_dirty_entries_fit(const struct vmlab_backing *backing)
{
	return !backing->write && !backing->special;
}

/**
 * vmlab_dirty_entries_start() - let the dirty bits of entries count from now on
 * @space: the space
 *
 * Context: process context, may sleep; takes config_lock and backing_lock.
 * Return: 0, -EOPNOTSUPP when the kernel or the space does not allow it, or -EINTR
 * when the task was killed.
 */
int vmlab_dirty_entries_start(struct vmlab_space *space)
{
	int ret;

	if (!VMLAB_HAVE_CLEAN_RECORD)
		return -EOPNOTSUPP;
	if (READ_ONCE(space->no_protect))
		return 0;
	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	ret = down_read_killable(&space->backing_lock);
	if (!ret) {
		/* mm warns about huge entries that are dirty. */
		if (space->huge_used ||
		    !vmlab_dirty_entries_fit(space->backing))
			ret = -EOPNOTSUPP;
		else
			WRITE_ONCE(space->no_protect, true);
		up_read(&space->backing_lock);
	}
	mutex_unlock(&space->config_lock);
	return ret;
}

/**
 * vmlab_dirty_entries_clean() - clear the dirty bits of entries
 * @space: the space; the caller holds dirty_lock
 * @first: first offset, pages
 * @end: end of the range, pages
 * @bits: the bit of each page, from @first, whose entry was dirty is set, or its
 *	mark
 *
 * Afterwards no processor writes through an entry that was dirty without making it
 * dirty again.
 *
 * Context: process context, may sleep; takes i_mmap_lock.
 */
void vmlab_dirty_entries_clean(struct vmlab_space *space, pgoff_t first,
			       pgoff_t end, unsigned long *bits)
	__must_hold(&space->dirty_lock)
{
	struct address_space *mapping = space->inode->i_mapping;
	pgoff_t lowest = 0, highest = 0;
	unsigned long from = first;

	/* Only a page that has a frame can have an entry. */
	if (!xa_find(&space->frames.xa, &from, end - 1, XA_PRESENT))
		return;
	if (!READ_ONCE(space->mapped_private))
		vmlab_clean_record(mapping, from, end - from, first, bits,
				   &lowest, &highest);
	/*
	 * mm ends its walk at the first private mapping, and skips what follows.
	 * One that it met was announced before it was linked.  When mm unmaps
	 * pages, it calls ->dirty_folio for those with dirty entries.
	 */
	if (READ_ONCE(space->mapped_private))
		unmap_mapping_pages(mapping, from, end - from, false);
}

/**
 * vmlab_dirty_entries_mark() - record as marks that pages were written
 * @space: the space; the caller holds dirty_lock
 * @first: offset of the first bit, pages
 * @nr: number of bits
 * @bits: set for each page that was written; pages that were dropped since are
 *	left out
 *
 * Context: process context, may sleep.
 */
void vmlab_dirty_entries_mark(struct vmlab_space *space, pgoff_t first,
			      unsigned int nr, const unsigned long *bits)
	__must_hold(&space->dirty_lock)
{
	XA_STATE(xas, &space->frames.xa, first);
	unsigned int batch = 0;
	unsigned long i;

	xas_lock(&xas);
	for_each_set_bit(i, bits, nr) {
		xas_set(&xas, first + i);
		if (xas_load(&xas))
			xas_set_mark(&xas, VMLAB_FRAME_TRACKED);
		if (++batch % VMLAB_DIRTY_MARKS)
			continue;
		xas_unlock(&xas);
		cond_resched();
		xas_lock(&xas);
	}
	xas_unlock(&xas);
}
