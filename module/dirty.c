// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_DIRTY: which pages were written since user space last asked. */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <linux/vmlab.h>

#include "compat.h"
#include "control.h"
#include "space.h"
#include "uarg.h"

/* Pages whose bits are handed over at once: a page of bits. */
#define VMLAB_DIRTY_CHUNK	(PAGE_SIZE * BITS_PER_BYTE)

/* Clear the mark of an entry that is still this value. */
static bool vmlab_dirty_clear_value(struct vmlab_space *space, pgoff_t pgoff,
				    void *value)
{
	XA_STATE(xas, &space->frames, pgoff);
	bool same;

	xas_lock(&xas);
	same = xas_load(&xas) == value;
	if (same)
		xas_clear_mark(&xas, VMLAB_FRAME_TRACKED);
	xas_unlock(&xas);
	return same;
}

/* Write-protect a page and clear its mark.  Returns 0 or -EINTR. */
static int vmlab_dirty_clear(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	void *entry;

	for (;;) {
		entry = xa_load(&space->frames, pgoff);
		if (!entry)
			return 0;
		if (xa_is_value(entry)) {
			if (vmlab_dirty_clear_value(space, pgoff, entry))
				return 0;
			continue;
		}
		folio = vmlab_space_peek(space, pgoff);
		if (!folio)
			continue;
		if (folio_lock_killable(folio)) {
			folio_put(folio);
			return -EINTR;
		}
		if (folio->mapping)
			break;
		folio_unlock(folio);
		folio_put(folio);
	}

	/*
	 * The lock keeps new writable entries away: page_mkwrite() holds it
	 * until the entry is set.  Once the old ones are gone the mark may go,
	 * unless someone got hold of the page through one of them.
	 */
	vmlab_frame_protect(space, folio);
	if (folio_ref_count(folio) <= 2 + vmlab_frame_mapcount(folio))
		xa_clear_mark(&space->frames, pgoff, VMLAB_FRAME_TRACKED);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

/* One chunk: its bits to @bits, then to the caller, unless it is NULL. */
static long vmlab_dirty_chunk(struct vmlab_space *space, pgoff_t first,
			      pgoff_t end, bool clear, unsigned long *bits,
			      void __user *to)
{
	const unsigned int nr = end - first;
	unsigned long pgoff, i;
	void *entry;
	long ret = 0;

	bitmap_zero(bits, round_up(nr, 64));
	xa_for_each_range(&space->frames, pgoff, entry, first, end - 1) {
		if (!xa_get_mark(&space->frames, pgoff, VMLAB_FRAME_TRACKED))
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		__set_bit(pgoff - first, bits);
		cond_resched();
	}
	/* Told first and cleared then: what is told is never lost. */
	if (to && copy_to_user(to, bits, round_up(nr, 64) / BITS_PER_BYTE))
		return -EFAULT;
	if (clear) {
		for_each_set_bit(i, bits, nr) {
			ret = vmlab_dirty_clear(space, first + i);
			if (ret)
				return ret;
			cond_resched();
		}
	}
	return bitmap_weight(bits, nr);
}

/**
 * vmlab_ioctl_dirty() - VMLAB_IOC_DIRTY
 * @space: the space of the open file
 * @uarg: struct vmlab_dirty of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_dirty(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_dirty dirty;
	unsigned long *bits;
	pgoff_t pgoff, end;
	void __user *to;
	long ret;

	ret = vmlab_uarg_get(&dirty, sizeof(dirty), sizeof(dirty), uarg);
	if (ret)
		return ret;
	if (dirty.flags & ~VMLAB_DIRTY_CLEAR || dirty.end < dirty.start ||
	    (dirty.start | dirty.end) & ~PAGE_MASK)
		return -EINVAL;
	bits = kmalloc(VMLAB_DIRTY_CHUNK / BITS_PER_BYTE, GFP_KERNEL);
	if (!bits)
		return -ENOMEM;

	dirty.nr_dirty = 0;
	to = u64_to_user_ptr(dirty.bitmap);
	pgoff = dirty.start >> PAGE_SHIFT;
	end = dirty.end >> PAGE_SHIFT;
	ret = 0;
	while (pgoff < end) {
		pgoff_t stop;

		/* Where nothing is told, nothing that is clean costs time. */
		if (!to && !xa_find(&space->frames, &pgoff, end - 1,
				    VMLAB_FRAME_TRACKED))
			break;
		stop = min(end, pgoff + VMLAB_DIRTY_CHUNK);
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = vmlab_dirty_chunk(space, pgoff, stop,
					dirty.flags & VMLAB_DIRTY_CLEAR, bits,
					to);
		if (ret < 0)
			break;
		dirty.nr_dirty += ret;
		ret = 0;
		if (to)
			to += VMLAB_DIRTY_CHUNK / BITS_PER_BYTE;
		pgoff = stop;
	}
	kfree(bits);
	return ret ?: vmlab_uarg_put(&dirty, sizeof(dirty), uarg);
}
