// SPDX-License-Identifier: GPL-2.0
/*
 * The pager of a space: at most so many frames stay resident, and a policy
 * chooses who leaves.
 *
 * A fault charges its new frame before it allocates it.  While the budget is
 * used up, charging evicts: the policy names a frame, the pager tries to lock
 * it, without waiting, and asks for the next best when that fails.  Only when
 * every candidate is busy does it wait, and when none can leave at all, since
 * they are pinned, the frame is charged above the budget, so that a mapping
 * goes on working.  The next charges evict down to the budget again.
 *
 * Charging holds no folio lock while it waits for one, so faults cannot wait
 * for each other in a circle.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "compat.h"
#include "pager.h"
#include "policy/bpf.h"
#include "policy/policy.h"
#include "space.h"
#include "store.h"
#include "trace.h"

/* Candidates that one attempt looks at, attempts before the budget gives. */
#define VMLAB_CANDIDATES	64
#define VMLAB_ATTEMPTS		64
/* Frames whose next access is made to be seen, for each eviction. */
#define VMLAB_SAMPLES		2

static struct kmem_cache *vmlab_frame_cache;

/**
 * vmlab_pager_module_init() - prepare for pagers; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_pager_module_init(void)
{
	vmlab_frame_cache = KMEM_CACHE(vmlab_frame, SLAB_ACCOUNT);
	return vmlab_frame_cache ? 0 : -ENOMEM;
}

/**
 * vmlab_pager_module_exit() - undo vmlab_pager_module_init(); at unload
 *
 * Context: process context, may sleep; no space exists any more.
 */
void vmlab_pager_module_exit(void)
{
	kmem_cache_destroy(vmlab_frame_cache);
}

/**
 * vmlab_pager_init() - a pager without a budget
 * @pager: the pager of a new space
 *
 * Context: any.
 */
void vmlab_pager_init(struct vmlab_pager *pager)
{
	spin_lock_init(&pager->lock);
	INIT_LIST_HEAD(&pager->pages);
	pager->budget = ULONG_MAX;
}

/**
 * vmlab_pager_destroy() - free what a pager has
 * @pager: the pager of a space that has no frames any more
 *
 * Context: process context, may sleep.
 */
void vmlab_pager_destroy(struct vmlab_pager *pager)
{
	WARN_ON_ONCE(pager->charged || !list_empty(&pager->pages));
	if (pager->policy)
		pager->policy->destroy(pager->state);
}

/* More references than the space, the mappings and @own hold? */
static bool vmlab_folio_pinned(struct folio *folio, int own)
{
	return folio_ref_count(folio) > 1 + own + vmlab_frame_mapcount(folio);
}

/*
 * Evict one frame.  Returns 0, -EBUSY when none can leave now, -EAGAIN after
 * it waited for one that was locked, -EINTR when the task was killed then.
 */
