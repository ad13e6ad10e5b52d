// SPDX-License-Identifier: GPL-2.0
/* The dirty bitmap: pages written since user space last cleared it. */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kcsan-checks.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "frame/frame.h"
#include "space/dirty.h"
#include "space/dirty_entries.h"

/* Pages whose bits are copied at once: a page of bits. */
#define VMLAB_DIRTY_CHUNK	(PAGE_SIZE * BITS_PER_BYTE)

/* Pages whose entries are cleaned at once: mm holds i_mmap_lock meanwhile. */
#define VMLAB_DIRTY_ENTRIES	4096

/* Entries read before RCU is released. */
#define VMLAB_DIRTY_BATCH	1024

/*
 * Clear the mark of a locked frame, or of a page of a huge one whose entry was split,
 * unless a GUP user holds it: direct I/O of block devices reports that it is done, and
 * marks the page only later, from a workqueue.  Returns as dirty_clear_pages().
 *
 * Look for the GUP user again after the mark was cleared.  It takes its reference
 * before it marks the page, and need not fault where the entry is writable: so either
 * the reference is seen here, or the GUP user finds no mark and sets it.
 */
static int dirty_clear_frame(struct vmlab_space *space, struct folio *folio,
			     pgoff_t pgoff, unsigned long nr)
{
	int ret;

	if (vmlab_frame_held(folio))
		return min(nr, folio_next_index(folio) - pgoff);
	if (likely(!folio_test_large(folio))) {
		xa_clear_mark(&space->frames.xa, pgoff, VMLAB_FRAME_TRACKED);
		ret = 1;
	} else {
		ret = vmlab_frame_clear_tracked(space, pgoff, nr, folio);
	}
	/* Pairs with the atomic operation by which GUP takes the reference. */
	smp_mb();
	if (unlikely(vmlab_frame_held(folio)))
		xa_set_mark(&space->frames.xa, pgoff, VMLAB_FRAME_TRACKED);
	return ret;
}

/*
 * Clear the mark of the entry at an offset, of @nr pages at most.  With @protect first
 * write-protect it: otherwise dirty entries count besides marks.  Returns the number
 * of pages done, -EINTR or -ENOMEM.
 */
static int dirty_clear_pages(struct vmlab_space *space, pgoff_t pgoff,
			     unsigned long nr, bool protect)
{
	struct folio *folio;
	void *evicted;
	int ret;

	for (;;) {
		folio = vmlab_frame_lock(space, pgoff, &evicted);
		if (IS_ERR(folio))
			return PTR_ERR(folio);
		if (folio)
			break;
		if (!evicted)
			return 1;
		ret = vmlab_frame_clear_tracked(space, pgoff, nr, evicted);
		if (ret)
			return ret;
	}

	/*
	 * The folio lock keeps new entries away: who sets one holds it.  Without
	 * it, an entry set between two reads in vmlab_frame_held() could hide a
	 * GUP user.
	 */
	if (protect)
		vmlab_frame_protect(space, folio);
	ret = dirty_clear_frame(space, folio, pgoff, nr);
	vmlab_frame_release(folio);
	return ret;
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
	unsigned long from, to, pages;
	void *entry;

	/* Marks that change meanwhile: see vmlab_frame_marked(). */
	kcsan_disable_current();
	rcu_read_lock();
	xas_for_each_marked(&xas, entry, end - 1, VMLAB_FRAME_TRACKED) {
		if (xas_retry(&xas, entry))
			continue;
		pages = vmlab_entry_pages(&xas);
		if (likely(pages == 1)) {
			__set_bit(xas.xa_index - first, bits);
		} else {
			from = round_down(xas.xa_index, pages);
			to = min(from + pages, end);
			/* The walk begins where a huge frame around @first does. */
			from = max(from, first);
			if (from < to)
				bitmap_set(bits, from - first, to - from);
		}
		if (++batch % VMLAB_DIRTY_BATCH)
			continue;
		xas_pause(&xas);
		rcu_read_unlock();
		kcsan_enable_current();
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		kcsan_disable_current();
		rcu_read_lock();
	}
	rcu_read_unlock();
	kcsan_enable_current();
	return 0;
}

