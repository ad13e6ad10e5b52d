// SPDX-License-Identifier: GPL-2.0
/* A process's page tables in sum. */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "pagetable.h"

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

static u64 totals_entry(struct vmlab_walk *w, unsigned int i, u64 from, u64 to)
{
	struct vmlab_pgtable_totals *r = w->private;
	struct vmlab_entry e;

	vmlab_pt_decode(w->run.level, w->run.entry[i], &e);
	if (e.flags & VMLAB_PTE_PRESENT)
		r->level[w->run.level - 1].leaf++;
	else
		r->level[w->run.level - 1].other++;
	/*
	 * For each huge page of anonymous memory, the huge zero page too, mm
	 * sets a PTE table aside, and keeps it while the page is migrated.
	 */
	if (w->run.level == 2 && vma_is_anonymous(w->vma) &&
	    !(w->vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
		r->deposited++;
	return to;
}

static const struct vmlab_walk_ops totals_ops = {
	.table = totals_table,
	.entry = totals_entry,
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
		/* Of the PGD the upper half is the kernel's. */
		if (i + 1 == r->levels)
			entries = l->tables *
				  (vmlab_pt_index(i + 1, TASK_SIZE_MAX - 1) +
				   1);
		/* A target that runs may change between two looks at it. */
		l->none = entries - min(used, entries);
		if (i < LEVELS_COUNTED)
			r->bytes += l->bytes;
	}
	r->bytes += r->deposited * PAGE_SIZE;
}

/**
 * vmlab_inspect_pgtotals() - count the page tables of a process
 * @mm: whose; the caller holds a reference in mm_users
 * @r: filled in, but for its size and target; zero on entry
 *
 * All tables are seen: one that leads to no address inside a VMA is freed when
 * the last such VMA is unmapped.
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and
 * releases it now and then.
 * Return: as vmlab_inspect_ptes(), and -ENOMEM.
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