static int vmlab_pager_evict_one(struct vmlab_space *space, bool wait)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int tries = VMLAB_CANDIDATES;
	struct folio *busy = NULL;
	struct vmlab_frame *page;
	int ret = -EBUSY;

	spin_lock(&pager->lock);
	page = pager->policy->victim(pager->state, NULL);
	while (page && tries--) {
		struct folio *folio = page->folio;

		/* It stays in the space, and so alive, under our lock. */
		if (!folio_trylock(folio)) {
			if (!busy) {
				folio_get(folio);
				busy = folio;
			}
		} else if (vmlab_folio_pinned(folio, 0)) {
			folio_unlock(folio);
		} else {
			folio_get(folio);
			/* Under the lock, for a policy in BPF may go. */
			trace_vmlab_victim(space->id, pager->policy->name,
					   folio->index);
			spin_unlock(&pager->lock);
			ret = vmlab_frame_evict(space, folio);
			if (!ret) {
				folio_unlock(folio);
				folio_put(folio);
				goto out;
			}
			/* Locked, so nobody removed it: the policy has it. */
			spin_lock(&pager->lock);
			page = pager->policy->victim(pager->state, page);
			folio_unlock(folio);
			folio_put(folio);
			continue;
		}
		page = pager->policy->victim(pager->state, page);
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

/*
 * Unmap a few frames in turn, so that their next access faults and is seen:
 * what the policy knows of accesses when it is not told of all.
 */
static void vmlab_pager_sample(struct vmlab_space *space)
{
	struct vmlab_pager *pager = &space->pager;
	pgoff_t pgoff[VMLAB_SAMPLES];
	unsigned int nr_pages[VMLAB_SAMPLES];
	struct vmlab_frame *page;
	unsigned int i, nr = 0;

	spin_lock(&pager->lock);
	page = pager->hand;
	if (pager->policy->samples && !list_empty(&pager->pages)) {
		for (; nr < VMLAB_SAMPLES; nr++) {
			if (!page)
				page = list_first_entry(&pager->pages,
							struct vmlab_frame,
							pager_link);
			pgoff[nr] = page->pgoff;
			nr_pages[nr] = page->nr;
			page = list_is_last(&page->pager_link, &pager->pages) ?
			       NULL : list_next_entry(page, pager_link);
		}
		pager->hand = page;
	}
	spin_unlock(&pager->lock);

	for (i = 0; i < nr; i++)
		unmap_mapping_pages(space->inode->i_mapping, pgoff[i],
				    nr_pages[i], false);
}

/**
 * vmlab_pager_charge() - make room for a frame that is about to be allocated
 * @space: a space whose pager is on
 * @wait: wait for frames that are busy, and go above the budget if need be
 * @early: the frame comes before it is accessed
 *
 * Context: process context, may sleep.  With @wait the caller holds no folio
 * lock.
 * Return: what vmlab_pager_adopt() or vmlab_pager_uncharge() take, or an
 * ERR_PTR() of -ENOMEM, -EINTR when the task was killed, -EBUSY without @wait.
 */
struct vmlab_frame *vmlab_pager_charge(struct vmlab_space *space, bool wait,
				       bool early)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int attempts = VMLAB_ATTEMPTS;
	bool evicted = false;
	struct vmlab_frame *page;
	int ret = 0;

	page = kmem_cache_zalloc(vmlab_frame_cache, GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	page->prefetched = early;
	page->nr = 1;

	do {
		bool charged;

		spin_lock(&pager->lock);
		charged = pager->charged < pager->budget;
		if (!charged && wait && (ret == -EBUSY || !attempts)) {
			vmlab_count(space, over_budget);
			charged = true;
		}
		if (charged)
			pager->charged++;
		spin_unlock(&pager->lock);

		if (charged) {
			if (evicted && !pager->stepping)
				vmlab_pager_sample(space);
			return page;
		}

		ret = vmlab_pager_evict_one(space, wait);
		if (!ret)
			evicted = true;
		else
			attempts--;
		if (fatal_signal_pending(current))
			ret = -EINTR;
	} while (ret != -EINTR && (wait || !ret));

	kmem_cache_free(vmlab_frame_cache, page);
	return ERR_PTR(ret);
}

/**
 * vmlab_pager_charge_huge() - make room for a huge frame, if there is some
 * @space: a space whose pager is on
 * @nr: its pages
 *
 * Nothing leaves for it: small frames will do.
 *
 * Context: process context, may sleep.
 * Return: as vmlab_pager_charge(), or an ERR_PTR() of -ENOMEM, -EBUSY when the
 * budget has no room for all of it.
 */
struct vmlab_frame *vmlab_pager_charge_huge(struct vmlab_space *space,
					    unsigned int nr)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *page;
	bool charged;

	page = kmem_cache_zalloc(vmlab_frame_cache, GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	page->nr = nr;

	spin_lock(&pager->lock);
	charged = pager->charged < pager->budget &&
		  pager->budget - pager->charged >= nr;
	if (charged)
		pager->charged += nr;
	spin_unlock(&pager->lock);
	if (charged)
		return page;
	kmem_cache_free(vmlab_frame_cache, page);
	return ERR_PTR(-EBUSY);
}

/**
 * vmlab_pager_uncharge() - give a charge back that no frame came of
 * @space: the space
 * @page: from vmlab_pager_charge(), or NULL
 *
 * Context: process context.
 */
void vmlab_pager_uncharge(struct vmlab_space *space, struct vmlab_frame *page)
{
	if (!page)
		return;
	spin_lock(&space->pager.lock);
	space->pager.charged -= page->nr;
	spin_unlock(&space->pager.lock);
	kmem_cache_free(vmlab_frame_cache, page);
}

/**
 * vmlab_pager_adopt() - a frame became resident
 * @space: a space whose pager is on
 * @folio: the frame, locked and not adopted yet
 * @page: its charge, from vmlab_pager_charge(), or NULL for a frame that was
 *	there before the pager was: it is charged now, above the budget if need
 *	be, and was not just accessed
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM, which a charged frame never gets.
 */
int vmlab_pager_adopt(struct vmlab_space *space, struct folio *folio,
		      struct vmlab_frame *page)
{
	struct vmlab_pager *pager = &space->pager;
	bool fresh = page;

	if (!page) {
		page = kmem_cache_zalloc(vmlab_frame_cache, GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		page->nr = folio_nr_pages(folio);
	}
	page->pgoff = folio->index;
	page->folio = folio;
	folio->private = page;

	spin_lock(&pager->lock);
	if (!fresh)
		pager->charged += page->nr;
	list_add_tail(&page->pager_link, &pager->pages);
	pager->policy->insert(pager->state, page, fresh && !page->prefetched);
	page->in_policy = true;
	spin_unlock(&pager->lock);
	if (page->prefetched)
		vmlab_count(space, prefetched);
	return 0;
}

/**
 * vmlab_pager_forget() - a frame leaves
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: process context.
 */
void vmlab_pager_forget(struct vmlab_space *space, struct folio *folio)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *page = folio->private;

	if (!page)
		return;
	folio->private = NULL;

	spin_lock(&pager->lock);
	if (page->in_policy)
		pager->policy->remove(pager->state, page);
	if (pager->hand == page)
		pager->hand = list_is_last(&page->pager_link, &pager->pages) ?
			      NULL : list_next_entry(page, pager_link);
	list_del(&page->pager_link);
	pager->charged -= page->nr;
	if (page->locked)
		pager->locked -= page->nr;
	if (page->prefetched)
		vmlab_count(space, prefetch_wasted);
	spin_unlock(&pager->lock);
	kmem_cache_free(vmlab_frame_cache, page);
}

/**
 * vmlab_pager_mapped_around() - whether a frame is used is not seen any more
 * @folio: the frame, locked
 *
 * Context: any.
 */
void vmlab_pager_mapped_around(struct folio *folio)
{
	struct vmlab_frame *page = folio->private;

	if (page)
		page->prefetched = false;
}

/**
 * vmlab_pager_access() - tell the policy that a resident frame was accessed
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: process context.
 */
void vmlab_pager_access(struct vmlab_space *space, struct folio *folio)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *page = folio->private;

	if (!page)
		return;
	if (page->prefetched) {
		page->prefetched = false;
		vmlab_count(space, prefetch_used);
	}
	spin_lock(&pager->lock);
	if (page->in_policy)
		pager->policy->access(pager->state, page);
	spin_unlock(&pager->lock);
}

