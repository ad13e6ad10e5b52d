// SPDX-License-Identifier: GPL-2.0
/*
 * Huge frames: one folio of 2 MiB, which has all of its 512 offsets in the
 * xarray, so that whoever looks one of them up finds it without knowing.
 *
 * It is filled, mapped, written and evicted as a whole.  There is no splitting
 * in place: it leaves to the swap store, and comes back page by page.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>

#include "backing/backing.h"
#include "compat.h"
#include "huge.h"
#include "policy/policy.h"
#include "space.h"

#ifdef VMLAB_HAVE_HUGE

/**
 * vmlab_huge_possible() - does this machine map 2 MiB at once?
 *
 * Context: any.
 * Return: whether it does.
 */
bool vmlab_huge_possible(void)
{
	return has_transparent_hugepage();
}

/**
 * vmlab_huge_wanted() - should a fault be served by a huge frame?
 * @space: the space
 * @vmf: the fault
 *
 * Not while each access is to be seen or rules disturb faults, which are about
 * pages.  A private mapping that is written copies pages.
 *
 * Context: a page fault.
 * Return: whether it should.
 */
bool vmlab_huge_wanted(struct vmlab_space *space, const struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;

	return READ_ONCE(space->huge) && space->backing->huge &&
	       !vmlab_pager_stepping(&space->pager) &&
	       !rcu_access_pointer(space->inject) &&
	       (vma->vm_flags & VM_SHARED || !(vmf->flags & FAULT_FLAG_WRITE)) &&
	       thp_vma_suitable_order((struct vm_area_struct *)vma,
				      vmf->address, HPAGE_PMD_ORDER);
}

/* Put a folio at all of its offsets.  Returns -EEXIST when one is taken. */
static int vmlab_huge_publish(struct vmlab_space *space, struct folio *folio)
{
	XA_STATE_ORDER(range, &space->frames, folio->index, HPAGE_PMD_ORDER);
	XA_STATE(xas, &space->frames, folio->index);
	unsigned long i;

	do {
		xas_lock(&range);
		if (xas_find_conflict(&range))
			xas_set_err(&range, -EEXIST);
		/* Then storing takes no more memory. */
		xas_create_range(&range);
		for (i = 0; !xas_error(&range) && i < HPAGE_PMD_NR; i++) {
			xas_set(&xas, folio->index + i);
			xas_store(&xas, folio);
		}
		xas_unlock(&range);
	} while (xas_nomem(&range, GFP_KERNEL_ACCOUNT));
	return xas_error(&range);
}

static int vmlab_huge_fill(struct vmlab_space *space, struct folio *folio,
			   const struct vmlab_backing *backing)
{
	unsigned long i;
	int ret = 0;

	for (i = 0; backing->fill && !ret && i < HPAGE_PMD_NR; i++) {
		ret = backing->fill(space, folio, folio->index + i);
		cond_resched();
	}
	return ret;
}

/* Allocate a huge frame and publish it.  Returns it locked, with a reference. */
static struct folio *vmlab_huge_create(struct vmlab_space *space,
				       pgoff_t first)
{
	const struct vmlab_backing *backing = READ_ONCE(space->backing);
	struct folio *folio;
	int ret;

	/* Compact a little, but reclaim nothing for it: pages will do. */
	folio = folio_alloc(GFP_HIGHUSER | __GFP_ACCOUNT | __GFP_NORETRY |
			    __GFP_NOWARN | backing->alloc_gfp,
			    HPAGE_PMD_ORDER);
	if (!folio)
		return ERR_PTR(-ENOMEM);

	/* Nobody else knows it yet, so this never waits. */
	folio_lock(folio);
	folio->index = first;
	folio->private = NULL;
	/* Before it is published: whoever finds it checks the mapping. */
	folio->mapping = space->inode->i_mapping;

	ret = vmlab_huge_publish(space, folio);
	if (unlikely(ret)) {
		folio->mapping = NULL;
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(ret);
	}
	vmlab_frames_add(space, HPAGE_PMD_NR);
	/* The xarray keeps the first reference, the caller gets another. */
	folio_get(folio);

	ret = vmlab_huge_fill(space, folio, backing);
	if (unlikely(ret)) {
		vmlab_frame_remove(space, folio, NULL);
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(ret);
	}
	return folio;
}

