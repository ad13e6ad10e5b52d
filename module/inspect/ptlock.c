// SPDX-License-Identifier: GPL-2.0
/*
 * Find the page table for an address and lock it.
 *
 * What keeps a table from being freed while it is read:
 *
 * - The PGD lives as long as the mm, on which the caller holds a reference in
 *   mm_users; so exit_mmap() does not run either.
 * - munmap() and mremap() free the tables of a range after they removed its
 *   VMAs from the tree, under mmap_lock held for writing or downgraded from
 *   it, and only tables that no neighbouring VMA needs.  mmap_lock held for
 *   reading therefore keeps the tables that lead to an address inside a VMA.
 *   So the walk reads only addresses inside VMAs.
 * - Two kinds of tables can be freed even so.  khugepaged removes a PTE table
 *   when it collapses file memory (since 6.5 without mmap_lock), and zapping
 *   removes one that became empty (CONFIG_PT_RECLAIM).  Both clear the PMD
 *   entry under the table's lock and free the table after an RCU grace period:
 *   take RCU, take the lock, then read the PMD entry again.  hugetlb removes a
 *   PMD table that processes share, under its lock on the VMA held for writing:
 *   see vmlab_pt_lock_vma().
 *
 * Why the lock: mm clears an entry, flushes the TLB and sets the entry again
 * under the lock alone (page_mkclean(), try_to_migrate(), wp_page_copy(), NUMA
 * hints, KSM).  A reader without the lock sees an empty entry for a page that
 * is resident all the time.
 */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "inspect/arch.h"
#include "inspect/ptlock.h"

#ifdef CONFIG_HUGETLB_PAGE
/* As hugetlb_vma_lock_read(), which is not exported. */
static struct rw_semaphore *hugetlb_sema(struct vm_area_struct *vma)
{
	struct hugetlb_vma_lock *lock = vma->vm_private_data;

	/* Tables of other VMAs are not shared. */
	if (!is_vm_hugetlb_page(vma) || !(vma->vm_flags & VM_MAYSHARE) || !lock)
		return NULL;
	return &lock->rw_sema;
}
#else
static struct rw_semaphore *hugetlb_sema(struct vm_area_struct *vma)
{
	return NULL;
}
#endif

/**
 * vmlab_pt_lock_vma() - keep the tables of a VMA from being unshared
 * @vma: the VMA
 *
 * Context: process context, may sleep; mmap_lock held, which is taken first.
 * Return: 0 and the caller must vmlab_pt_unlock_vma(), or -EINTR when the
 * caller was killed.
 */
int vmlab_pt_lock_vma(struct vm_area_struct *vma)
{
	struct rw_semaphore *sema = hugetlb_sema(vma);

	return sema ? down_read_killable(sema) : 0;
}

/**
 * vmlab_pt_unlock_vma() - undo vmlab_pt_lock_vma()
 * @vma: the VMA
 *
 * Context: process context; mmap_lock held since vmlab_pt_lock_vma().
 */
void vmlab_pt_unlock_vma(struct vm_area_struct *vma)
	__context_unsafe(/* which VMAs have a lock is known at run time only */)
{
	struct rw_semaphore *sema = hugetlb_sema(vma);

	if (sema)
		up_read(sema);
}

/* Go down to the table that has a leaf or nothing for @addr, without locks. */
static const u64 *find_table(struct mm_struct *mm, u64 addr,
			     struct vmlab_pt_table *t)
{
	const u64 *parent = NULL, *entry;
	u64 raw;

	t->entry = vmlab_pt_root(mm);
	for (t->level = vmlab_pt_levels();; t->level--) {
		entry = t->entry + vmlab_pt_index(t->level, addr);
		raw = READ_ONCE(*entry);
		t->path[t->level - 1].raw = raw;
		t->path[t->level - 1].table = __pa(t->entry);
		if (vmlab_pt_kind(t->level, raw) != VMLAB_PT_TABLE)
			return parent;
		parent = entry;
		t->entry = vmlab_pt_next(raw);
	}
}

/* Is @t, now that it is locked, still the last table for @addr? */
static bool is_last_table(struct vmlab_pt_table *t, const u64 *parent,
			  u64 addr)
{
	u64 raw;

	if (parent && !vmlab_pt_same_table(t->path[t->level].raw,
					   READ_ONCE(*parent)))
		return false;
	raw = READ_ONCE(t->entry[vmlab_pt_index(t->level, addr)]);
	t->path[t->level - 1].raw = raw;
	return vmlab_pt_kind(t->level, raw) != VMLAB_PT_TABLE;
}

/**
 * vmlab_pt_lock() - find and lock the last table for an address
 * @mm: the mm
 * @addr: an address inside a VMA
 * @t: filled in
 *
 * As pte_offset_map_lock() in mm/pgtable-generic.c, on any level.  It tries
 * again only when the table was replaced in the moment before it was locked.
 *
 * Context: mmap_lock held, and vmlab_pt_lock_vma(); returns with RCU and a spin
 * lock held: the caller must vmlab_pt_unlock().
 */
void vmlab_pt_lock(struct mm_struct *mm, u64 addr, struct vmlab_pt_table *t)
	__acquires_shared(RCU) __acquires(t->ptl)
{
	const u64 *parent;

	mmap_assert_locked(mm);
	for (;;) {
		rcu_read_lock();
		parent = find_table(mm, addr, t);
		t->ptl = vmlab_pt_lockptr(mm, t->level, t->entry,
					  parent ? t->path[t->level].raw : 0);
		spin_lock(t->ptl);
		if (is_last_table(t, parent, addr))
			break;
		spin_unlock(t->ptl);
		rcu_read_unlock();
	}
	t->shared = t->level == 2 && hugetlb_pmd_shared((pte_t *)t->entry);
}

/**
 * vmlab_pt_unlock() - undo vmlab_pt_lock()
 * @t: the table
 *
 * Context: any.
 */
void vmlab_pt_unlock(struct vmlab_pt_table *t)
	__releases(t->ptl) __releases_shared(RCU)
{
	spin_unlock(t->ptl);
	rcu_read_unlock();
}
