// SPDX-License-Identifier: GPL-2.0
/* Configuration of the pager: budget, policy, prefetcher, also while in use. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "compat.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/charge.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "pager/sampling.h"
#include "pager/stepping.h"
#include "policy/registry.h"

/* Flags that change how a policy decides. */
#define VMLAB_PAGING_VARIANTS	(VMLAB_PAGING_CLOCK_LOAD_0 | \
				 VMLAB_PAGING_LFU_TIES_LRU)

/**
 * vmlab_pager_setup() - initialise a pager without a budget
 * @pager: the pager of a new space
 * @dirty_evicted: called after the eviction of a page that must be written back
 *
 * Context: any.
 */
void vmlab_pager_setup(struct vmlab_pager *pager,
		       void (*dirty_evicted)(struct vmlab_space *space))
	__context_unsafe(/* no other task has the space yet */)
{
	spin_lock_init(&pager->lock);
	INIT_LIST_HEAD(&pager->frames);
	INIT_LIST_HEAD(&pager->aside);
	pager->budget = ULONG_MAX;
	pager->prefetch_after = jiffies;
	pager->dirty_evicted = dirty_evicted;
}

/**
 * vmlab_pager_destroy() - free the policy of a pager
 * @pager: the pager of a space that has no frames any more
 *
 * Context: process context, may sleep.
 */
void vmlab_pager_destroy(struct vmlab_pager *pager)
	__context_unsafe(/* no other task has the space any more */)
{
	WARN_ON_ONCE(pager->charged || !list_empty(&pager->frames));
	vmlab_sample_free(pager);
	if (pager->policy)
		pager->policy->destroy(pager->state);
}

/* Charge the frames that were resident before the pager was switched on. */
static int pager_adopt_all(struct vmlab_space *space)
{
	unsigned long pgoff;
	struct folio *folio;
	int ret = 0;

	xa_for_each(&space->frames.xa, pgoff, folio) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		folio = vmlab_frame_get(space, pgoff);
		if (!folio)
			continue;
		ret = folio_lock_killable(folio);
		if (!ret) {
			if (vmlab_frame_in(space, folio) &&
			    !vmlab_frame_private(space, folio))
				ret = vmlab_pager_adopt(space, folio, NULL);
			folio_unlock(folio);
		}
		folio_put(folio);
		if (ret)
			return ret;
	}
	return 0;
}

/* Frames that are handed over to another policy under the lock at a time. */
#define VMLAB_SWAPPED	256

/* Hand over some frames.  Returns whether more are left. */
static bool pager_swap_some(struct vmlab_pager *pager)
{
	struct vmlab_frame *frame;
	unsigned int nr;

	spin_lock(&pager->lock);
	for (nr = 0; pager->old_next && nr < VMLAB_SWAPPED; nr++) {
		frame = pager->old_next;
		pager->old_next = vmlab_pager_after(pager, frame);
		if (!frame->in_policy || !vmlab_pager_in_old(pager, frame))
			continue;
		pager->old_policy->remove(pager->old_state, frame);
		pager->policy->insert(pager->state, frame, false);
		frame->generation = pager->generation;
	}
	spin_unlock(&pager->lock);
	return vmlab_read_unlocked(pager->old_next);
}

/*
 * Hand all frames to another policy, or to a new state of the same one, in
 * portions: nothing of the size of the space happens under the lock.  The caller
 * holds config_lock.
 */
static void pager_swap(struct vmlab_pager *pager,
		       const struct vmlab_policy_args *args, void *state)
{
	const struct vmlab_policy *policy = args->policy;
	const struct vmlab_policy *old_policy;
	void *old_state;

	spin_lock(&pager->lock);
	old_policy = pager->policy;
	old_state = pager->state;
	pager->old_policy = old_policy;
	pager->old_state = old_state;
	pager->old_next = list_first_entry_or_null(&pager->frames,
						   struct vmlab_frame,
						   pager_link);
	/* Frames that become resident from now on go to the new policy. */
	pager->generation = !pager->generation;
	pager->state = state;
	pager->capacity = args->capacity;
	pager->seed = args->seed;
	pager->variant = args->variant;
	WRITE_ONCE(pager->policy, policy);
	WRITE_ONCE(pager->asks, policy->fault);
	spin_unlock(&pager->lock);

	/*
	 * Spinlocks of virtual machines can be unfair: without a pause, faults
	 * would not get the lock before all frames are handed over.
	 */
	while (pager_swap_some(pager)) {
		if (!fatal_signal_pending(current))
			usleep_range(10, 50);
		else
			cond_resched();
	}
	if (!old_policy)
		return;
	spin_lock(&pager->lock);
	pager->old_policy = NULL;
	pager->old_state = NULL;
	spin_unlock(&pager->lock);
	old_policy->destroy(old_state);
}

/* Charge all frames, once.  The caller holds config_lock. */
static int pager_start(struct vmlab_space *space)
	__must_hold(&space->config_lock)
{
	struct vmlab_pager *pager = &space->pager;
	int ret;

	if (pager->complete)
		return 0;
	/*
	 * Pairs with the barrier in bring_adopt(): either it sees the
	 * policy, or pager_adopt_all() sees its frame.
	 */
	smp_mb();
	ret = pager_adopt_all(space);
	if (!ret)
		WRITE_ONCE(pager->complete, true);
	return ret;
}

