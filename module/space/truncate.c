// SPDX-License-Identifier: GPL-2.0
/* The length of a space, changed as truncate_pagecache() does. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "frame/frame.h"
#include "frame/store.h"
#include "pager/evict.h"
#include "pager/residence.h"
#include "space/truncate.h"

/* Remove the frame at an offset, if there is one.  Returns 0 or -EINTR. */
static int discard_frame(struct vmlab_space *space, pgoff_t pgoff,
			 bool killable)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);

	if (!folio)
		return 0;
	/* A fault that fills the frame from a file can hold the lock for ever. */
	if (!killable) {
		folio_lock(folio);
	} else if (folio_lock_killable(folio)) {
		folio_put(folio);
		return -EINTR;
	}
	if (vmlab_frame_in(space, folio)) {
		vmlab_frame_unmap(space, folio);
		vmlab_count_add(space, discarded, folio_nr_pages(folio));
		vmlab_pager_remove(space, folio, NULL);
	}
	vmlab_frame_release(folio);
	return 0;
}

/**
 * vmlab_space_discard() - remove all frames and evicted contents from an offset
 * @space: the space
 * @first: first offset, pages; the space ends there, so none is mapped again
 * @killable: end with SIGKILL
 *
 * Context: process context, may sleep; takes folio locks.
 * Return: 0, or with @killable -EINTR when the task was killed: the entries from
 * some offset on are still there.
 */
int vmlab_space_discard(struct vmlab_space *space, pgoff_t first,
			bool killable)
{
	unsigned long pgoff;
	void *entry;
	int ret;

	xa_for_each_start(&space->frames.xa, pgoff, entry, first) {
		/* A frame can be evicted before it is locked. */
		for (; entry; entry = xa_load(&space->frames.xa, pgoff)) {
			if (killable && fatal_signal_pending(current))
				return -EINTR;
			cond_resched();
			if (xa_is_value(entry)) {
				vmlab_frame_forget(space, pgoff, entry);
				continue;
			}
			ret = discard_frame(space, pgoff, killable);
			if (ret)
				return ret;
		}
	}
	vmlab_store_discard(space, first, ULONG_MAX);
	return 0;
}

/*
 * Evict a huge frame across @pgoff: its pages come back one by one.  Split its entry,
 * because only the pages from @pgoff on will be forgotten.
 */
static int truncate_huge(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	int ret = 0;

	folio = vmlab_frame_get(space, pgoff);
	if (folio) {
		if (folio_lock_killable(folio)) {
			folio_put(folio);
			return -EINTR;
		}
		/* A huge frame is never shared. */
		if (folio->mapping && folio->index < pgoff)
			ret = vmlab_evict_frame(space, folio);
		vmlab_frame_release(folio);
	}
	/* No huge frame comes back there meanwhile: see the caller. */
	if (!ret && !IS_ALIGNED(pgoff, VMLAB_HUGE_PAGES))
		ret = vmlab_frame_split(space, pgoff, GFP_KERNEL_ACCOUNT);
	return ret;
}

/**
 * vmlab_space_truncate() - change the length of a space
 * @space: the space
 * @nr_pages: the new length, pages
 *
 * Context: process context, may sleep; the caller holds config_lock.
 * Return: 0; or a negative errno when a huge frame across the new end cannot be
 * evicted: nothing has changed then, and no access saw the new length; or -EINTR
 * when the task was killed: the length has not changed, but some frames beyond
 * the new one can be discarded.
 */
int vmlab_space_truncate(struct vmlab_space *space, unsigned long nr_pages)
	__must_hold(&space->config_lock)
{
	unsigned long old = space->nr_pages;
	int ret;

	if (nr_pages >= old) {
		WRITE_ONCE(space->nr_pages, nr_pages);
		WRITE_ONCE(space->huge_end, nr_pages);
		return 0;
	}

	/*
	 * First keep new huge frames away from the new end, for what can fail
	 * is to evict the one across it.  Pages beyond it stay meanwhile.
	 */
	WRITE_ONCE(space->huge_end, nr_pages);
	/* Pairs with the barrier in bring_create_charged(). */
	smp_mb();
	ret = truncate_huge(space, nr_pages);
	if (ret) {
		WRITE_ONCE(space->huge_end, old);
		return ret;
	}
	WRITE_ONCE(space->nr_pages, nr_pages);
	/* The same. */
	smp_mb();
	/* First in one sweep, private copies too; then frame by frame. */
	unmap_mapping_pages(space->inode->i_mapping, nr_pages, 0, true);
	ret = vmlab_space_discard(space, nr_pages, true);
	if (ret) {
		WRITE_ONCE(space->nr_pages, old);
		WRITE_ONCE(space->huge_end, old);
		return ret;
	}
	/* A fault may have copied a frame before it was discarded. */
	unmap_mapping_pages(space->inode->i_mapping, nr_pages, 0, true);
	return 0;
}
