// SPDX-License-Identifier: GPL-2.0
/*
 * Bring a frame in: find it, or charge, allocate, publish, fill and adopt a new
 * one.  Single and huge frames take the same way.
 *
 * A huge frame is one folio of 2 MiB at 512 offsets.  It is filled, mapped,
 * written and evicted as a whole and never split in place: it is saved in the
 * swap store, and its pages come back one by one.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/bring.h"
#include "pager/charge.h"
#include "pager/residence.h"
#include "pager/together.h"

/* Record that an evicted page came back, and after how many evictions. */
static void bring_count_refault(struct vmlab_space *space, unsigned long value)
{
	unsigned long distance = atomic_long_read(&space->frames.evictions) -
				 (value >> VMLAB_EVICTED_SHIFT);
	unsigned int bucket = min_t(unsigned int, fls_long(distance),
				    VMLAB_DISTANCE_BUCKETS - 1);

	vmlab_count(space, refaults);
	this_cpu_inc(space->counters->refault_distance[bucket]);
}

/* Fill a frame that was just published, from the swap store or the backing. */
static int bring_fill(struct vmlab_space *space, struct folio *folio,
		      const struct vmlab_backing *backing, void *evicted)
{
	unsigned long i, nr = folio_nr_pages(folio);
	int ret = 0;

	if (evicted && xa_to_value(evicted) & VMLAB_EVICTED_STORED) {
		ret = vmlab_store_load(space, folio);
		if (!ret) {
			xa_set_mark(&space->frames.xa, folio->index,
				    VMLAB_FRAME_STORED);
			vmlab_count(space, loaded);
		}
	} else if (backing->fill) {
		for (i = 0; !ret && i < nr; i++) {
			ret = backing->fill(space, folio, folio->index + i);
			if (nr > 1)
				cond_resched();
		}
	}
	if (evicted && !ret)
		bring_count_refault(space, xa_to_value(evicted));
	return ret;
}

/*
 * Is @backing the backing of a space for as long as the frame that the caller
 * just published stays?
 */
static __always_inline bool bring_settled(struct vmlab_space *space,
					  const struct vmlab_backing *backing)
{
	/* vmlab_frame_publish() ends with an atomic operation. */
	smp_mb__after_atomic();
	/* Pairs with the release in vmlab_space_set_backing(). */
	if (smp_load_acquire(&space->backing_changes))
		return false;
	return READ_ONCE(space->backing) == backing;
}

/* Wait until the backing was changed.  Returns 0, -EINTR or -EBUSY. */
static int bring_settle(struct vmlab_space *space, enum vmlab_bring_how how)
{
	if (how == VMLAB_BRING_NOWAIT)
		return -EBUSY;
	/* A fault: requests hold the lock, and so see no change. */
	if (down_read_killable(&space->backing_lock))
		return -EINTR;
	up_read(&space->backing_lock);
	return 0;
}

/*
 * Return an error of the backing or the swap store as one that no caller takes
 * for its own: the server of a file system can answer with any.
 */
static int bring_error(int err)
{
	switch (err) {
	case -EINTR:
		return fatal_signal_pending(current) ? err : -EIO;
	case -EBUSY:
	case -EDQUOT:
	case -EEXIST:
	case -ERANGE:
	case -ESTALE:
		return -EIO;
	default:
		return err;
	}
}

/*
 * Allocate a frame, publish it and fill it; with @written a huge one is marked as
 * written.  Returns it locked, with a reference, or an ERR_PTR() of -EEXIST when the
 * offset is taken, or of -ESTALE when the backing changes.
 */
