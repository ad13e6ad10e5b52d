// SPDX-License-Identifier: GPL-2.0
/* The dirty bitmap: pages written since user space last cleared it. */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "frame/frame.h"
#include "space/dirty.h"

/* Pages whose bits are copied at once: a page of bits. */
#define VMLAB_DIRTY_CHUNK	(PAGE_SIZE * BITS_PER_BYTE)

/* Entries read before RCU is released. */
#define VMLAB_DIRTY_BATCH	1024

/* Clear the mark of an entry that is still this value. */
static bool dirty_clear_value(struct vmlab_space *space, pgoff_t pgoff,
			      void *value)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	bool same;

	xas_lock(&xas);
	same = xas_load(&xas) == value;
	if (same)
		xas_clear_mark(&xas, VMLAB_FRAME_TRACKED);
	xas_unlock(&xas);
	return same;
}

/* Write-protect a page and clear its mark.  Returns 0 or -EINTR. */
static int dirty_clear_page(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	void *evicted;

	for (;;) {
		folio = vmlab_frame_find(space, pgoff, &evicted);
		if (evicted) {
			if (dirty_clear_value(space, pgoff, evicted))
				return 0;
			continue;
		}
		if (!folio)
			return 0;
		if (folio_lock_killable(folio)) {
			folio_put(folio);
			return -EINTR;
		}
		if (folio->mapping)
			break;
		vmlab_frame_release(folio);
	}

	/*
	 * The folio lock keeps new writable entries away: who sets one holds
	 * it.  Once the old ones are removed the mark is cleared, unless a GUP
	 * user holds the page through one of them.
	 */
	vmlab_frame_protect(space, folio);
	if (!vmlab_frame_held(folio))
		xa_clear_mark(&space->frames.xa, pgoff, VMLAB_FRAME_TRACKED);
	vmlab_frame_release(folio);
	return 0;
}

/*
 * Set the bits of the marked entries from @first to @end.  The xarray skips what
 * has no mark, a node at a time.  Returns 0 or -EINTR.
 */
static int dirty_collect(struct vmlab_space *space, pgoff_t first, pgoff_t end,
			 unsigned long *bits)
{
	XA_STATE(xas, &space->frames.xa, first);
	unsigned int batch = 0;
	void *entry;

	rcu_read_lock();
	xas_for_each_marked(&xas, entry, end - 1, VMLAB_FRAME_TRACKED) {
		if (xas_retry(&xas, entry))
			continue;
		__set_bit(xas.xa_index - first, bits);
		if (++batch % VMLAB_DIRTY_BATCH)
			continue;
		xas_pause(&xas);
		rcu_read_unlock();
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		rcu_read_lock();
	}
	rcu_read_unlock();
	return 0;
}

/* Collect the bits of one chunk in @bits and copy them to @to, unless NULL. */
static long dirty_chunk(struct vmlab_space *space, pgoff_t first,
			pgoff_t end, bool clear, unsigned long *bits,
			void __user *to)
{
	const unsigned int nr = end - first;
	unsigned long i;
	long ret;

	bitmap_zero(bits, round_up(nr, 64));
	ret = dirty_collect(space, first, end, bits);
	if (ret)
		return ret;
	/* Copy first, clear then: a failed copy loses no bit. */
	if (to && copy_to_user(to, bits, round_up(nr, 64) / BITS_PER_BYTE))
		return -EFAULT;
	if (clear) {
		for_each_set_bit(i, bits, nr) {
			/* Processes can map a page any number of times. */
			if (fatal_signal_pending(current))
				return -EINTR;
			ret = dirty_clear_page(space, first + i);
			if (ret)
				return ret;
			cond_resched();
		}
	}
	return bitmap_weight(bits, nr);
}

/**
 * vmlab_space_dirty() - read, and clear, the dirty bitmap of a range
 * @space: the space
 * @pgoff: first offset, pages
 * @end: end of the range, pages
 * @clear: write-protect the dirty pages and clear their bits
 * @to: the bitmap of the caller, rounded up to 64 bits; NULL for none
 * @nr_dirty: set to the number of dirty pages
 *
 * Context: process context, may sleep; takes folio locks.
 * Return: 0, -ENOMEM, -EFAULT, or -EINTR when the task was killed.
 */
long vmlab_space_dirty(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end,
		       bool clear, void __user *to, u64 *nr_dirty)
{
	unsigned long *bits;
	long ret = 0;

	bits = kmalloc(VMLAB_DIRTY_CHUNK / BITS_PER_BYTE, GFP_KERNEL);
	if (!bits)
		return -ENOMEM;

	*nr_dirty = 0;
	while (pgoff < end) {
		pgoff_t stop;

		/* Without a bitmap, clean ranges cost nothing. */
		if (!to && !xa_find(&space->frames.xa, &pgoff, end - 1,
				    VMLAB_FRAME_TRACKED))
			break;
		stop = min(end, pgoff + VMLAB_DIRTY_CHUNK);
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = dirty_chunk(space, pgoff, stop, clear, bits, to);
		if (ret < 0)
			break;
		*nr_dirty += ret;
		ret = 0;
		cond_resched();
		if (to)
			to += VMLAB_DIRTY_CHUNK / BITS_PER_BYTE;
		pgoff = stop;
	}
	kfree(bits);
	return ret;
}
