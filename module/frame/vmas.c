// SPDX-License-Identifier: GPL-2.0
/*
 * The VMAs that map a space: those in the i_mmap tree of its inode.
 *
 * mm keeps the tree and does not export its iterators; they are generated here
 * again, as mm/interval_tree.c does.  Only the iterators are used.
 */
#include <linux/fs.h>
#include <linux/interval_tree_generic.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "frame/vmas.h"

static inline pgoff_t vma_first(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff;
}

/* Before 6.10, vma_pages() takes no pointer to const. */
static inline pgoff_t vma_last(struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

INTERVAL_TREE_DEFINE(struct vm_area_struct, shared.rb, unsigned long,
		     shared.rb_subtree_last, vma_first, vma_last,
		     static __maybe_unused, vmas)

/**
 * vmlab_vmas_count() - count the VMAs that map a space
 * @space: the space
 *
 * Context: process context, may sleep; takes i_mmap_rwsem.
 * Return: their number.
 */
unsigned long vmlab_vmas_count(struct vmlab_space *space)
{
	struct address_space *mapping = space->inode->i_mapping;
	struct vm_area_struct *vma;
	unsigned long nr = 0;

	i_mmap_lock_read(mapping);
	for (vma = vmas_iter_first(&mapping->i_mmap, 0, ULONG_MAX); vma;
	     vma = vmas_iter_next(vma, 0, ULONG_MAX)) {
		nr++;
		cond_resched();
	}
	i_mmap_unlock_read(mapping);
	return nr;
}

/**
 * vmlab_vmas_locked() - tell whether a VMA locks pages in memory
 * @space: the space
 * @first: first offset, pages
 * @last: last offset, pages, inclusive
 *
 * PG_mlocked does not tell: frames are not on the LRU lists, where mm counts
 * the VMAs that lock a page, so the first munlock(2) clears the flag.  VM_LOCKED
 * of a VMA is right, and RLIMIT_MEMLOCK bounds the pages that it covers.
 *
 * Context: process context, may sleep; takes i_mmap_rwsem.
 * Return: whether a VMA that maps one of the pages is locked.
 */
bool vmlab_vmas_locked(struct vmlab_space *space, pgoff_t first, pgoff_t last)
{
	struct address_space *mapping = space->inode->i_mapping;
	struct vm_area_struct *vma;

	i_mmap_lock_read(mapping);
	for (vma = vmas_iter_first(&mapping->i_mmap, first, last); vma;
	     vma = vmas_iter_next(vma, first, last)) {
		if (vma->vm_flags & VM_LOCKED)
			break;
		/* As mm does: processes can map a page any number of times. */
		cond_resched();
	}
	i_mmap_unlock_read(mapping);
	return vma;
}
