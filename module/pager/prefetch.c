// SPDX-License-Identifier: GPL-2.0
/*
 * Prefetch: bring in pages besides the one that is accessed, as the space's
 * prefetcher or the policy's fault() asks.
 *
 * Pages outside the VMA are not prefetched, nor pages for which the fault
 * would have to wait.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/evict.h"
#include "pager/prefetch.h"
#include "pager/residence.h"
#include "policy/policy.h"

/*
 * Pages that are given back when memory runs out.  In a memory cgroup, mm
 * charges 64 pages at a time for each CPU: half of these or more remain for
 * other tasks, which would else have to reclaim, or call the OOM killer.
 */
#define VMLAB_RESERVE	256
/* Offsets at which frames to give back are looked for. */
#define VMLAB_LOOK_BACK	(4 * VMLAB_RESERVE)
/* Time after which faults prefetch again. */
#define VMLAB_PAUSE	HZ

/*
 * Offsets to prefetch: @nr of them from @pgoff on, @stride apart, as far as they
 * are in the VMA, which begins at @first and ends before @end.  At most @room of
 * them are filled.
 */
struct prefetch_run {
	pgoff_t pgoff;
	unsigned long nr;
	long stride;
	pgoff_t first;
	pgoff_t end;
	unsigned long room;
};

/* Evict a frame that was prefetched and not used since, if it is clean. */
static bool prefetch_undo(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_frame_get(space, pgoff);
	bool undone = false;

	if (!folio)
		return false;
	if (folio_trylock(folio)) {
		undone = vmlab_frame_in(space, folio) &&
			 vmlab_pager_is_prefetched(space, folio) &&
			 !vmlab_evict_clean(space, folio);
		folio_unlock(folio);
	}
	folio_put(folio);
	return undone;
}

/**
 * vmlab_prefetch_give_back() - evict what was prefetched last
 * @space: the space
 * @pgoff: the offset for which no memory was left; updated to the offset of
 *	the last frame that was evicted
 * @stride: distance to the offset prefetched before it
 *
 * Prefetch stops where memory ends.  Without this, the next page of any task
 * there would have to be reclaimed.
 *
 * Context: process context, may sleep; takes folio locks without waiting.
 * Return: the number of frames that were evicted.
 */
unsigned long vmlab_prefetch_give_back(struct vmlab_space *space,
				       pgoff_t *pgoff, long stride)
{
	unsigned int nr = VMLAB_LOOK_BACK;
	unsigned long given = 0;
	pgoff_t at = *pgoff;

	while (nr-- && given < VMLAB_RESERVE && !fatal_signal_pending(current)) {
		at -= stride;
		if (prefetch_undo(space, at)) {
			*pgoff = at;
			given++;
		}
		cond_resched();
	}
	return given;
}

/* Memory ran out at an offset of a run. */
static void prefetch_no_memory(struct vmlab_space *space, pgoff_t pgoff,
			       long stride)
{
	vmlab_prefetch_give_back(space, &pgoff, stride);
	WRITE_ONCE(space->pager.whole_next, pgoff);
	WRITE_ONCE(space->pager.prefetch_after, jiffies + VMLAB_PAUSE);
}

/* Prefetch pages that lie in the VMA.  Returns false when the caller must stop. */
static bool prefetch_run(struct vmlab_space *space,
			 const struct prefetch_run *run)
{
	unsigned long i, room = run->room;
	pgoff_t pgoff = run->pgoff;

	if (time_before(jiffies, READ_ONCE(space->pager.prefetch_after)))
		return true;
	for (i = 0; i < run->nr && room; i++, pgoff += run->stride) {
		struct folio *folio;
		bool filled;

		if (fatal_signal_pending(current))
			return false;
		if (pgoff < run->first || pgoff >= run->end)
			break;
		folio = vmlab_bring(space, pgoff, VMLAB_BRING_NOWAIT, &filled);
		/* The page of the fault itself is locked: it is resident. */
		if (IS_ERR(folio) && PTR_ERR(folio) != -EBUSY) {
			if (PTR_ERR(folio) == -ENOMEM)
				prefetch_no_memory(space, pgoff, run->stride);
			return false;
		}
		if (!IS_ERR(folio)) {
			room -= filled;
			vmlab_frame_release(folio);
		}
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
		if (vmlab_frame_in(space, folio))
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
	unsigned long room = vmlab_read_unlocked(pager->budget) - 1;
	struct prefetch_run run = { .first = first, .end = end };
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
		run.pgoff = wishes.wish[i].pgoff;
		run.nr = min_t(unsigned long, wishes.wish[i].nr, room);
		run.stride = wishes.wish[i].stride;
		run.room = run.nr;
		room -= run.nr;
		if (!prefetch_run(space, &run))
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

/* Set up a run of all pages of the VMA, as far as they evict no others. */
static void prefetch_whole(struct vmlab_pager *pager, struct prefetch_run *run)
{
	const unsigned long budget = vmlab_read_unlocked(pager->budget);
	const unsigned long charged = vmlab_read_unlocked(pager->charged);

	/* Where memory ran out: the pages before were tried. */
	run->pgoff = READ_ONCE(pager->whole_next);
	if (run->pgoff < run->first || run->pgoff >= run->end)
		run->pgoff = run->first;
	run->nr = run->end - run->pgoff;
	run->stride = 1;
	/* A full budget costs nothing more: each fault would replace it all. */
	run->room = charged < budget ? budget - charged : 0;
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
	u32 kind = READ_ONCE(pager->prefetch);
	struct prefetch_run run = { .first = first, .end = end, .stride = 1 };
	unsigned long budget;

	if (current->flags & PF_DUMPCORE)
		return;
	if (kind == VMLAB_PREFETCH_WHOLE) {
		prefetch_whole(pager, &run);
	} else {
		if (kind == VMLAB_PREFETCH_STRIDE)
			run.stride = prefetch_stride(pager, pgoff);
		if (!run.stride)
			return;
		run.pgoff = pgoff + run.stride;
		/* Prefetched pages must not evict the page of the fault. */
		budget = vmlab_read_unlocked(pager->budget);
		run.nr = min_t(unsigned long, READ_ONCE(pager->prefetch_pages), budget - 1);
		run.room = run.nr;
	}
	prefetch_run(space, &run);
}