/* Choose a policy, unless it is in force already.  The caller holds config_lock. */
static int pager_choose(struct vmlab_space *space,
			struct vmlab_policy_args *args)
	__must_hold(&space->config_lock)
{
	struct vmlab_pager *pager = &space->pager;
	void *state;

	if (args->policy == pager->policy && !args->trace &&
	    args->seed == pager->seed && args->variant == pager->variant &&
	    (!args->policy->sized || args->capacity <= pager->capacity))
		return 0;
	args->space = space;
	args->user = space->user;
	args->lock = &pager->lock;
	args->budget = &pager->budget;
	state = args->policy->create(args);
	if (IS_ERR(state))
		return PTR_ERR(state);
	pager_swap(pager, args, state);
	return 0;
}

/**
 * vmlab_pager_enable() - switch the pager of a space on, with the defaults
 * @space: the space
 *
 * Context: process context, may sleep; takes config_lock and folio locks.
 * Return: 0 or a negative errno.
 */
int vmlab_pager_enable(struct vmlab_space *space)
{
	static const struct vmlab_policy_args args = {
		.policy = &vmlab_policy_fifo,
	};
	struct vmlab_pager *pager = &space->pager;
	int ret;

	if (READ_ONCE(pager->complete))
		return 0;
	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	ret = vmlab_store_create(space);
	if (!ret && !pager->policy) {
		void *state = vmlab_policy_fifo.create(&args);

		if (IS_ERR(state))
			ret = PTR_ERR(state);
		else
			pager_swap(pager, &args, state);
	}
	if (!ret)
		ret = pager_start(space);
	mutex_unlock(&space->config_lock);
	return ret;
}

/* Are the members of a configuration valid that need no policy? */
static bool paging_valid(const struct vmlab_paging *paging)
{
	const u32 flags = paging->flags;
	const bool counted = paging->prefetch == VMLAB_PREFETCH_NEXT ||
			     paging->prefetch == VMLAB_PREFETCH_STRIDE;

	if (flags & ~(VMLAB_PAGING_STEPPING | VMLAB_PAGING_AROUND |
		      VMLAB_PAGING_SAMPLE | VMLAB_PAGING_VARIANTS))
		return false;
	if (paging->prefetch > VMLAB_PREFETCH_WHOLE ||
	    paging->prefetch_pages > VMLAB_PREFETCH_MAX ||
	    !paging->prefetch_pages == counted)
		return false;
	if (flags & VMLAB_PAGING_AROUND &&
	    paging->prefetch != VMLAB_PREFETCH_NEXT)
		return false;
	if (!(flags & VMLAB_PAGING_SAMPLE))
		return !paging->sample && !paging->sample_keep;
	return !(flags & VMLAB_PAGING_STEPPING) && paging->sample &&
	       paging->sample <= VMLAB_SAMPLE_ALL &&
	       paging->sample_keep <= VMLAB_SAMPLE_KEEP_MAX;
}

/* Set how accesses are made to fault.  The caller holds config_lock. */
static void pager_set_extra(struct vmlab_pager *pager,
			    const struct vmlab_paging *paging)
{
	WRITE_ONCE(pager->stepping, paging->flags & VMLAB_PAGING_STEPPING);
	WRITE_ONCE(pager->around, paging->flags & VMLAB_PAGING_AROUND);
	WRITE_ONCE(pager->prefetch, paging->prefetch);
	WRITE_ONCE(pager->prefetches, paging->prefetch != VMLAB_PREFETCH_NONE);
	spin_lock(&pager->lock);
	/* A fault that sees it takes the lock: then it sees the sampler too. */
	WRITE_ONCE(pager->sample, paging->sample);
	WRITE_ONCE(pager->prefetch_pages, paging->prefetch_pages);
	pager->sample_keep = paging->sample_keep;
	pager->last_stride = 0;
	pager->whole_next = 0;
	WRITE_ONCE(pager->prefetch_after, jiffies);
	pager->step_task = NULL;
	pager->step_nr = VMLAB_STEP_PAGES + 1;
	spin_unlock(&pager->lock);
}

/* Unmap the pages of a sample that has grown.  The caller holds config_lock. */
static int pager_start_sample(struct vmlab_space *space, u32 sample)
{
	int ret = vmlab_sample_start(space);

	if (!ret)
		space->pager.sample_started = sample;
	return ret;
}

/**
 * vmlab_pager_set() - change budget and policy, also while in use
 * @space: the space
 * @paging: the new configuration, as user space gave it
 * @trace: @paging->nr_trace accesses to come, as offsets in pages, or NULL
 *
 * Context: process context, may sleep; takes config_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_PAGING_SET in the uapi header.
 */