/*
 * Is this fault the next access of the same thread?  Not when it is the same
 * instruction again: one that touches two pages must find both mapped in the
 * end.  It restarts with the same registers.
 */
static bool vmlab_pager_new_step(struct vmlab_pager *pager)
{
	struct pt_regs regs = *current_pt_regs();
	bool fresh;

#ifdef CONFIG_X86
	/* The fault's error code: how each page was touched. */
	regs.orig_ax = 0;
#endif
	spin_lock(&pager->lock);
	fresh = pager->step_task == current &&
		memcmp(&regs, &pager->step_regs, sizeof(regs));
	pager->step_task = current;
	pager->step_regs = regs;
	spin_unlock(&pager->lock);
	return fresh;
}

/**
 * vmlab_pager_step() - let the next access of any other page fault
 * @space: the space
 * @pgoff: the page that is being mapped
 * @flags: FAULT_FLAG_* of the fault
 *
 * Private copies stay mapped: they are not frames.  When threads take turns,
 * or the kernel accesses the page for a system call, nothing is unmapped: they
 * could take the pages from each other for ever.
 *
 * Context: process context, may sleep.
 */
void vmlab_pager_step(struct vmlab_space *space, pgoff_t pgoff,
		      unsigned int flags)
{
	struct address_space *mapping = space->inode->i_mapping;

	if (!(flags & FAULT_FLAG_USER) || !vmlab_pager_new_step(&space->pager))
		return;
	/* A count of 0 means to the end. */
	if (pgoff)
		unmap_mapping_pages(mapping, 0, pgoff, false);
	unmap_mapping_pages(mapping, pgoff + 1, 0, false);
}

