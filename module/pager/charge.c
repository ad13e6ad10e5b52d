// SPDX-License-Identifier: GPL-2.0
/*
 * The budget: at most so many frames stay resident.
 *
 * A fault charges its new frame before it allocates it.  While the budget is
 * used up, charging evicts.  It waits only when every candidate is busy.  When
 * none can be evicted at all, because they are pinned or because their contents
 * cannot be saved, it charges the frame above the budget, so that the access
 * still succeeds.  The next charges evict down to the budget again.
 *
 * Charging holds no folio lock while it waits for one, so faults cannot wait
 * for each other in a circle.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "pager/charge.h"
#include "pager/drain.h"
#include "pager/evict.h"
#include "pager/residence.h"
#include "policy/policy.h"

/*
 * Attempts after which a frame is charged above the budget, or a smaller budget
 * is left exceeded.  Each waited for a locked frame or could not save contents.
 */
#define VMLAB_ATTEMPTS		64
/* Frames that were set aside, examined again before each eviction. */
#define VMLAB_REJOINED		2
/* Frames that are unmapped after an eviction, to see their next access. */
#define VMLAB_SAMPLES		2

/*
 * Unmap a few frames in turn, so that their next access faults and the policy
 * is told of it.
 */
static void charge_sample(struct vmlab_space *space)
{
	struct vmlab_pager *pager = &space->pager;
	pgoff_t pgoff[VMLAB_SAMPLES];
	unsigned int nr_pages[VMLAB_SAMPLES];
	struct vmlab_frame *frame;
	unsigned int i, nr = 0;

	spin_lock(&pager->lock);
	frame = pager->hand;
	/* A policy in BPF can be unloaded meanwhile. */
	if (READ_ONCE(pager->policy->samples) && !list_empty(&pager->frames)) {
		for (; nr < VMLAB_SAMPLES; nr++) {
			if (!frame)
				frame = list_first_entry(&pager->frames,
							 struct vmlab_frame,
							 pager_link);
			pgoff[nr] = frame->pgoff;
			nr_pages[nr] = frame->nr;
			frame = vmlab_pager_after(pager, frame);
		}
		pager->hand = frame;
	}
	spin_unlock(&pager->lock);

	for (i = 0; i < nr; i++)
		unmap_mapping_pages(space->inode->i_mapping, pgoff[i],
				    nr_pages[i], false);
}

/**
 * vmlab_charge() - make room for a frame that is about to be allocated
 * @space: a space whose pager is on
 * @wait: wait for busy frames, and charge above the budget if need be
 * @prefetched: no access is waiting for the frame
 * @gfp: how to allocate its record
 *
 * Context: process context, may sleep.  With @wait the caller holds no folio
 * lock.
 * Return: a record for vmlab_pager_adopt() or vmlab_uncharge(), or an
 * ERR_PTR() of -ENOMEM, -EINTR when the task was killed, -EBUSY without @wait.
 */
struct vmlab_frame *vmlab_charge(struct vmlab_space *space, bool wait,
				 bool prefetched, gfp_t gfp)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int attempts = VMLAB_ATTEMPTS;
	bool evicted = false;
	struct vmlab_frame *frame;
	int ret = 0;

	frame = vmlab_pager_record(1, prefetched, gfp);
	if (!frame)
		return ERR_PTR(-ENOMEM);

	do {
		bool charged;

		spin_lock(&pager->lock);
		charged = pager->charged < pager->budget;
		if (!charged && wait && ret && (ret != -EAGAIN || !attempts)) {
			vmlab_count(space, over_budget);
			charged = true;
		}
		if (charged)
			pager->charged++;
		spin_unlock(&pager->lock);

		if (charged) {
			if (evicted && !READ_ONCE(pager->stepping))
				charge_sample(space);
			return frame;
		}

		ret = vmlab_evict_rejoin(space, VMLAB_REJOINED);
		if (!ret)
			ret = vmlab_evict_victim(space, wait);
		if (!ret)
			evicted = true;
		else
			attempts--;
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	} while (ret != -EINTR && (wait || !ret));

	vmlab_pager_record_free(frame);
	return ERR_PTR(ret);
}

/**
 * vmlab_charge_huge() - charge a huge frame, if the budget has room for it
 * @space: a space whose pager is on
 * @nr: its pages
 *
 * Nothing is evicted: a fault that gets no huge frame brings in a page.
 *
 * Context: process context, may sleep.
 * Return: as vmlab_charge(), or an ERR_PTR() of -ENOMEM, or -EBUSY when the
 * budget has no room for all of it.
 */
struct vmlab_frame *vmlab_charge_huge(struct vmlab_space *space,
				      unsigned int nr)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *frame;
	bool charged;

	frame = vmlab_pager_record(nr, false, GFP_KERNEL);
	if (!frame)
		return ERR_PTR(-ENOMEM);

	spin_lock(&pager->lock);
	charged = pager->charged < pager->budget &&
		  pager->budget - pager->charged >= nr;
	if (charged)
		pager->charged += nr;
	spin_unlock(&pager->lock);
	if (charged)
		return frame;
	vmlab_pager_record_free(frame);
	return ERR_PTR(-EBUSY);
}

/**
 * vmlab_uncharge() - give back a charge for which no frame was published
 * @space: the space
 * @frame: from vmlab_charge() or vmlab_charge_huge(), or NULL
 *
 * Context: process context.
 */
void vmlab_uncharge(struct vmlab_space *space, struct vmlab_frame *frame)
{
	if (!frame)
		return;
	spin_lock(&space->pager.lock);
	space->pager.charged -= frame->nr;
	spin_unlock(&space->pager.lock);
	vmlab_pager_record_free(frame);
}

/**
 * vmlab_charge_shrink() - evict down to the budget, as far as frames allow it
 * @space: a space whose pager is on
 *
 * Context: process context, may sleep; the caller holds no folio lock.
 * Return: 0, also when frames that cannot be evicted stay above the budget; or
 * -EINTR when the task was killed.
 */
int vmlab_charge_shrink(struct vmlab_space *space)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int attempts = VMLAB_ATTEMPTS;
	bool drained = false;
	int ret;

	ret = vmlab_evict_rejoin(space, vmlab_read_unlocked(pager->nr_aside));
	while (!ret &&
	       vmlab_read_unlocked(pager->charged) > vmlab_read_unlocked(pager->budget)) {
		ret = vmlab_evict_victim(space, true);
		if (ret && ret != -EBUSY && ret != -EINTR && attempts--)
			ret = 0;
		if (ret == -EBUSY && !drained) {
			vmlab_drain(true);
			drained = true;
			ret = vmlab_evict_rejoin(space,
						 vmlab_read_unlocked(pager->nr_aside));
		}
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret == -EINTR ? ret : 0;
}