int vmlab_pager_set(struct vmlab_space *space,
		    const struct vmlab_paging *paging, const u64 *trace)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_policy_args args = {
		.seed = paging->seed,
		.variant = paging->flags & VMLAB_PAGING_VARIANTS,
		.trace = trace,
		.nr_trace = paging->nr_trace,
	};
	unsigned long budget;
	int ret;

	if (!paging_valid(paging))
		return -EINVAL;

	budget = paging->budget && paging->budget < ULONG_MAX ?
		 paging->budget : ULONG_MAX;
	/* No more frames than memory; without a limit nothing is evicted. */
	if (budget != ULONG_MAX)
		args.capacity = min(budget, totalram_pages());
	args.policy = vmlab_policy_get(paging->policy, paging->policy_id);
	if (IS_ERR(args.policy))
		return PTR_ERR(args.policy);
	if (!paging->nr_trace != !args.policy->traced ||
	    args.variant & ~args.policy->variants) {
		ret = -EINVAL;
		goto out_policy;
	}

	ret = -EINTR;
	if (mutex_lock_killable(&space->config_lock))
		goto out_policy;
	ret = vmlab_store_create(space);
	if (!ret && paging->sample)
		ret = vmlab_sample_prepare(pager);
	if (!ret)
		ret = pager_choose(space, &args);
	if (ret)
		goto out;

	pager_set_extra(pager, paging);
	/* Below, unless that fails: then it is started by the next request. */
	pager->sample_started = min(pager->sample_started, paging->sample);

	ret = pager_start(space);
	if (ret)
		goto out;

	spin_lock(&pager->lock);
	pager->budget = budget;
	spin_unlock(&pager->lock);
	ret = vmlab_charge_shrink(space);
	if (vmlab_stepping(space))
		unmap_mapping_pages(space->inode->i_mapping, 0, 0, false);
	else if (paging->sample > pager->sample_started)
		ret = pager_start_sample(space, paging->sample) ?: ret;
out:
	mutex_unlock(&space->config_lock);
out_policy:
	vmlab_policy_put(args.policy);
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
 * Context: process context, may sleep; takes config_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_POLICY_SET in the uapi header.
 */
int vmlab_pager_set_policy(struct vmlab_space *space, u32 id, u32 bpf_id,
			   u64 seed)
{
	struct vmlab_policy_args args = {
		.seed = seed,
	};
	unsigned long budget;
	int ret;

	args.policy = vmlab_policy_get(id, bpf_id);
	if (IS_ERR(args.policy))
		return PTR_ERR(args.policy);
	ret = -EINVAL;
	if (args.policy->traced)
		goto out;
	ret = -EINTR;
	if (mutex_lock_killable(&space->config_lock))
		goto out;
	/* It changes only under both locks. */
	budget = vmlab_read_unlocked(space->pager.budget);
	if (budget != ULONG_MAX)
		args.capacity = min(budget, totalram_pages());
	ret = vmlab_store_create(space);
	if (!ret)
		ret = pager_choose(space, &args);
	if (!ret)
		ret = pager_start(space);
	mutex_unlock(&space->config_lock);
out:
	vmlab_policy_put(args.policy);
	return ret;
}

/**
 * vmlab_pager_get() - return budget and policy
 * @space: the space
 * @paging: filled in, but for its size; without a trace
 *
 * Context: process context, may sleep; takes config_lock.
 * Return: 0, or -EINTR when the task was killed.
 */
int vmlab_pager_get(struct vmlab_space *space, struct vmlab_paging *paging)
{
	struct vmlab_pager *pager = &space->pager;
	unsigned long budget;

	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	paging->flags = (pager->stepping ? VMLAB_PAGING_STEPPING : 0) |
			(pager->around ? VMLAB_PAGING_AROUND : 0) |
			(pager->sample ? VMLAB_PAGING_SAMPLE : 0) |
			pager->variant;
	budget = vmlab_read_unlocked(pager->budget);
	paging->budget = budget == ULONG_MAX ? 0 : budget;
	if (pager->policy) {
		paging->policy = pager->policy->id;
		paging->policy_id = READ_ONCE(pager->policy->bpf_id);
		/* A policy in BPF that was unloaded left the default. */
		if (paging->policy == VMLAB_POLICY_BPF && !paging->policy_id)
			paging->policy = VMLAB_POLICY_FIFO;
	}
	paging->seed = pager->seed;
	paging->prefetch = pager->prefetch;
	paging->prefetch_pages = pager->prefetch_pages;
	paging->sample = pager->sample;
	paging->sample_keep = pager->sample_keep;
	mutex_unlock(&space->config_lock);
	return 0;
}

/**
 * vmlab_pager_name() - return the name of the policy
 * @space: the space
 * @name: filled in; "none" without a pager, which never evicts
 *
 * Context: process context.
 */
void vmlab_pager_name(struct vmlab_space *space,
		      char name[VMLAB_POLICY_NAME_MAX])
{
	struct vmlab_pager *pager = &space->pager;

	/* Under the lock: a policy in BPF can be unloaded, with its name. */
	spin_lock(&pager->lock);
	strscpy(name, pager->policy ? READ_ONCE(pager->policy->name) : "none",
		VMLAB_POLICY_NAME_MAX);
	spin_unlock(&pager->lock);
}
