// SPDX-License-Identifier: GPL-2.0
/* Totals of a process's page tables. */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "inspect/pagetable.h"

/* The kernel counts tables of these levels: PTE, PMD and PUD. */
#define LEVELS_COUNTED	3

static bool totals_table(struct vmlab_walk *w, unsigned int level)
{
	struct vmlab_pgtable_totals *r = w->private;

	r->level[level - 1].tables++;
	if (level < r->levels)
		r->level[level].table++;
	return true;
}

static u64 totals_entries(struct vmlab_walk *w, u64 raw, unsigned int i,
			  unsigned int nr, u64 from, u64 to)
{
	struct vmlab_pgtable_totals *r = w->private;
	struct vmlab_entry e;

	vmlab_pt_decode(w->table.level, raw, &e);
	if (e.flags & VMLAB_PTE_PRESENT)
		r->level[w->table.level - 1].leaf += nr;
	else
		r->level[w->table.level - 1].other += nr;
	/*
	 * mm deposits a PTE table for each huge page of anonymous memory, the
	 * huge zero page included, and keeps it during migration.
	 */
	if (w->table.level == 2 && vma_is_anonymous(w->vma) &&
	    !(w->vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
		r->deposited += nr;
	return to;
}

static const struct vmlab_walk_ops totals_ops = {
	.table = totals_table,
	.entries = totals_entries,
};

static void totals_finish(struct vmlab_pgtable_totals *r)
{
	unsigned int i;

	for (i = 0; i < r->levels; i++) {
		struct vmlab_pgtable_level *l = &r->level[i];
		u64 entries = l->tables * VMLAB_PT_ENTRIES;
		u64 used = l->table + l->leaf + l->other;

		l->shift = vmlab_pt_shift(i + 1);
		l->bytes = l->tables * PAGE_SIZE;
		/* The upper half of the PGD belongs to the kernel. */
		if (i + 1 == r->levels)
			entries = l->tables *
				  (vmlab_pt_index(i + 1, TASK_SIZE_MAX - 1) +
				   1);
		/* The tables of a target that runs change during the walk. */
		l->none = entries - min(used, entries);
		if (i < LEVELS_COUNTED)
			r->bytes += l->bytes;
	}
	r->bytes += r->deposited * PAGE_SIZE;
}

/**
 * vmlab_inspect_pgtotals() - count the page tables of a process
 * @mm: the mm; the caller holds a reference in mm_users
 * @r: zero on entry; filled in except for its size and target
 *
 * The walk reaches all tables: mm frees a table when it unmaps the last VMA
 * that needs it.
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and
 * releases it after some thousand entries each time.
 * Return: as vmlab_inspect_ptes(), or -ENOMEM.
 */
int vmlab_inspect_pgtotals(struct mm_struct *mm, struct vmlab_pgtable_totals *r)
{
	struct vmlab_walk *walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	int ret;

	if (!walk)
		return -ENOMEM;
	walk->mm = mm;
	walk->ops = &totals_ops;
	walk->private = r;
	walk->alike = true;
	r->levels = vmlab_pt_levels();
	ret = vmlab_walk_start(walk, 0, 0, 0);
	if (!ret)
		ret = vmlab_walk(walk);
	if (!ret) {
		r->tables_read = walk->tables_read;
		r->kernel_bytes = mm_pgtables_bytes(mm);
		totals_finish(r);
	}
	kfree(walk);
	return ret;
}
