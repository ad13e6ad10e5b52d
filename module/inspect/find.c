// SPDX-License-Identifier: GPL-2.0
/* Look up an address or a range among the VMAs of a process. */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "inspect/inspect.h"

/**
 * vmlab_find_entries() - find the entries at, below and above a range
 * @mt: the tree
 * @start: the range's first index
 * @end: its end, above @start
 * @found: array of VMLAB_FIND_NR, each set to an entry or to NULL
 * @gap: set to the free range that @start lies in, [0] to [1] inclusive; valid
 *	only when the function returns true
 *
 * mm's find_vma() is the first entry that ends above @start,
 * find_vma_intersection() the same unless it starts at or above @end.
 *
 * Context: the caller excludes writers; takes RCU itself.
 * Return: true when @start is free.
 */
bool vmlab_find_entries(struct maple_tree *mt, unsigned long start,
			unsigned long end, void *found[VMLAB_FIND_NR],
			unsigned long gap[2])
{
	MA_STATE(at, mt, start, start);
	MA_STATE(below, mt, start, start);
	MA_STATE(above, mt, end, end);
	void *entry;
	bool is_free;

	memset(found, 0, VMLAB_FIND_NR * sizeof(*found));
	rcu_read_lock();

	entry = mas_find(&at, ULONG_MAX);
	found[VMLAB_FIND_VMA] = entry;
	if (entry && at.index < end)
		found[VMLAB_FIND_INTERSECTION] = entry;
	is_free = !entry || at.index > start;
	gap[1] = entry ? at.index - 1 : ULONG_MAX;

	/*
	 * When @start is inside an entry, this is the one below that entry.  From
	 * an entry it is a step, from the root a descent.
	 */
	if (entry)
		below = at;
	found[VMLAB_FIND_PREV] = mas_prev(&below, 0);
	gap[0] = found[VMLAB_FIND_PREV] ? below.last + 1 : 0;

	if (entry && at.last >= end - 1) {
		/* No other entry is below @end. */
		if (at.index < end)
			entry = mas_find(&at, ULONG_MAX);
	} else {
		entry = mas_find(&above, ULONG_MAX);
		if (entry && above.index < end)
			entry = mas_find(&above, ULONG_MAX);
	}
	found[VMLAB_FIND_NEXT] = entry;

	rcu_read_unlock();
	return is_free;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_find_entries);

static int find_records(struct vmlab_find *r, void *found[VMLAB_FIND_NR],
			struct vmlab_vma_batch *batch)
{
	unsigned int i, j;
	int ret;

	for (i = 0; i < VMLAB_FIND_NR; i++) {
		if (!found[i] || xa_is_internal(found[i]))
			continue;
		r->found |= 1u << i;
		for (j = 0; found[j] != found[i]; j++)
			;
		if (j < i) {
			r->vma[i] = r->vma[j];
			continue;
		}
		ret = vmlab_vma_batch_add(batch, found[i]);
		if (ret)
			return ret;
		r->vma[i] = batch->vmas[batch->filled - 1];
	}
	return 0;
}

/**
 * vmlab_inspect_find() - look up an address or a range
 * @mm: the mm; the caller holds a reference in mm_users
 * @r: its start and end are read; found, gap, costs and records are set
 * @batch: empty, with room for VMLAB_FIND_NR records and their names
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, -ENOSPC when the names do not fit, or -EINTR when the caller was
 * killed while it waited.
 */
int vmlab_inspect_find(struct mm_struct *mm, struct vmlab_find *r,
		       struct vmlab_vma_batch *batch)
{
	void *found[VMLAB_FIND_NR];
	unsigned long gap[2];
	unsigned int pivots;
	int ret;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	r->map_count = mm->map_count;
	r->depth = vmlab_tree_walk(&mm->mm_mt, 0, &pivots);
	r->nodes = vmlab_tree_walk(&mm->mm_mt, r->start, &pivots);
	r->pivots = pivots;
	if (vmlab_find_entries(&mm->mm_mt, r->start, r->end, found, gap) &&
	    r->start < mm->task_size) {
		r->gap_start = gap[0];
		r->gap_end = min(gap[1], mm->task_size - 1) + 1;
	}
	ret = find_records(r, found, batch);
	mmap_read_unlock(mm);
	return ret;
}