static __always_inline struct folio *
bring_create(struct vmlab_space *space, pgoff_t pgoff, unsigned int order,
	     void *evicted, bool written, gfp_t gfp)
{
	const struct vmlab_backing *backing = READ_ONCE(space->backing);
	gfp_t node_gfp = gfp;
	struct folio *folio;
	int ret;

	gfp |= __GFP_HIGHMEM;
	/* Compact a little but do not reclaim: pages serve as well. */
	if (order)
		gfp |= __GFP_NORETRY | __GFP_NOWARN;
	if (!evicted || !(xa_to_value(evicted) & VMLAB_EVICTED_STORED))
		gfp |= backing->alloc_gfp;

	folio = vmlab_frame_alloc(space, pgoff, order, gfp);
	if (!folio)
		return ERR_PTR(-ENOMEM);
	ret = vmlab_frame_publish(space, folio, evicted, written,
				  node_gfp);
	if (unlikely(ret))
		return ERR_PTR(ret);

	ret = likely(bring_settled(space, backing)) ?
	      bring_error(bring_fill(space, folio, backing, evicted)) : -ESTALE;
	if (unlikely(ret)) {
		vmlab_frame_remove(space, folio, evicted);
		vmlab_frame_release(folio);
		return ERR_PTR(ret);
	}
	return folio;
}

/*
 * Hand a new frame to the pager, if the space has one by now.  Returns it, or an
 * ERR_PTR() of -ENOMEM.
 */
static __always_inline struct folio *bring_adopt(struct vmlab_space *space,
						 struct folio *folio,
						 struct vmlab_frame *charge)
{
	/*
	 * Pairs with the barriers in vmlab_space_truncate() and
	 * pager_start(): either they see the frame that was just
	 * published, or the checks below and in bring() see their change.
	 */
	smp_mb();
	if (vmlab_pager_on(&space->pager) &&
	    vmlab_pager_adopt(space, folio, charge)) {
		/* It may have contents: it stays, not adopted. */
		vmlab_frame_release(folio);
		return ERR_PTR(-ENOMEM);
	}
	return folio;
}

/* Create a frame within the budget, if the space has one. */
static __always_inline struct folio *
bring_create_charged(struct vmlab_space *space, pgoff_t pgoff,
		     unsigned int order, void *evicted, bool written,
		     enum vmlab_bring_how how)
{
	struct vmlab_frame *charge = NULL;
	gfp_t gfp = VMLAB_FRAME_GFP;
	struct folio *folio;

	/* A core dump must not fill the holes of a sparse mapping. */
	if (unlikely(current->flags & PF_DUMPCORE) && !evicted)
		return ERR_PTR(-ENXIO);
	/*
	 * Prefetch does not reclaim, and in a fault it does not wake kswapd.
	 * Other requests reclaim, but do not call the OOM killer.
	 */
	if (how == VMLAB_BRING_NOWAIT)
		gfp = (gfp & ~__GFP_RECLAIM) | __GFP_NOWARN;
	else if (how == VMLAB_BRING_PREFETCH)
		gfp = (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN;
	else if (how == VMLAB_BRING_REQUEST)
		gfp |= __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	if (vmlab_pager_on(&space->pager)) {
		if (!order && how == VMLAB_BRING_ACCESS &&
		    vmlab_charge_is_full(&space->pager))
			vmlab_together_note(space, pgoff);
		charge = order ? vmlab_charge_huge(space, 1u << order) :
			 vmlab_charge(space, how != VMLAB_BRING_NOWAIT,
				      how != VMLAB_BRING_ACCESS, gfp);
		if (IS_ERR(charge))
			return ERR_CAST(charge);
	}
	folio = bring_create(space, pgoff, order, evicted, written, gfp);
	if (IS_ERR(folio)) {
		vmlab_uncharge(space, charge);
		return folio;
	}
	return bring_adopt(space, folio, charge);
}

/*
 * Finish a frame that vmlab_frame_find_lock() added.  Returns it, locked, or an
 * ERR_PTR() of -ESTALE when the backing changes, or of -ENOMEM.
 */
static __always_inline struct folio *
bring_added(struct vmlab_space *space, struct folio *folio,
	    const struct vmlab_backing *backing)
{
	if (unlikely(!bring_settled(space, backing))) {
		vmlab_frame_remove(space, folio, NULL);
		vmlab_frame_release(folio);
		return ERR_PTR(-ESTALE);
	}
	return bring_adopt(space, folio, NULL);
}

/*
 * Lock a frame that was found, unless it is @locked; on failure it is unlocked and
 * its reference is put.  Returns 0, -EEXIST when a single frame is where a huge
 * one is wanted, -EBUSY, -EINTR.
 */
static __always_inline int bring_lock(struct folio *folio, unsigned int order,
				      enum vmlab_bring_how how, bool locked)
{
	int ret = 0;