/* How far the next pages are from each other; 0 for no guess. */
static long vmlab_pager_stride(struct vmlab_pager *pager, pgoff_t pgoff)
{
	long stride;
	bool again;

	spin_lock(&pager->lock);
	stride = pgoff - pager->last_fill;
	again = stride == pager->last_stride;
	/* With the pages in between already here, the next fill is farther. */
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

/*
 * Bring pages in that nobody has accessed yet, and that lie in the VMA.
 * Returns false when it is better to stop.
 */
static bool vmlab_pager_bring(struct vmlab_space *space, pgoff_t pgoff,
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
		folio = vmlab_space_bring(space, pgoff, VMLAB_BRING_NOWAIT,
					  &filled);
		/* Its own page is locked: that one is here already. */
		if (IS_ERR(folio) && PTR_ERR(folio) != -EBUSY)
			return false;
		if (!IS_ERR(folio)) {
			folio_unlock(folio);
			folio_put(folio);
		}
		cond_resched();
	}
	return true;
}

/* Evict a page by request, unless somebody uses it right now. */
static void vmlab_pager_evict(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_space_peek(space, pgoff);

	if (!folio)
		return;
	if (folio_trylock(folio)) {
		if (folio->mapping)
			vmlab_frame_evict(space, folio);
		folio_unlock(folio);
	}
	folio_put(folio);
}

/**
 * vmlab_pager_ask() - ask the policy what else to do because of a fault
 * @space: the space
 * @pgoff: the page that is accessed; its folio may be locked
 * @first: where the VMA begins in the space, pages
 * @end: where it ends
 * @filled: the page came with this fault
 *
 * Nothing outside the VMA comes, and nothing that would have to wait.
 *
 * Context: process context, may sleep.
 */
void vmlab_pager_ask(struct vmlab_space *space, pgoff_t pgoff, pgoff_t first,
		     pgoff_t end, bool filled)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_wishes wishes = {
		.pgoff = pgoff,
		.first = first,
		.end = end,
		.filled = filled,
	};
	/* Never push out what comes with it. */
	unsigned long nr, room = READ_ONCE(pager->budget) - 1;
	unsigned int i;

	spin_lock(&pager->lock);
	if (pager->policy->fault)
		pager->policy->fault(pager->state, &wishes);
	spin_unlock(&pager->lock);

	for (i = 0; i < wishes.nr; i++) {
		if (!wishes.wish[i].nr) {
			vmlab_pager_evict(space, wishes.wish[i].pgoff);
			continue;
		}
		nr = min_t(unsigned long, wishes.wish[i].nr, room);
		room -= nr;
		if (!vmlab_pager_bring(space, wishes.wish[i].pgoff, nr,
				       wishes.wish[i].stride, first, end))
			return;
	}
}

/**
 * __vmlab_pager_prefetch() - bring in what the prefetcher wants
 * @space: the space
 * @pgoff: the page that a fault just filled; its folio may be locked
 * @first: where the VMA begins in the space, pages
 * @end: where it ends
 *
 * Nothing outside the VMA comes, and nothing that would have to wait.
 *
 * Context: process context, may sleep.
 */
void __vmlab_pager_prefetch(struct vmlab_space *space, pgoff_t pgoff,
			    pgoff_t first, pgoff_t end)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned long nr = READ_ONCE(pager->prefetch_pages);
	long stride = 1;

	switch (READ_ONCE(pager->prefetch)) {
	case VMLAB_PREFETCH_STRIDE:
		stride = vmlab_pager_stride(pager, pgoff);
		break;
	case VMLAB_PREFETCH_WHOLE:
		pgoff = first - 1;
		nr = end - first;
		break;
	}
	/* Never push out what comes with it. */
	nr = min(nr, READ_ONCE(pager->budget) - 1);
	if (stride)
		vmlab_pager_bring(space, pgoff + stride, nr, stride, first,
				  end);
}

