// SPDX-License-Identifier: GPL-2.0
/*
 * Prefetch: bring in pages besides the one that is accessed, as the space's
 * prefetcher or the policy's fault() asks.
 *
 * Pages outside the VMA are not prefetched, nor pages for which the fault
 * would have to wait.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/evict.h"
#include "pager/prefetch.h"
#include "policy/policy.h"

/* Prefetch pages that lie in the VMA.  Returns false when the caller must stop. */
static bool prefetch_range(struct vmlab_space *space, pgoff_t pgoff,
			   unsigned long nr, long stride, pgoff_t first,
			   pgoff_t end)
{
	for (; nr; nr--, pgoff += stride) {
		struct folio *folio;
		bool filled;

		if (fatal_signal_pending(current))
			return false;
		if (pgoff < first || pgoff >= end)
			break;
		folio = vmlab_bring(space, pgoff, VMLAB_BRING_NOWAIT, &filled);
		/* The page of the fault itself is locked: it is resident. */
		if (IS_ERR(folio) && PTR_ERR(folio) != -EBUSY) {
			if (PTR_ERR(folio) == -ENOMEM)
				WRITE_ONCE(space->pager.whole_next, pgoff);
			return false;
		}
		if (!IS_ERR(folio))
			vmlab_frame_release(folio);
		cond_resched();
	}
	return true;
}

/* Evict a page that the policy named, unless it is in use. */
static void prefetch_evict(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);

	if (!folio)
		return;
	if (folio_trylock(folio)) {
		if (folio->mapping)
			vmlab_evict_frame(space, folio);
		folio_unlock(folio);
	}
	folio_put(folio);
}

/**
 * vmlab_prefetch_ask() - ask the policy what else to do because of a fault
 * @space: the space
 * @pgoff: the page that is accessed; its folio may be locked
 * @first: start of the VMA in the space, pages
 * @end: end of the VMA in the space, pages
 * @filled: the fault filled the page
 *
 * Context: process context, may sleep.
 */
void vmlab_prefetch_ask(struct vmlab_space *space, pgoff_t pgoff,
			pgoff_t first, pgoff_t end, bool filled)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_wishes wishes = {
		.pgoff = pgoff,
		.first = first,
		.end = end,
		.filled = filled,
	};
	/* Prefetched pages must not evict the page of the fault. */
	unsigned long nr, room = READ_ONCE(pager->budget) - 1;
	unsigned int i;

	/* A core dump must bring in no more than the page it asks for. */
	if (current->flags & PF_DUMPCORE)
		return;

	spin_lock(&pager->lock);
	if (pager->policy->fault)
		pager->policy->fault(pager->state, &wishes);
	spin_unlock(&pager->lock);

	for (i = 0; i < wishes.nr; i++) {
		if (!wishes.wish[i].nr) {
			prefetch_evict(space, wishes.wish[i].pgoff);
			continue;
		}
		nr = min_t(unsigned long, wishes.wish[i].nr, room);
		room -= nr;
		if (!prefetch_range(space, wishes.wish[i].pgoff, nr,
				    wishes.wish[i].stride, first, end))
			return;
	}
}

/* Predict the distance of the next pages; 0 for no prediction. */
static long prefetch_stride(struct vmlab_pager *pager, pgoff_t pgoff)
{
	long stride;
	bool again;

	spin_lock(&pager->lock);
	stride = pgoff - pager->last_fill;
	again = stride == pager->last_stride;
	/* The pages in between were prefetched: the next fill is farther. */
	if (!again && pager->last_stride &&
	    stride == pager->last_stride * (long)(pager->prefetch_pages + 1)) {
		stride = pager->last_stride;
		again = true;
	}
	pager->last_stride = stride;
	pager->last_fill = pgoff;
	spin_unlock(&pager->lock);
	return again ? stride : 0;
}

/**
 * vmlab_prefetch_pages() - prefetch as the space's prefetcher is configured
 * @space: the space
 * @pgoff: the page that a fault just filled; its folio may be locked
 * @first: start of the VMA in the space, pages
 * @end: end of the VMA in the space, pages
 *
 * Context: process context, may sleep.
 */
void vmlab_prefetch_pages(struct vmlab_space *space, pgoff_t pgoff,
			  pgoff_t first, pgoff_t end)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned long nr = READ_ONCE(pager->prefetch_pages);
	long stride = 1;

	if (current->flags & PF_DUMPCORE)
		return;
	switch (READ_ONCE(pager->prefetch)) {
	case VMLAB_PREFETCH_STRIDE:
		stride = prefetch_stride(pager, pgoff);
		break;
	case VMLAB_PREFETCH_WHOLE:
		/* Where memory ran out: the pages before were tried. */
		pgoff = READ_ONCE(pager->whole_next);
		if (pgoff < first || pgoff >= end)
			pgoff = first;
		nr = end - pgoff;
		pgoff--;
		break;
	}
	/* Prefetched pages must not evict the page of the fault. */
	nr = min(nr, READ_ONCE(pager->budget) - 1);
	if (stride)
		prefetch_range(space, pgoff + stride, nr, stride, first, end);
}