	if (order && !folio_test_large(folio))
		ret = -EEXIST;
	else if (likely(locked))
		return 0;
	else if (how == VMLAB_BRING_NOWAIT)
		ret = -EBUSY;
	else if (folio_lock_killable(folio))
		ret = -EINTR;
	if (unlikely(ret)) {
		if (locked)
			folio_unlock(folio);
		folio_put(folio);
	}
	return ret;
}

/*
 * Go on with a frame without a mapping: it was removed, or is shared.  Where it is
 * to be written, it is replaced by one that is not shared, unless it has a memory
 * error: the caller reports that.  Returns the frame, or NULL when it was removed, or
 * an ERR_PTR() of -ENOMEM: it is unlocked then and its reference is put.
 */
static noinline struct folio *bring_shared(struct vmlab_space *space,
					   struct folio *folio, bool write)
{
	struct folio *own;

	if (!vmlab_frame_in(space, folio)) {
		vmlab_frame_release(folio);
		return NULL;
	}
	if (!write || vmlab_frame_poisoned(folio))
		return folio;
	own = vmlab_pager_unshare(space, folio);
	if (IS_ERR(own))
		folio_unlock(folio);
	if (own != folio)
		folio_put(folio);
	return own;
}

/* Does the space end before the end of a frame?  No space reaches 2^64 bytes. */
static __always_inline bool bring_beyond(struct vmlab_space *space,
					 pgoff_t pgoff, unsigned int order)
{
	/* A huge frame has a limit of its own: see vmlab_space_truncate(). */
	unsigned long end = order ? READ_ONCE(space->huge_end) :
				    READ_ONCE(space->nr_pages);

	return pgoff >= end || (order && end - pgoff < 1ul << order);
}

/*
 * Find, lock, recheck: the loop that all frames take.  @found as in
 * vmlab_bring_fault().
 */
static __always_inline struct folio *bring(struct vmlab_space *space,
					   pgoff_t pgoff, unsigned int order,
					   enum vmlab_bring_how how,
					   struct vmlab_found *found)
{
	const bool write = found->written;
	struct folio *folio;
	void *evicted;
	bool created;
	int ret;

again:
	if (unlikely(bring_beyond(space, pgoff, order)))
		return ERR_PTR(-ERANGE);

	found->written = write;
	/* A pager has to charge it first. */
	found->add = !order && how == VMLAB_BRING_ACCESS &&
		     !vmlab_pager_on(&space->pager);
	folio = vmlab_frame_find_lock(space, pgoff, &evicted, found);
	created = !folio || found->add;
	if (created) {
		if (order && evicted)
			return ERR_PTR(-EEXIST);
		folio = folio ? bring_added(space, folio, found->backing) :
				bring_create_charged(space, pgoff, order,
						     evicted, write, how);
		if (IS_ERR(folio)) {
			if (!order && PTR_ERR(folio) == -EEXIST)
				goto again;
			if (PTR_ERR(folio) != -ESTALE)
				return folio;
			ret = bring_settle(space, how);
			if (ret)
				return ERR_PTR(ret);
			goto again;
		}
	} else {
		ret = bring_lock(folio, order, how, found->locked);
		if (unlikely(ret))
			return ERR_PTR(ret);
	}

	if (unlikely(!folio->mapping)) {
		folio = bring_shared(space, folio, write);
		if (!folio)
			goto again;
		if (IS_ERR(folio))
			return folio;
	}
	if (unlikely(bring_beyond(space, pgoff, order))) {
		/* A new frame was never mapped: nothing to unmap. */
		if (created)
			vmlab_pager_remove(space, folio, NULL);
		vmlab_frame_release(folio);
		return ERR_PTR(-ERANGE);
	}