/*
 * Return the number of pages whose marks can be cleared at once from bit @i on: those
 * of a huge frame if all of its bits are set, otherwise 1.
 */
static unsigned long dirty_run(pgoff_t first, unsigned int nr,
			       const unsigned long *bits, unsigned long i)
{
	const unsigned long end = i + VMLAB_HUGE_PAGES;

	return IS_ALIGNED(first + i, VMLAB_HUGE_PAGES) && end <= nr &&
	       find_next_zero_bit(bits, end, i) == end ? VMLAB_HUGE_PAGES : 1;
}

/* Clear the marks whose bits are set.  Returns 0, -EINTR or -ENOMEM. */
static int dirty_clear(struct vmlab_space *space, pgoff_t first,
		       unsigned int nr, const unsigned long *bits, bool protect)
{
	unsigned long i = find_first_bit(bits, nr);
	int ret;

	while (i < nr) {
		/* Processes can map a page any number of times. */
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = dirty_clear_pages(space, first + i,
					dirty_run(first, nr, bits, i), protect);
		if (ret < 0)
			return ret;
		cond_resched();
		i = find_next_bit(bits, nr, i + ret);
	}
	return 0;
}

/*
 * Report one chunk by its marks.  With VMLAB_DIRTY_CLEAR clear those that are
 * reported.  Returns the number of dirty pages, or a negative errno.
 */
static long dirty_chunk(struct vmlab_space *space, pgoff_t first,
			pgoff_t end, u32 flags, unsigned long *bits,
			void __user *to)
{
	const unsigned int nr = end - first;
	long ret;

	bitmap_zero(bits, round_up(nr, 64));
	ret = dirty_collect(space, first, end, bits);
	if (ret)
		return ret;
	/* Copy first, clear then: a failed copy loses no bit. */
	if (to && copy_to_user(to, bits, round_up(nr, 64) / BITS_PER_BYTE))
		return -EFAULT;
	if (flags & VMLAB_DIRTY_CLEAR)
		ret = dirty_clear(space, first, nr, bits,
				  !(flags & VMLAB_DIRTY_NO_PROTECT));
	return ret ?: bitmap_weight(bits, nr);
}

/* Copy bits to user space unless that would fault. */
static bool dirty_copy_nofault(void __user *to, const unsigned long *bits,
			       unsigned int nr)
{
	bool copied;

	if (!to)
		return true;
	pagefault_disable();
	copied = !copy_to_user(to, bits, round_up(nr, 64) / BITS_PER_BYTE);
	pagefault_enable();
	return copied;
}

/*
 * Take the bits of one chunk from marks and entries, and report them.  Marks first:
 * a task that unmaps a page sets the mark and then flushes the TLB, both under the
 * page-table lock; until then the page can be written.  To clean the entries takes
 * that lock.  Marks that are set meanwhile are reported and stay.
 *
 * The caller holds dirty_lock: no other request may miss the bits that are in @bits
 * alone.  Returns as dirty_chunk(), or -EAGAIN when @to is not there.
 */
static long dirty_take(struct vmlab_space *space, pgoff_t first, pgoff_t end,
		       unsigned long *bits, void __user *to)
	__must_hold(&space->dirty_lock)
{
	const unsigned int nr = end - first;
	long ret;

	bitmap_zero(bits, round_up(nr, 64));
	/* Where this unmaps pages, it sets their marks. */
	if (READ_ONCE(space->mapped_private))
		vmlab_dirty_entries_clean(space, first, end, bits);
	ret = dirty_collect(space, first, end, bits);
	if (!ret)
		ret = dirty_clear(space, first, nr, bits, false);
	if (!ret) {
		vmlab_dirty_entries_clean(space, first, end, bits);
		ret = dirty_collect(space, first, end, bits);
	}
	if (!ret && !dirty_copy_nofault(to, bits, nr))
		ret = -EAGAIN;
	if (ret)
		vmlab_dirty_entries_mark(space, first, nr, bits);
	return ret ?: bitmap_weight(bits, nr);
}