/* The same within the budget, if there is one. */
static struct folio *vmlab_huge_create_charged(struct vmlab_space *space,
					       pgoff_t first)
{
	struct vmlab_pager *pager = &space->pager;
	struct vmlab_frame *charge = NULL;
	unsigned long pgoff = first;
	struct folio *folio;

	/* Seen before the work is done, and again by who publishes. */
	if (xa_find(&space->frames, &pgoff, first + HPAGE_PMD_NR - 1,
		    XA_PRESENT))
		return ERR_PTR(-EEXIST);
	if (vmlab_pager_on(pager)) {
		charge = vmlab_pager_charge_huge(space, HPAGE_PMD_NR);
		if (IS_ERR(charge)) {
			vmlab_count(space, huge_fallback);
			return ERR_CAST(charge);
		}
	}
	folio = vmlab_huge_create(space, first);
	if (IS_ERR(folio)) {
		vmlab_pager_uncharge(space, charge);
		if (PTR_ERR(folio) != -EEXIST)
			vmlab_count(space, huge_fallback);
		return folio;
	}
	/*
	 * Pairs with the barriers in vmlab_space_truncate() and
	 * vmlab_pager_start(), as that of vmlab_space_bring().
	 */
	smp_mb();
	if (vmlab_pager_on(pager) && vmlab_pager_adopt(space, folio, charge)) {
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(-ENOMEM);
	}
	vmlab_count(space, huge_filled);
	return folio;
}

/* Does the space end before all of a huge frame? */
static bool vmlab_huge_beyond(struct vmlab_space *space, pgoff_t first)
{
	unsigned long nr_pages = READ_ONCE(space->nr_pages);

	return first >= nr_pages || nr_pages - first < HPAGE_PMD_NR;
}

/**
 * vmlab_huge_bring() - the huge frame at an offset, filled if it is not there
 * @space: the space
 * @pgoff: offset in the space, pages
 * @filled: set to whether this call filled the frame; untouched on error
 *
 * Context: process context, may sleep; takes the folio lock.
 * Return: the folio, locked and with a reference, as vmlab_space_bring(), or
 * an ERR_PTR():
 *   -ERANGE  the space ends before it would
 *   -EEXIST  there are pages already, here or before they were evicted
 *   -EBUSY   the budget has no room for it
 *   -ENOMEM  no memory for it
 *   -EINTR   the task was killed while it waited for a lock
 */
struct folio *vmlab_huge_bring(struct vmlab_space *space, pgoff_t pgoff,
			       bool *filled)
{
	pgoff_t first = round_down(pgoff, HPAGE_PMD_NR);
	struct folio *folio;
	bool created;

again:
	if (unlikely(vmlab_huge_beyond(space, first)))
		return ERR_PTR(-ERANGE);

	folio = vmlab_space_peek(space, first);
	created = !folio;
	if (created) {
		folio = vmlab_huge_create_charged(space, first);
		if (IS_ERR(folio))
			return folio;
	} else if (!folio_test_large(folio)) {
		folio_put(folio);
		return ERR_PTR(-EEXIST);
	} else if (folio_lock_killable(folio)) {
		folio_put(folio);
		return ERR_PTR(-EINTR);
	}

	if (unlikely(!folio->mapping)) {
		folio_unlock(folio);
		folio_put(folio);
		goto again;
	}
	if (unlikely(vmlab_huge_beyond(space, first))) {
		/* If it is new, it was never mapped: nothing to unmap. */
		if (created)
			vmlab_frame_remove(space, folio, NULL);
		folio_unlock(folio);
		folio_put(folio);
		return ERR_PTR(-ERANGE);
	}

	if (!created && vmlab_pager_on(&space->pager))
		vmlab_pager_access(space, folio);
	*filled = created;
	return folio;
}

#endif /* VMLAB_HAVE_HUGE */