	if (!created && how == VMLAB_BRING_ACCESS &&
	    vmlab_pager_on(&space->pager))
		vmlab_pager_access(space, folio);
	if (order)
		found->written = created && write;
	found->add = created;
	return folio;
}

/**
 * vmlab_bring() - return the frame at an offset, and fill it if it is new
 * @space: the space
 * @pgoff: offset in the space, pages
 * @how: for an access, or before one
 * @filled: set to whether this call filled the frame; unchanged on error
 *
 * Context: process context, may sleep; takes the folio lock.  The caller may
 * hold the lock of another folio only with VMLAB_BRING_NOWAIT.
 * Return: the folio, locked and with a reference: it stays in the space while
 * the caller holds the lock.  It can be shared, and so must not be written.  Or an
 * ERR_PTR():
 *   -ERANGE  at or beyond the end of the space
 *   -ENOMEM  no memory for the frame
 *   -EDQUOT  the limit of the user's resident pages is reached
 *   -EINTR   the task was killed while it waited for a lock
 *   -EBUSY   it would have to wait
 *   -ENXIO   the task dumps core, and the page was never filled
 *   others   from the backing
 */
struct folio *vmlab_bring(struct vmlab_space *space, pgoff_t pgoff,
			  enum vmlab_bring_how how, bool *filled)
{
	struct vmlab_found found = { .written = false };
	struct folio *folio = bring(space, pgoff, 0, how, &found);

	if (!IS_ERR(folio))
		*filled = found.add;
	return folio;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bring);

/**
 * vmlab_bring_fault() - vmlab_bring() for the access of a fault
 * @space: the space
 * @pgoff: offset in the space, pages
 * @found: its member written says whether the access writes to the frame: then a new
 *	one may be marked at once, and a shared one is replaced.  Set: "written" to whether
 *	vmlab_frame_mark_dirty() would change nothing as long as the caller holds
 *	the folio lock, false when that is not known; "add" to whether this call
 *	filled the frame
 *
 * Context: as vmlab_bring().
 * Return: as vmlab_bring(); with "written", a frame that is not shared, unless it has a
 * memory error.
 */
struct folio *vmlab_bring_fault(struct vmlab_space *space, pgoff_t pgoff,
				struct vmlab_found *found)
{
	return bring(space, pgoff, 0, VMLAB_BRING_ACCESS, found);
}

#ifdef VMLAB_HAVE_HUGE
/**
 * vmlab_bring_huge() - return the huge frame around an offset, filled if new
 * @space: the space
 * @pgoff: offset in the space, pages
 * @found: its member written says whether the access writes to the frame.  Set, except
 *	on error: "add" to whether this call filled the frame; "written" to whether it
 *	marked it as written: the caller marks others
 *
 * Context: process context, may sleep; takes the folio lock.
 * Return: as vmlab_bring(), or an ERR_PTR():
 *   -ERANGE  the space ends before the frame would
 *   -EEXIST  the range has resident or evicted pages already
 *   -EBUSY   the budget has no room for the frame
 *   -ENOMEM  no memory for it
 *   -EINTR   the task was killed while it waited for a lock
 */
struct folio *vmlab_bring_huge(struct vmlab_space *space, pgoff_t pgoff,
			       struct vmlab_found *found)
{
	pgoff_t first = round_down(pgoff, HPAGE_PMD_NR);
	unsigned long at = first;
	struct folio *folio;
	void *entry;

	/* Seen before any work is done, and again when it is published. */
	entry = xa_find(&space->frames.xa, &at, first + HPAGE_PMD_NR - 1,
			XA_PRESENT);
	if (xa_is_value(entry) || (entry && at != first))
		return ERR_PTR(-EEXIST);

	folio = bring(space, first, HPAGE_PMD_ORDER, VMLAB_BRING_ACCESS, found);
	if (!IS_ERR(folio)) {
		if (found->add)
			vmlab_count(space, huge_filled);
	} else if (PTR_ERR(folio) == -ENOMEM || PTR_ERR(folio) == -EBUSY) {
		vmlab_count(space, huge_fallback);
	}
	return folio;
}
#endif /* VMLAB_HAVE_HUGE */