/* Make marks of the dirty entries of one chunk.  The caller holds dirty_lock. */
static void dirty_move(struct vmlab_space *space, pgoff_t first, pgoff_t end,
		       unsigned long *bits)
	__must_hold(&space->dirty_lock)
{
	const unsigned int nr = end - first;

	bitmap_zero(bits, round_up(nr, 64));
	vmlab_dirty_entries_clean(space, first, end, bits);
	vmlab_dirty_entries_mark(space, first, nr, bits);
}

/*
 * Report one chunk of a space whose dirty entries count.  A copy to user space that
 * faults can take for ever: it goes by the marks, without the lock.
 */
static long dirty_chunk_entries(struct vmlab_space *space, pgoff_t first,
				pgoff_t end, u32 flags, unsigned long *bits,
				void __user *to)
{
	const bool take = flags & VMLAB_DIRTY_NO_PROTECT;
	long ret = -EAGAIN;

	if (mutex_lock_killable(&space->dirty_lock))
		return -EINTR;
	if (take)
		ret = dirty_take(space, first, end, bits, to);
	if (ret == -EAGAIN)
		dirty_move(space, first, end, bits);
	mutex_unlock(&space->dirty_lock);
	if (ret != -EAGAIN)
		return ret;

	ret = dirty_chunk(space, first, end, flags, bits, to);
	if (ret < 0 || !take)
		return ret;
	/* Take the page-table locks after the marks were cleared: see dirty_take(). */
	if (mutex_lock_killable(&space->dirty_lock))
		return -EINTR;
	dirty_move(space, first, end, bits);
	mutex_unlock(&space->dirty_lock);
	return ret;
}

/**
 * vmlab_space_dirty() - read, and clear, the dirty bitmap of a range
 * @space: the space
 * @pgoff: first offset, pages
 * @end: end of the range, pages
 * @flags: VMLAB_DIRTY_*
 * @to: the bitmap of the caller, rounded up to 64 bits; NULL for none
 * @nr_dirty: set to the number of dirty pages
 *
 * Context: process context, may sleep; takes config_lock, backing_lock, dirty_lock
 * and folio locks.
 * Return: 0, -ENOMEM, -EFAULT, -EOPNOTSUPP when entries of the space cannot be
 * cleaned, or -EINTR when the task was killed.
 */
long vmlab_space_dirty(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end,
		       u32 flags, void __user *to, u64 *nr_dirty)
{
	unsigned long *bits;
	long ret = 0;

	if (flags & VMLAB_DIRTY_NO_PROTECT)
		ret = vmlab_dirty_entries_start(space);
	if (ret)
		return ret;
	bits = kmalloc(VMLAB_DIRTY_CHUNK / BITS_PER_BYTE, GFP_KERNEL);
	if (!bits)
		return -ENOMEM;

	*nr_dirty = 0;
	while (pgoff < end) {
		const pgoff_t from = pgoff;
		const bool entries = READ_ONCE(space->no_protect);
		const unsigned long most = entries ? VMLAB_DIRTY_ENTRIES :
						     VMLAB_DIRTY_CHUNK;
		pgoff_t stop;

		/*
		 * Without a bitmap, ranges without dirty pages cost nothing.  Marks
		 * that change meanwhile: see vmlab_frame_marked().
		 */
		if (!to && !data_race(xa_find(&space->frames.xa, &pgoff, end - 1,
					      entries ? XA_PRESENT :
							VMLAB_FRAME_TRACKED)))
			break;
		/* The first offset of a huge frame around @from can be before it. */
		pgoff = max(pgoff, from);
		stop = min(end, pgoff + most);
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		if (entries)
			ret = dirty_chunk_entries(space, pgoff, stop, flags,
						  bits, to);
		else
			ret = dirty_chunk(space, pgoff, stop, flags, bits, to);
		if (ret < 0)
			break;
		*nr_dirty += ret;
		ret = 0;
		cond_resched();
		if (to)
			to += most / BITS_PER_BYTE;
		pgoff = stop;
	}
	kfree(bits);
	return ret;
}
