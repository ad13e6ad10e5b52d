/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over the page tables of a process. */
#ifndef VMLAB_WALK_H
#define VMLAB_WALK_H

#include <linux/mm_types.h>

#include <linux/vmlab.h>

#include "inspect/arch.h"
#include "inspect/ptlock.h"

struct vmlab_walk;

/**
 * struct vmlab_walk_ops - what to do on the way
 * @table: optional: the walk enters a table of @level for the first time;
 *	table.path[@level] is what points to it, unless it is the PGD.  Returns
 *	false when there is no room for a record
 * @entries: @nr leaf entries from walk->table.entry[@i] on.  The first is @raw,
 *	the others equal it but for their frames; 1 unless walk->alike.  [@from, @to) is
 *	the part of their range that lies in the walk's range and in walk->vma.
 *	Returns the address up to which they were reported: @to, or less when
 *	there is no room for records or walk->budget is used up
 * @locked: optional: mmap_lock was taken, @again: not for the first time
 *
 * @table and @entries run under the lock of the page table and mmap_lock: they
 * must not sleep, allocate or touch user memory.
 */
struct vmlab_walk_ops {
	bool (*table)(struct vmlab_walk *walk, unsigned int level);
	u64 (*entries)(struct vmlab_walk *walk, u64 raw, unsigned int i,
		       unsigned int nr, u64 from, u64 to);
	void (*locked)(struct vmlab_walk *walk, bool again);
};

/**
 * struct vmlab_walk - state of a walk
 * @mm: the mm; the caller holds a reference in mm_users
 * @ops: the callbacks
 * @private: for the callbacks
 * @alike: one call of @entries takes entries with equal bits together
 * @start: where the walk's range starts
 * @addr: everything below was reported
 * @end: where to stop
 * @entered: bit n: the table of level n that leads to @addr was reported
 * @tables_read: tables read so far
 * @budget: entries that may be read before mmap_lock is released
 * @pause: set by @entries: release the table's lock before the next entry
 * @vma: the VMA being walked, valid in the callbacks
 * @table: the table being read, valid in the callbacks
 */
struct vmlab_walk {
	struct mm_struct *mm;
	const struct vmlab_walk_ops *ops;
	void *private;
	bool alike;
	u64 start;
	u64 addr;
	u64 end;
	unsigned int entered;
	u64 tables_read;
	int budget;
	bool pause;
	struct vm_area_struct *vma;
	struct vmlab_pt_table table;
};

/*
 * Where the record of an entry starts: at the entry, unless a part of it was
 * reported before as other entries, from which khugepaged made a huge page.
 */
static inline u64 vmlab_walk_record_start(const struct vmlab_walk *walk,
					  u64 entry_start)
{
	return walk->addr > walk->start ? max(walk->addr, entry_start) :
					  entry_start;
}

void vmlab_walk_advance(struct vmlab_walk *walk, u64 to);
u64 vmlab_walk_cursor(const struct vmlab_walk *walk);
int vmlab_walk_start(struct vmlab_walk *walk, u64 start, u64 end, u64 cursor);
int vmlab_walk(struct vmlab_walk *walk);

#endif /* VMLAB_WALK_H */
