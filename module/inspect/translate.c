// SPDX-License-Identifier: GPL-2.0
/* The translation of one address, step by step. */
#include <linux/mm.h>
#include <linux/mmap_lock.h>

#include "compat.h"
#include "inspect/pagetable.h"

static u32 outcome(unsigned int level, u64 raw, u64 flags)
{
	if (vmlab_pt_kind(level, raw) == VMLAB_PT_NONE)
		return VMLAB_WALK_NONE;
	if (flags & VMLAB_PTE_PROTNONE)
		return VMLAB_WALK_PROTNONE;
	if (flags & VMLAB_PTE_PRESENT)
		return VMLAB_WALK_MAPPED;
	if (flags & VMLAB_PTE_SWAP)
		return VMLAB_WALK_SWAP;
	if (flags & VMLAB_PTE_MIGRATION)
		return VMLAB_WALK_MIGRATION;
	if (flags & (VMLAB_PTE_DEV_PRIVATE | VMLAB_PTE_DEV_EXCLUSIVE))
		return VMLAB_WALK_DEVICE;
	if (flags & VMLAB_PTE_HWPOISON)
		return VMLAB_WALK_HWPOISON;
	return VMLAB_WALK_MARKER;
}

static u8 vma_access(const struct vm_area_struct *vma)
{
	u8 access = 0;

	if (vma->vm_flags & VM_READ)
		access |= VMLAB_ACCESS_READ;
	if (vma->vm_flags & VM_WRITE)
		access |= VMLAB_ACCESS_WRITE;
	if (vma->vm_flags & VM_EXEC)
		access |= VMLAB_ACCESS_EXEC;
	return access;
}

/* Return what all levels together allow user mode. */
static u8 walk_access(const struct vmlab_translation *r)
{
	u8 access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE | VMLAB_ACCESS_EXEC;
	unsigned int i;

	if (r->outcome != VMLAB_WALK_MAPPED)
		return 0;
	for (i = 0; i < r->steps; i++) {
		if (!(r->step[i].flags & VMLAB_PTE_USER))
			return 0;
		if (!(r->step[i].flags & VMLAB_PTE_WRITE))
			access &= ~VMLAB_ACCESS_WRITE;
		if (r->step[i].flags & VMLAB_PTE_NX)
			access &= ~VMLAB_ACCESS_EXEC;
	}
	return access;
}

static void describe_walk(struct vmlab_translation *r, bool privileged,
			  const struct vmlab_pt_table *t)
{
	u64 offset = r->addr & (BIT_ULL(vmlab_pt_shift(t->level)) - 1);
	struct vmlab_entry e = {};
	unsigned int level;

	for (level = r->levels; level >= t->level; level--) {
		struct vmlab_walk_step *step = &r->step[r->steps++];
		u64 raw = t->path[level - 1].raw;

		vmlab_pt_decode(level, raw, &e);
		step->flags = e.flags;
		if (!privileged)
			continue;
		step->table = t->path[level - 1].table;
		step->raw = raw;
		step->phys = e.pfn << PAGE_SHIFT;
	}
	r->outcome = outcome(t->level, t->path[t->level - 1].raw, e.flags);
	r->access = walk_access(r);
	r->pkey = e.pkey;
	if (!privileged)
		return;
	r->swap_type = e.swap_type;
	r->swap_offset = e.swap_offset;
	if (e.flags & VMLAB_PTE_PRESENT)
		r->phys = (e.pfn << PAGE_SHIFT) + offset;
}

/* Copy the entries on the way to @page, the last under its lock. */
static int read_path(struct vm_area_struct *vma, u64 page,
		     struct vmlab_pt_table *t)
{
	if (vmlab_pt_lock_vma(vma))
		return -EINTR;
	vmlab_pt_lock(vma->vm_mm, page, t);
	vmlab_pt_unlock(t);
	vmlab_pt_unlock_vma(vma);
	return 0;
}

static void describe_vma(struct vmlab_translation *r,
			 const struct vm_area_struct *vma)
{
	r->vma_start = vma->vm_start;
	r->vma_end = vma->vm_end;
	r->vm_flags = vma->vm_flags;
	r->vma_pgoff = vma->vm_pgoff;
	r->vma_access = vma_access(vma);
}

static void describe_address(struct vmlab_translation *r)
{
	unsigned int i;

	r->levels = vmlab_pt_levels();
	for (i = 0; i < r->levels; i++) {
		r->step[i].level = r->levels - i;
		r->step[i].shift = vmlab_pt_shift(r->step[i].level);
		r->step[i].index = vmlab_pt_index(r->step[i].level, r->addr);
	}
}

/**
 * vmlab_inspect_translate() - walk the page tables for one address
 * @mm: the mm; the caller holds a reference in mm_users
 * @privileged: report raw entries, frame numbers and swap locations
 * @r: @addr is read; zero otherwise on entry, filled in except for its size and
 *	target
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, -EINVAL when the address is not in the user half, -EINTR when the
 * caller was killed, -EOPNOTSUPP when the layout of page tables of this
 * architecture is not known.
 */
int vmlab_inspect_translate(struct mm_struct *mm, bool privileged,
			    struct vmlab_translation *r)
{
	const u64 page = r->addr & PAGE_MASK;
	struct vm_area_struct *vma;
	struct vmlab_pt_table t;
	int ret = 0;

	if (!vmlab_pt_levels())
		return -EOPNOTSUPP;
	if (r->addr >= TASK_SIZE_MAX)
		return -EINVAL;

	describe_address(r);
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	vma = find_vma(mm, page);
	if (!vma || vma->vm_start > page) {
		r->outcome = VMLAB_WALK_NO_VMA;
	} else {
		describe_vma(r, vma);
		ret = read_path(vma, page, &t);
		if (!ret)
			describe_walk(r, privileged, &t);
	}
	mmap_read_unlock(mm);
	return ret;
}
