// SPDX-License-Identifier: GPL-2.0
/*
 * Eviction: unmap a frame everywhere, save its contents, free it.
 *
 * The policy names a victim.  The pager tries to lock it without waiting and
 * asks for the next best when the victim is busy: locked by a fault, pinned, or
 * locked in memory.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/evict.h"
#include "pager/residence.h"
#include "policy/policy.h"
#include "trace.h"

/* Victims that one attempt tries. */
#define VMLAB_CANDIDATES	64

/* Unmap a locked frame.  Returns 0, or -EBUSY when another user remains. */
static int evict_isolate(struct vmlab_space *space, struct folio *folio)
{
	if (folio_test_mlocked(folio) || vmlab_pager_is_locked(folio))
		return -EBUSY;
	vmlab_frame_unmap(space, folio);
	if (folio_mapped(folio))
		return -EBUSY;
	/*
	 * get_user_pages() takes a reference first and checks then whether the
	 * entry is still there; here the entries were cleared first.  The only
	 * references that may yet come are those of faults, which wait for the
	 * folio lock.
	 */
	smp_mb();
	return folio_ref_count(folio) == 2 ? 0 : -EBUSY;
}

/*
 * Remove an isolated frame, and leave a value behind that records when it was
 * evicted and whether the swap store has its contents.
 */
static void evict_remove(struct vmlab_space *space, struct folio *folio,
			 bool stored)
{
	unsigned long value = atomic_long_add_return(folio_nr_pages(folio),
						     &space->frames.evictions);

	value = (value << VMLAB_EVICTED_SHIFT) & LONG_MAX;
	if (stored)
		value |= VMLAB_EVICTED_STORED;
	trace_vmlab_evict(space->id, folio->index, stored);
	vmlab_event(&space->events, VMLAB_EVENT_EVICT, folio->index, stored,
		    0);
	vmlab_pager_remove(space, folio, xa_mk_value(value));
}

/**
 * vmlab_evict_frame() - evict one frame
 * @space: the space
 * @folio: the frame, locked; the caller has one reference and keeps it
 *
 * A huge frame is evicted as a whole; its pages come back one by one.
 *
 * Context: process context, may sleep.
 * Return: 0, -EBUSY when the frame has another user (a pin, a lock in memory),
 * or another negative errno when its contents cannot be saved.
 */
int vmlab_evict_frame(struct vmlab_space *space, struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio);
	pgoff_t pgoff = folio->index;
	bool stored;
	int ret;

	ret = evict_isolate(space, folio);
	if (ret)
		return ret;

	/* All pages of a huge frame carry the same marks; test the first. */
	stored = vmlab_frame_marked(space, pgoff, VMLAB_FRAME_STORED);
	if (!stored && vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY)) {
		ret = vmlab_store_save(space, folio);
		if (ret) {
			vmlab_count(space, store_errors);
			return ret;
		}
		vmlab_count_add(space, stored, nr);
		stored = true;
	}
	if (space->backing->write &&
	    vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY))
		space->pager.dirty_evicted(space);
	if (nr > 1)
		vmlab_count(space, huge_evicted);
	evict_remove(space, folio, stored);
	vmlab_count_add(space, evicted, nr);
	return 0;
}

/**
 * vmlab_evict_clean() - evict a frame whose contents need not be saved
 * @space: the space
 * @folio: the frame, locked; the caller has one reference and keeps it
 *
 * Context: reclaim: allocates nothing.
 * Return: 0, or -EBUSY when the frame has another user or was written.
 */
int vmlab_evict_clean(struct vmlab_space *space, struct folio *folio)
{
	int ret = evict_isolate(space, folio);

	if (ret)
		return ret;
	/* Tested only now that it cannot be written any more. */
	if (vmlab_frame_unsaved(space, folio->index))
		return -EBUSY;
	vmlab_count_add(space, shrunk, folio_nr_pages(folio));
	evict_remove(space, folio, vmlab_frame_marked(space, folio->index,
						      VMLAB_FRAME_STORED));
	return 0;
}

/* Does a frame have more references than the space and its mappings hold? */
static bool evict_pinned(struct folio *folio)
{
	return folio_ref_count(folio) > 1 + vmlab_frame_mapcount(folio);
}

/**
 * vmlab_evict_victim() - evict one frame that the policy names
 * @space: a space whose pager is on
 * @wait: wait for a locked frame when every candidate is busy
 *
 * Context: process context, may sleep.  With @wait the caller holds no folio
 * lock.
 * Return: 0, -EBUSY when no frame can be evicted now, -EAGAIN after it waited
 * for a frame that was locked, -EINTR when the task was killed then.
 */
int vmlab_evict_victim(struct vmlab_space *space, bool wait)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int tries = VMLAB_CANDIDATES;
	struct folio *busy = NULL;
	struct vmlab_frame *victim;
	int ret = -EBUSY;

	spin_lock(&pager->lock);
	victim = pager->policy->victim(pager->state, NULL);
	while (victim && tries--) {
		struct folio *folio = victim->folio;

		/* It stays in the space, and so alive, under the pager's lock. */
		if (!folio_trylock(folio)) {
			if (!busy) {
				folio_get(folio);
				busy = folio;
			}
		} else if (evict_pinned(folio)) {
			folio_unlock(folio);
		} else {
			folio_get(folio);
			/* Under the lock: a BPF policy can be unloaded. */
			trace_vmlab_victim(space->id, pager->policy->name,
					   folio->index);
			spin_unlock(&pager->lock);
			ret = vmlab_evict_frame(space, folio);
			if (!ret) {
				vmlab_frame_release(folio);
				goto out;
			}
			/* Locked, so not removed: the policy still has it. */
			spin_lock(&pager->lock);
			victim = pager->policy->victim(pager->state, victim);
			vmlab_frame_release(folio);
			continue;
		}
		victim = pager->policy->victim(pager->state, victim);
	}
	spin_unlock(&pager->lock);

	if (busy && wait) {
		ret = folio_lock_killable(busy);
		if (!ret) {
			folio_unlock(busy);
			ret = -EAGAIN;
		}
	}
out:
	if (busy)
		folio_put(busy);
	return ret;
}
