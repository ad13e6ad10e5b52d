// SPDX-License-Identifier: GPL-2.0
/*
 * Residence: tell the policy which frames are resident and which are accessed.
 *
 * Each charged frame has a record, struct vmlab_frame, in folio->private: see
 * vmlab_frame_private().  The folio lock protects the pointer, the pager's lock the
 * record.  Each space has a record of its own for a frame that it shares.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "compat.h"
#include "frame/frame.h"
#include "pager/drain.h"
#include "pager/residence.h"

static struct kmem_cache *vmlab_frame_cache;

/**
 * vmlab_pager_init() - prepare for pagers; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_pager_init(void)
{
	int ret = vmlab_drain_init();

	if (ret)
		return ret;
	vmlab_frame_cache = KMEM_CACHE(vmlab_frame, SLAB_ACCOUNT);
	if (vmlab_frame_cache)
		return 0;
	vmlab_drain_exit();
	return -ENOMEM;
}

/**
 * vmlab_pager_exit() - undo vmlab_pager_init(); once, at module unload
 *
 * Context: process context, may sleep; no space exists any more.
 */
void vmlab_pager_exit(void)
{
	kmem_cache_destroy(vmlab_frame_cache);
	vmlab_drain_exit();
}

/**
 * vmlab_pager_record() - allocate the record of a frame
 * @nr: pages of the frame
 * @prefetched: the frame is not accessed yet
 * @gfp: how to allocate it
 *
 * Context: process context, may sleep.
 * Return: the record, or NULL without memory.
 */
struct vmlab_frame *vmlab_pager_record(unsigned int nr, bool prefetched,
				       gfp_t gfp)
{
	struct vmlab_frame *frame;

	frame = kmem_cache_zalloc(vmlab_frame_cache, gfp);
	if (frame) {
		frame->nr = nr;
		frame->prefetched = prefetched;
	}
	return frame;
}

/**
 * vmlab_pager_record_free() - free the record of a frame
 * @frame: the record, which no frame and no policy has any more
 *
 * Context: any.
 */
void vmlab_pager_record_free(struct vmlab_frame *frame)
{
	kmem_cache_free(vmlab_frame_cache, frame);
}

/* Insert a frame into the policy.  The caller holds the pager's lock. */
static void policy_insert(struct vmlab_pager *pager, struct vmlab_frame *frame,
			  bool accessed)
	__must_hold(&pager->lock)
{
	pager->policy->insert(pager->state, frame, accessed);
	frame->in_policy = true;
	frame->generation = pager->generation;
}

/*
 * Remove a frame from the policy that has it, or from the list of busy frames.
 * The caller holds the pager's lock.
 */
static void policy_remove(struct vmlab_pager *pager, struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	if (frame->aside) {
		list_del(&frame->link);
		frame->aside = false;
		pager->nr_aside--;
		return;
	}
	if (!frame->in_policy)
		return;
	if (vmlab_pager_in_old(pager, frame))
		pager->old_policy->remove(pager->old_state, frame);
	else
		pager->policy->remove(pager->state, frame);
	frame->in_policy = false;
}

/**
 * vmlab_pager_victim() - ask the policy for a victim
 * @pager: the pager
 * @prev: NULL for the first choice, or a frame that turned out busy
 *
 * While frames are handed over to another policy, those that it does not have
 * yet come after those that it has.
 *
 * Context: the pager's lock is held.
 * Return: as struct vmlab_policy.victim.
 */
struct vmlab_frame *vmlab_pager_victim(struct vmlab_pager *pager,
				       struct vmlab_frame *prev)
	__must_hold(&pager->lock)
{
	struct vmlab_frame *victim = NULL;

	if (!prev || !vmlab_pager_in_old(pager, prev)) {
		victim = pager->policy->victim(pager->state, prev);
		prev = NULL;
	}
	if (!victim && pager->old_policy)
		victim = pager->old_policy->victim(pager->old_state, prev);
	return victim;
}

/**
 * vmlab_pager_set_aside() - take a busy frame from the policy
 * @pager: the pager
 * @frame: a frame that the policy has
 *
 * Otherwise the policy would name the same busy frames again and again.
 *
 * Context: the pager's lock is held.
 */
void vmlab_pager_set_aside(struct vmlab_pager *pager,
			   struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	policy_remove(pager, frame);
	frame->aside = true;
	list_add_tail(&frame->link, &pager->aside);
	pager->nr_aside++;
}

/**
 * vmlab_pager_rejoin() - give a frame that was set aside back to the policy
 * @pager: the pager
 * @frame: a frame that was set aside
 *
 * Context: the pager's lock is held.
 */
void vmlab_pager_rejoin(struct vmlab_pager *pager, struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	policy_remove(pager, frame);
	policy_insert(pager, frame, false);
}

/**
 * vmlab_pager_adopt() - add a resident frame to the pager and its policy
 * @space: a space whose pager is on
 * @folio: the frame, locked and not adopted yet
 * @frame: its record, charged; or NULL for a frame that was resident before
 *	the pager was on: it is charged now, above the budget if need be, and
 *	does not count as just accessed
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM, which a charged frame never gets.
 */
int vmlab_pager_adopt(struct vmlab_space *space, struct folio *folio,
		      struct vmlab_frame *frame)
{
	struct vmlab_pager *pager = &space->pager;
	bool fresh = frame;
	int ret;

	if (!frame) {
		frame = vmlab_pager_record(folio_nr_pages(folio), false,
					   GFP_KERNEL);
		if (!frame)
			return -ENOMEM;
	}
	frame->pgoff = folio->index;
	frame->folio = folio;
	ret = vmlab_frame_set_private(space, folio, frame);
	if (unlikely(ret)) {
		/* A shared frame, which was not charged. */
		vmlab_pager_record_free(frame);
		return ret;
	}