/* Charge the frames that were there before the pager was switched on. */
static int vmlab_pager_adopt_all(struct vmlab_space *space)
{
	unsigned long pgoff;
	struct folio *folio;
	int ret = 0;

	xa_for_each(&space->frames, pgoff, folio) {
		folio = vmlab_space_peek(space, pgoff);
		if (!folio)
			continue;
		folio_lock(folio);
		if (folio->mapping && !folio->private)
			ret = vmlab_pager_adopt(space, folio, NULL);
		folio_unlock(folio);
		folio_put(folio);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/* Evict down to the budget, as far as frames can leave. */
static int vmlab_pager_shrink(struct vmlab_space *space)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned int attempts = VMLAB_ATTEMPTS;
	int ret = 0;

	while (READ_ONCE(pager->charged) > READ_ONCE(pager->budget) &&
	       attempts) {
		ret = vmlab_pager_evict_one(space, true);
		if (ret == -EINTR || ret == -EBUSY)
			break;
		if (ret == -EAGAIN)
			attempts--;
		cond_resched();
	}
	return ret == -EINTR ? ret : 0;
}

/* Put another policy, or the same one afresh, in charge of all pages. */
static void vmlab_pager_swap(struct vmlab_pager *pager,
			     const struct vmlab_policy *policy, void *state,
			     unsigned long capacity, u64 seed)
{
	const struct vmlab_policy *old_policy;
	struct vmlab_frame *page;
	void *old_state;

	spin_lock(&pager->lock);
	old_policy = pager->policy;
	old_state = pager->state;
	list_for_each_entry(page, &pager->pages, pager_link) {
		if (!page->in_policy)
			continue;
		old_policy->remove(old_state, page);
		policy->insert(state, page, false);
	}
	pager->state = state;
	pager->capacity = capacity;
	pager->seed = seed;
	WRITE_ONCE(pager->policy, policy);
	WRITE_ONCE(pager->asks, policy->fault);
	spin_unlock(&pager->lock);

	if (old_policy)
		old_policy->destroy(old_state);
}

/* Holds resize_lock: a swap store, a policy, and all frames charged. */
static int vmlab_pager_start(struct vmlab_space *space)
{
	struct vmlab_pager *pager = &space->pager;
	int ret;

	if (pager->complete)
		return 0;
	/*
	 * Pairs with the barrier in vmlab_space_frame(): either it sees the
	 * policy, or we see its frame.
	 */
	smp_mb();
	ret = vmlab_pager_adopt_all(space);
	if (!ret)
		WRITE_ONCE(pager->complete, true);
	return ret;
}

/* Find a policy; what it returns is for vmlab_pager_put_policy(). */
static const struct vmlab_policy *vmlab_pager_get_policy(u32 id, u32 bpf_id)
{
	const struct vmlab_policy *policy;

	if (id != VMLAB_POLICY_BPF) {
		policy = bpf_id ? NULL : vmlab_policy_find(id);
		return policy ?: ERR_PTR(-EINVAL);
	}
	if (!vmlab_bpf_usable())
		return ERR_PTR(-EOPNOTSUPP);
	policy = vmlab_bpf_get(bpf_id);
	return policy ?: ERR_PTR(-ENOENT);
}

static void vmlab_pager_put_policy(const struct vmlab_policy *policy, u32 id)
{
	if (id == VMLAB_POLICY_BPF)
		vmlab_bpf_put(policy);
}

/* Holds resize_lock: put another policy in charge, unless it is already. */
static int vmlab_pager_choose(struct vmlab_space *space,
			      struct vmlab_policy_args *args)
{
	struct vmlab_pager *pager = &space->pager;
	void *state;

	if (args->policy == pager->policy && !args->trace &&
	    args->seed == pager->seed &&
	    (!args->policy->sized || args->capacity <= pager->capacity))
		return 0;
	args->space = space;
	state = args->policy->create(args);
	if (IS_ERR(state))
		return PTR_ERR(state);
	vmlab_pager_swap(pager, args->policy, state, args->capacity,
			 args->seed);
	return 0;
}

/**
 * vmlab_pager_enable() - switch a pager on, with the defaults, unless it is
 * @space: the space
 *
 * Context: process context, may sleep; takes resize_lock and folio locks.
 * Return: 0 or a negative errno.
 */
int vmlab_pager_enable(struct vmlab_space *space)
{
	static const struct vmlab_policy_args args;
	struct vmlab_pager *pager = &space->pager;
	int ret;

	if (READ_ONCE(pager->complete))
		return 0;
	mutex_lock(&space->resize_lock);
	ret = vmlab_store_create(space);
	if (!ret && !pager->policy) {
		void *state = vmlab_policy_fifo.create(&args);

		if (IS_ERR(state))
			ret = PTR_ERR(state);
		else
			vmlab_pager_swap(pager, &vmlab_policy_fifo, state, 0,
					 0);
	}
	if (!ret)
		ret = vmlab_pager_start(space);
	mutex_unlock(&space->resize_lock);
	return ret;
}

/**
 * vmlab_pager_lock() - lock a frame in memory, or no longer
 * @space: the space
 * @folio: the frame, locked
 * @lock: which
 *
 * Locked frames count against the budget; one place is left for others.
 *
 * Context: process context.
 * Return: 0, -ENOMEM when the budget has no room for another locked frame.
 */
int vmlab_pager_lock(struct vmlab_space *space, struct folio *folio, bool lock)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *page = folio->private;
	int ret = 0;

	if (!page)
		return -ENOMEM;
	spin_lock(&pager->lock);
	if (lock && !page->locked) {
		if (pager->locked + page->nr < pager->budget) {
			pager->policy->remove(pager->state, page);
			page->in_policy = false;
			page->locked = true;
			pager->locked += page->nr;
		} else {
			ret = -ENOMEM;
		}
	} else if (!lock && page->locked) {
		page->locked = false;
		pager->locked -= page->nr;
		pager->policy->insert(pager->state, page, false);
		page->in_policy = true;
	}
	spin_unlock(&pager->lock);
	return ret;
}

