// SPDX-License-Identifier: GPL-2.0
/* Evict, prefetch, drop, lock and unlock a range of pages by request. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "frame/frame.h"
#include "frame/store.h"
#include "pager/bring.h"
#include "pager/config.h"
#include "pager/drain.h"
#include "pager/evict.h"
#include "pager/prefetch.h"
#include "pager/residence.h"
#include "pager/sampling.h"
#include "space/range.h"

/*
 * Each returns pages done, 0 when there was nothing to do, or an errno.  A huge
 * frame is unlocked at the first of its pages before @end.
 */

static int range_evict(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);
	int ret;

	if (!folio)
		return 0;
	ret = folio_lock_killable(folio);
	if (!ret) {
		int nr = folio_nr_pages(folio);

		if (vmlab_frame_in(space, folio))
			ret = vmlab_evict_frame(space, folio) ?: nr;
		folio_unlock(folio);
	}
	folio_put(folio);
	/* A frame whose contents cannot be saved stays. */
	return ret < 0 && ret != -EINTR ? -EBUSY : ret;
}

static int range_prefetch(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end)
{
	struct folio *folio;
	bool filled;

	folio = vmlab_bring(space, pgoff, VMLAB_BRING_PREFETCH, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	vmlab_frame_release(folio);
	return filled;
}

/* Memory ran out at @pgoff: the next call resumes at what is given back. */
static void range_give_back(struct vmlab_space *space, unsigned long start,
			    unsigned long *pgoff, struct vmlab_range *range)
{
	unsigned long given = vmlab_prefetch_give_back(space, pgoff, 1);

	/* Some can be frames of an earlier request. */
	range->done -= min_t(u64, range->done, given);
	*pgoff = max(*pgoff, start);
}

static int range_lock(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end)
{
	struct folio *folio;
	bool filled;
	int ret;

	folio = vmlab_bring(space, pgoff, VMLAB_BRING_REQUEST, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	ret = vmlab_pager_lock(space, folio, true);
	vmlab_frame_release(folio);
	return ret ?: 1;
}

static int range_unlock(struct vmlab_space *space, pgoff_t pgoff,
			pgoff_t end)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);
	int ret;

	if (!folio)
		return 0;
	ret = folio_lock_killable(folio);
	if (!ret) {
		if (vmlab_frame_in(space, folio) &&
		    vmlab_pager_is_locked(space, folio))
			ret = vmlab_pager_lock(space, folio, false) ?:
			      min(end, folio_next_index(folio)) - pgoff;
		folio_unlock(folio);
	}
	folio_put(folio);
	return ret;
}

/*
 * Drop an evicted page, with a locked frame in its place: no newer contents can reach
 * the swap store before it drops the old.  The frame has no contents, is not charged to
 * the budget, and nobody gets it: it leaves the space before it is unlocked.  Returns 1,
 * -EEXIST when the page is no longer evicted, or another errno.
 */
static int drop_evicted(struct vmlab_space *space, pgoff_t pgoff, void *evicted)
{
	const gfp_t gfp = VMLAB_FRAME_GFP | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	struct folio *folio;
	int ret;

	folio = vmlab_frame_alloc(space, pgoff, 0, gfp | __GFP_HIGHMEM);
	if (!folio)
		return -ENOMEM;
	ret = vmlab_frame_publish(space, folio, evicted, false, gfp);
	if (ret)
		return ret;
	vmlab_store_discard(space, pgoff, pgoff);
	/* A pager that just started has adopted it. */
	vmlab_pager_remove(space, folio, NULL);
	vmlab_sample_dropped(space, pgoff);
	vmlab_frame_release(folio);
	return 1;
}

/*
 * Drop a page and its contents: the next access finds the backing's contents.
 * Private copies stay.
 */
static int range_drop(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end)
{
	struct folio *folio;
	void *evicted;
	int ret;

again:
	folio = vmlab_frame_lock(space, pgoff, &evicted);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	if (!folio) {
		ret = evicted ? drop_evicted(space, pgoff, evicted) : 0;
		if (ret != -EEXIST)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
		goto again;
	}
	if (vmlab_pager_is_locked(space, folio)) {
		vmlab_frame_release(folio);
		return -EBUSY;
	}
	if (folio_test_large(folio)) {
		/* Its other pages stay. */
		ret = vmlab_evict_frame(space, folio);
		vmlab_frame_release(folio);
		if (ret)
			return -EBUSY;
		goto again;
	}
	vmlab_frame_unmap(space, folio);
	vmlab_store_discard(space, pgoff, pgoff);
	vmlab_pager_remove(space, folio, NULL);
	vmlab_sample_dropped(space, pgoff);
	vmlab_frame_release(folio);
	return 1;
}

/*
 * @resident: the operation concerns only offsets that have an entry, so that
 * the rest of a large range costs nothing
 */
static const struct {
	int (*page)(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end);
	bool resident;
} range_ops[] = {
	[VMLAB_RANGE_EVICT]	= { range_evict, true },
	[VMLAB_RANGE_PREFETCH]	= { range_prefetch, false },
	[VMLAB_RANGE_DROP]	= { range_drop, true },
	[VMLAB_RANGE_LOCK]	= { range_lock, false },
	[VMLAB_RANGE_UNLOCK]	= { range_unlock, true },
};

/**
 * vmlab_space_range() - apply an operation to each page of a range
 * @space: the space
 * @op: VMLAB_RANGE_*
 * @pgoff: first offset, pages; updated to where the next call must resume
 * @end: end of the range, pages
 * @range: its counters done and busy are updated
 *
 * Context: process context, may sleep; takes config_lock, backing_lock and folio
 * locks.
 * Return: 0, -EINTR on a signal, or another negative errno.
 */
int vmlab_space_range(struct vmlab_space *space, u32 op, unsigned long *pgoff,
		      unsigned long end, struct vmlab_range *range)
{
	int ret = vmlab_pager_enable(space);
	const unsigned long start = *pgoff;
	bool drained = false;

	if (ret)
		return ret;

	if (down_read_killable(&space->backing_lock))
		return -EINTR;
	for (; *pgoff < end; ++*pgoff) {
		if (range_ops[op].resident &&
		    !xa_find(&space->frames.xa, pgoff, end - 1, XA_PRESENT))
			break;
		if (signal_pending(current)) {
			ret = -EINTR;
			goto out;
		}
		ret = range_ops[op].page(space, *pgoff, end);
		/* Perhaps only mm's batches of mlock(2) hold it: once a call. */
		if (ret == -EBUSY && op == VMLAB_RANGE_EVICT && !drained) {
			drained = true;
			vmlab_drain(true);
			ret = range_ops[op].page(space, *pgoff, end);
		}
		/* The space ends here, and the range with it. */
		if (ret == -ERANGE)
			break;
		if (ret == -EBUSY) {
			range->busy++;
		} else if (ret < 0) {
			if (ret == -ENOMEM && op == VMLAB_RANGE_PREFETCH)
				range_give_back(space, start, pgoff, range);
			goto out;
		} else {
			range->done += ret;
		}
		cond_resched();
	}
	*pgoff = end;
	ret = 0;
out:
	up_read(&space->backing_lock);
	return ret;
}