	spin_lock(&pager->lock);
	if (!fresh)
		pager->charged += frame->nr;
	list_add_tail(&frame->pager_link, &pager->frames);
	policy_insert(pager, frame, fresh && !frame->prefetched);
	spin_unlock(&pager->lock);
	if (frame->prefetched)
		vmlab_count(space, prefetched);
	return 0;
}

/* Take a frame out of the pager and its policy, and give back its charge. */
static void pager_forget(struct vmlab_space *space, struct vmlab_frame *frame)
{
	struct vmlab_pager *pager = &space->pager;

	spin_lock(&pager->lock);
	policy_remove(pager, frame);
	if (pager->hand == frame)
		pager->hand = vmlab_pager_after(pager, frame);
	if (pager->old_next == frame)
		pager->old_next = vmlab_pager_after(pager, frame);
	list_del(&frame->pager_link);
	pager->charged -= frame->nr;
	if (frame->locked)
		pager->locked -= frame->nr;
	if (frame->prefetched)
		vmlab_count(space, prefetch_wasted);
	spin_unlock(&pager->lock);
	vmlab_pager_record_free(frame);
}

/**
 * vmlab_pager_remove() - remove a frame from the pager and from its space
 * @space: the space
 * @folio: the frame, locked and not mapped any more
 * @entry: what to store at each of its offsets instead: a value or NULL
 *
 * Context: process context; puts the reference of the space.
 */
void vmlab_pager_remove(struct vmlab_space *space, struct folio *folio,
			void *entry)
{
	struct vmlab_frame *frame = vmlab_frame_private(space, folio);

	if (frame) {
		vmlab_frame_set_private(space, folio, NULL);
		pager_forget(space, frame);
	}
	vmlab_frame_remove(space, folio, entry);
}

/**
 * vmlab_pager_unshare() - give a space a frame to write to, in place of a shared one
 * @space: the space
 * @folio: a shared frame of it, locked and with a reference of the caller
 *
 * The frame keeps its place in the pager and its policy.
 *
 * Context: process context, may sleep.
 * Return: @folio, if no other space has it; or the frame that replaced it, locked and
 * with a reference: @folio is unlocked then, and the caller still has its reference.
 * Or an ERR_PTR(), of -ENOMEM, or -EHWPOISON for a frame with a memory error: nothing
 * has changed, and @folio is locked.
 */
struct folio *vmlab_pager_unshare(struct vmlab_space *space,
				  struct folio *folio)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *frame;
	struct folio *copy;

	if (vmlab_frame_poisoned(folio))
		return ERR_PTR(-EHWPOISON);
	if (vmlab_frame_alone(space, folio))
		return folio;
	copy = vmlab_frame_copy(space, folio);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	frame = copy->private;
	if (frame) {
		/* A task that evicts locks the frame of a record under this lock. */
		spin_lock(&pager->lock);
		frame->folio = copy;
		spin_unlock(&pager->lock);
	}
	vmlab_frame_replace(space, folio, copy);
	folio_unlock(folio);
	vmlab_count(space, unshared);
	return copy;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pager_unshare);

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
	struct vmlab_frame *frame = vmlab_frame_private(space, folio);

	if (!frame)
		return;
	if (frame->prefetched) {
		frame->prefetched = false;
		vmlab_count(space, prefetch_used);
	}
	spin_lock(&pager->lock);
	if (frame->in_policy && vmlab_pager_in_old(pager, frame))
		pager->old_policy->access(pager->old_state, frame);
	else if (frame->in_policy)
		pager->policy->access(pager->state, frame);
	spin_unlock(&pager->lock);
}

/**
 * vmlab_pager_lock() - lock a frame in memory, or unlock it
 * @space: the space
 * @folio: the frame, locked
 * @lock: whether to lock it
 *
 * Locked frames count against the budget, of which one page stays for others.
 *
 * Context: process context.
 * Return: 0, or -ENOMEM when the budget has no room for another locked frame.
 */
int vmlab_pager_lock(struct vmlab_space *space, struct folio *folio, bool lock)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *frame = vmlab_frame_private(space, folio);
	int ret = 0;

	if (!frame)
		return -ENOMEM;
	spin_lock(&pager->lock);
	if (lock && !frame->locked) {
		if (pager->locked + frame->nr < pager->budget) {
			policy_remove(pager, frame);
			frame->locked = true;
			pager->locked += frame->nr;
		} else {
			ret = -ENOMEM;
		}
	} else if (!lock && frame->locked) {
		frame->locked = false;
		pager->locked -= frame->nr;
		policy_insert(pager, frame, false);
	}
	spin_unlock(&pager->lock);
	return ret;
}

/**
 * vmlab_pager_is_locked() - tell whether VMLAB_RANGE_LOCK locked a frame
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: any.
 * Return: whether it is locked in memory.
 */
bool vmlab_pager_is_locked(struct vmlab_space *space, struct folio *folio)
{
	const struct vmlab_frame *frame = vmlab_frame_private(space, folio);

	return frame && frame->locked;
}

/**
 * vmlab_pager_is_prefetched() - tell whether a frame was not accessed yet
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: any.
 * Return: whether it was prefetched, and neither accessed nor mapped since.
 */
bool vmlab_pager_is_prefetched(struct vmlab_space *space, struct folio *folio)
{
	const struct vmlab_frame *frame = vmlab_frame_private(space, folio);

	return frame && frame->prefetched;
}