/**
 * vmlab_pager_is_locked() - is a frame locked in memory by request?
 * @folio: the frame, locked
 *
 * Context: any.
 * Return: whether it is.
 */
bool vmlab_pager_is_locked(struct folio *folio)
{
	const struct vmlab_frame *page = folio->private;

	return page && page->locked;
}

/**
 * vmlab_pager_set() - change budget and policy, also while in use
 * @space: the space
 * @paging: the new configuration, as user space gave it
 * @trace: @paging->nr_trace accesses to come, as offsets in pages, or NULL
 *
 * Context: process context, may sleep; takes resize_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_PAGING_SET in the uapi header.
 */
int vmlab_pager_set(struct vmlab_space *space,
		    const struct vmlab_paging *paging, const u64 *trace)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_policy_args args = {
		.seed = paging->seed,
		.trace = trace,
		.nr_trace = paging->nr_trace,
	};
	unsigned long budget;
	int ret;

	if (paging->flags & ~(VMLAB_PAGING_STEPPING | VMLAB_PAGING_AROUND))
		return -EINVAL;
	if (paging->prefetch > VMLAB_PREFETCH_WHOLE ||
	    paging->prefetch_pages > VMLAB_PREFETCH_MAX ||
	    !paging->prefetch_pages !=
	    (paging->prefetch == VMLAB_PREFETCH_NONE ||
	     paging->prefetch == VMLAB_PREFETCH_WHOLE))
		return -EINVAL;
	if (paging->flags & VMLAB_PAGING_AROUND &&
	    paging->prefetch != VMLAB_PREFETCH_NEXT)
		return -EINVAL;

	budget = paging->budget && paging->budget < ULONG_MAX ?
		 paging->budget : ULONG_MAX;
	/* More frames than there is memory will not be; without a limit none leaves. */
	if (budget != ULONG_MAX)
		args.capacity = min(budget, totalram_pages());
	args.policy = vmlab_pager_get_policy(paging->policy, paging->policy_id);
	if (IS_ERR(args.policy))
		return PTR_ERR(args.policy);
	if (!paging->nr_trace != !args.policy->traced) {
		ret = -EINVAL;
		goto out_policy;
	}

	mutex_lock(&space->resize_lock);
	ret = -EINVAL;
	if (!paging->nr_trace != !args.policy->traced)
		goto out;
	ret = vmlab_store_create(space);
	if (!ret)
		ret = vmlab_pager_choose(space, &args);
	if (ret)
		goto out;

	WRITE_ONCE(pager->stepping, paging->flags & VMLAB_PAGING_STEPPING);
	WRITE_ONCE(pager->around, paging->flags & VMLAB_PAGING_AROUND);
	WRITE_ONCE(pager->prefetch, paging->prefetch);
	spin_lock(&pager->lock);
	WRITE_ONCE(pager->prefetch_pages, paging->prefetch_pages);
	pager->last_stride = 0;
	pager->step_task = NULL;
	spin_unlock(&pager->lock);

	ret = vmlab_pager_start(space);
	if (ret)
		goto out;

	spin_lock(&pager->lock);
	pager->budget = budget;
	spin_unlock(&pager->lock);
	ret = vmlab_pager_shrink(space);
	if (vmlab_pager_stepping(pager))
		unmap_mapping_pages(space->inode->i_mapping, 0, 0, false);
