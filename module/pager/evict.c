// SPDX-License-Identifier: GPL-2.0
/*
 * Eviction: unmap a frame everywhere, save its contents, free it.
 *
 * The policy names a victim.  The pager tries to lock it without waiting and
 * asks for the next best when the victim is busy: locked by a fault, pinned,
 * locked in memory, or with a memory error.  Busy frames are set aside when there
 * are many, and frames whose contents cannot be saved at once; each charge above
 * the budget looks at some of them again.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "frame/vmas.h"
#include "pager/drain.h"
#include "pager/evict.h"
#include "pager/residence.h"
#include "pager/together.h"
#include "policy/policy.h"
#include "trace.h"

/* Victims locked by others, or kept, after which one attempt ends. */
#define VMLAB_LOCKED	64
/* Busy victims that one attempt skips before it sets busy frames aside. */
#define VMLAB_SKIPPED	32
/* Failures to save contents after which one attempt ends. */
#define VMLAB_FAILED	4

static bool evict_pinned(struct folio *folio)
{
	if (!vmlab_frame_held(folio))
		return false;
	/* Perhaps only a batch of mlock(2) holds it. */
	if (!folio_maybe_dma_pinned(folio))
		vmlab_drain(false);
	return true;
}

/*
 * Must a frame stay?  One with a memory error does: its contents cannot be
 * saved, and must not come back as if they were good.
 */
static bool evict_busy(struct vmlab_space *space, struct folio *folio)
{
	return vmlab_pager_is_locked(space, folio) || vmlab_frame_poisoned(folio) ||
	       evict_pinned(folio) ||
	       vmlab_vmas_locked(space, folio->index,
				 folio_next_index(folio) - 1);
}

/* Unmap a locked frame.  Returns 0, or -EBUSY when it must stay. */
static int evict_isolate(struct vmlab_space *space, struct folio *folio)
{
	if (evict_busy(space, folio))
		return -EBUSY;
	vmlab_frame_unmap(space, folio);
	/* Other spaces may map it.  No reference allows to write to it. */
	if (vmlab_frame_is_shared(folio))
		return 0;
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
	vmlab_event(&space->events, VMLAB_EVENT_EVICT, folio->index, stored);
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

/*
 * After a victim could not be evicted, name the next one.  The first few busy
 * ones keep their places in the policy's order; when there are more, they are
 * set aside.  So is each victim whose contents cannot be saved: a few of them
 * would end every attempt.  The caller holds the pager's lock, and the folio
 * lock of @victim.
 */
static struct vmlab_frame *evict_skip(struct vmlab_pager *pager,
				      struct vmlab_frame *victim, bool busy,
				      unsigned int skipped)
	__must_hold(&pager->lock)
{
	if (busy && skipped <= VMLAB_SKIPPED && !pager->nr_aside)
		return vmlab_pager_victim(pager, victim);
	vmlab_pager_set_aside(pager, victim);
	return vmlab_pager_victim(pager, NULL);
}

/* Wait for a frame that was locked.  Returns -EAGAIN or -EINTR. */
static int evict_wait(struct folio *folio)
{
	if (folio_lock_killable(folio))
		return -EINTR;
	folio_unlock(folio);
	return -EAGAIN;
}

/**
 * vmlab_evict_victim() - evict one frame that the policy names
 * @space: a space whose pager is on
 * @wait: wait for a locked frame when every candidate is busy
 *
 * Context: process context, may sleep.  With @wait the caller holds no folio
 * lock.
 * Return: 0, -EBUSY when no frame can be evicted now, -EAGAIN after it waited
 * for a frame that was locked, -EINTR when the task was killed, or another
 * negative errno when contents cannot be saved.
 */
int vmlab_evict_victim(struct vmlab_space *space, bool wait)
{
	unsigned int locked = 0, skipped = 0, failed = 0;
	struct vmlab_pager *pager = &space->pager;
	struct folio *busy = NULL, *folio;
	struct vmlab_frame *victim;
	int ret = -EBUSY, err;

	spin_lock(&pager->lock);
	victim = vmlab_pager_victim(pager, NULL);
	while (victim) {
		if (IS_ERR(victim)) {
			/* The search takes long: it resumes after a break. */
			spin_unlock(&pager->lock);
			if (fatal_signal_pending(current)) {
				ret = -EINTR;
				goto out;
			}
			cond_resched();
			spin_lock(&pager->lock);
			victim = vmlab_pager_victim(pager, NULL);
			continue;
		}
		if (unlikely(vmlab_together_keeps(pager, victim))) {
			/* The clock names it again and again. */
			if (++locked == VMLAB_LOCKED)
				break;
			victim = vmlab_pager_victim(pager, victim);
			continue;
		}
		folio = victim->folio;
		/* It stays in the space, and so alive, under the pager's lock. */
		if (!folio_trylock(folio)) {
			if (!busy) {
				folio_get(folio);
				busy = folio;
			}
			if (++locked == VMLAB_LOCKED)
				break;
			victim = vmlab_pager_victim(pager, victim);
			continue;
		}
		folio_get(folio);
		/* Under the lock: a BPF policy can be unloaded. */
		trace_vmlab_victim(space->id, READ_ONCE(pager->policy->name),
				   folio->index);
		spin_unlock(&pager->lock);

		err = vmlab_evict_frame(space, folio);
		if (err && err != -EBUSY) {
			ret = err;
			failed++;
		}
		if (err && fatal_signal_pending(current))
			ret = -EINTR;
		if (!err || ret == -EINTR) {
			vmlab_frame_release(folio);
			if (!err)
				ret = 0;
			goto out;
		}
		cond_resched();

		/* Locked, so not removed: the policy still has it. */
		spin_lock(&pager->lock);
		victim = evict_skip(pager, vmlab_frame_private(space, folio),
				    err == -EBUSY, ++skipped);
		vmlab_frame_release(folio);
		if (failed == VMLAB_FAILED)
			break;
	}
	spin_unlock(&pager->lock);

	if (busy && wait && ret == -EBUSY)
		ret = evict_wait(busy);
out:
	if (busy)
		folio_put(busy);
	return ret;
}

/**
 * vmlab_evict_rejoin() - look again at frames that were set aside
 * @space: a space whose pager is on
 * @nr: how many frames
 *
 * Frames that are no longer busy are given back to the policy.
 *
 * Context: process context, may sleep.
 * Return: 0, or -EINTR when the task was killed.
 */
int vmlab_evict_rejoin(struct vmlab_space *space, unsigned long nr)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *frame;
	struct folio *folio;

	while (nr-- && vmlab_read_unlocked(pager->nr_aside)) {
		spin_lock(&pager->lock);
		frame = list_first_entry_or_null(&pager->aside,
						 struct vmlab_frame, link);
		if (!frame) {
			spin_unlock(&pager->lock);
			break;
		}
		list_move_tail(&frame->link, &pager->aside);
		folio = frame->folio;
		folio_get(folio);
		spin_unlock(&pager->lock);

		if (folio_trylock(folio)) {
			frame = vmlab_frame_private(space, folio);
			if (frame && !evict_busy(space, folio)) {
				spin_lock(&pager->lock);
				if (frame->aside)
					vmlab_pager_rejoin(pager, frame);
				spin_unlock(&pager->lock);
			}
			folio_unlock(folio);
		}
		folio_put(folio);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}