out:
	mutex_unlock(&space->resize_lock);
out_policy:
	vmlab_pager_put_policy(args.policy, paging->policy);
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pager_set);

/**
 * vmlab_pager_set_policy() - change the policy alone, also while in use
 * @space: the space
 * @id: VMLAB_POLICY_*
 * @bpf_id: vmlab_policy_info.id, or 0
 * @seed: of random numbers
 *
 * Context: process context, may sleep; takes resize_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_POLICY_SET in the uapi header.
 */
int vmlab_pager_set_policy(struct vmlab_space *space, u32 id, u32 bpf_id,
			   u64 seed)
{
	struct vmlab_policy_args args = {
		.seed = seed,
	};
	int ret;

	args.policy = vmlab_pager_get_policy(id, bpf_id);
	if (IS_ERR(args.policy))
		return PTR_ERR(args.policy);
	if (args.policy->traced)
		return -EINVAL;

	mutex_lock(&space->resize_lock);
	if (space->pager.budget != ULONG_MAX)
		args.capacity = min(space->pager.budget, totalram_pages());
	ret = vmlab_store_create(space);
	if (!ret)
		ret = vmlab_pager_choose(space, &args);
	if (!ret)
		ret = vmlab_pager_start(space);
	mutex_unlock(&space->resize_lock);
	vmlab_pager_put_policy(args.policy, id);
	return ret;
}

/**
 * vmlab_pager_get() - tell budget and policy
 * @space: the space
 * @paging: filled in, but for its size; without a trace
 *
 * Context: process context, may sleep; takes resize_lock.
 */
void vmlab_pager_get(struct vmlab_space *space, struct vmlab_paging *paging)
{
	struct vmlab_pager *pager = &space->pager;

	mutex_lock(&space->resize_lock);
	paging->flags = (pager->stepping ? VMLAB_PAGING_STEPPING : 0) |
			(pager->around ? VMLAB_PAGING_AROUND : 0);
	paging->budget = pager->budget == ULONG_MAX ? 0 : pager->budget;
	if (pager->policy) {
		paging->policy = pager->policy->id;
		paging->policy_id = READ_ONCE(pager->policy->bpf_id);
		/* A policy in BPF may be going right now: the default is left. */
		if (paging->policy == VMLAB_POLICY_BPF && !paging->policy_id)
			paging->policy = VMLAB_POLICY_FIFO;
	}
	paging->seed = pager->seed;
	paging->prefetch = pager->prefetch;
	paging->prefetch_pages = pager->prefetch_pages;
	mutex_unlock(&space->resize_lock);
}

/**
 * vmlab_pager_name() - tell which policy is in charge
 * @space: the space
 * @name: filled in; "none" without a pager: nobody ever leaves
 *
 * Context: process context.
 */
void vmlab_pager_name(struct vmlab_space *space,
		      char name[VMLAB_POLICY_NAME_MAX])
{
	struct vmlab_pager *pager = &space->pager;

	/* A policy in BPF may go, and its name with it. */
	spin_lock(&pager->lock);
	strscpy(name, pager->policy ? READ_ONCE(pager->policy->name) : "none",
		VMLAB_POLICY_NAME_MAX);
	spin_unlock(&pager->lock);
}
