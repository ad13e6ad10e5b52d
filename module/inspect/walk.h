/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over the page tables of a process. */
#ifndef VMLAB_WALK_H
#define VMLAB_WALK_H

#include <linux/mm_types.h>

#include <linux/vmlab.h>

#include "arch.h"

/**
 * struct vmlab_pt_run - entries of one table, copied at one moment
 * @addr: start of what the first entry covers
 * @nr: how many; they are empty or leaves, or their table is at @level with a
 *	single entry that leads further
 * @level: of the table
 * @shared: the table is shared with another process (hugetlb)
 * @path: by level, counted from 0 for level 1: the entry that was followed
 *	or, on @level, the first one, and the table that it is in
 * @entry: the entries
 */
struct vmlab_pt_run {
	u64 addr;
	unsigned int nr;
	unsigned int level;
	bool shared;
	struct {
		u64 raw;
		u64 table;
	} path[VMLAB_PT_LEVELS_MAX];
	u64 entry[VMLAB_PT_ENTRIES];
};

struct vmlab_walk;

/**
 * struct vmlab_walk_ops - what to do on the way, under mmap_lock
 * @table: optional: the walk comes to a table of @level for the first time;
 *	run.path[@level] is what points to it, if not the PGD itself.  False
 *	when there is no room to report it
 * @entry: an entry that is not empty and no table; @from and @to is the part
 *	of what it covers that lies in the walk's range and in walk->vma, the
 *	entry itself is walk->run.entry[@i].  Returns the address up to which it
 *	was reported: @to, or less for want of room or of walk->budget
 *
 * Both must not sleep for long.
 */
struct vmlab_walk_ops {
	bool (*table)(struct vmlab_walk *walk, unsigned int level);
	u64 (*entry)(struct vmlab_walk *walk, unsigned int i, u64 from, u64 to);
};

/**
 * struct vmlab_walk - a walk under way
 * @mm: whose tables; the caller holds a reference in mm_users
 * @ops: whom to tell
 * @private: theirs
 * @addr: everything below was reported
 * @end: where to stop
 * @entered: bit n: the table of level n that leads to @addr was reported
 * @tables_read: tables copied so far
 * @budget: what may be done before mmap_lock is released
 * @vma: the VMA under way, valid in the callbacks
 * @run: the entries under way
 */
struct vmlab_walk {
	struct mm_struct *mm;
	const struct vmlab_walk_ops *ops;
	void *private;
	u64 addr;
	u64 end;
	unsigned int entered;
	u64 tables_read;
	int budget;
	struct vm_area_struct *vma;
	struct vmlab_pt_run run;
};

bool vmlab_pt_read(struct mm_struct *mm, u64 addr, u64 end,
		   struct vmlab_pt_run *run);
void vmlab_walk_advance(struct vmlab_walk *walk, u64 to);
u64 vmlab_walk_cursor(const struct vmlab_walk *walk);
int vmlab_walk_start(struct vmlab_walk *walk, u64 start, u64 end, u64 cursor);
int vmlab_walk(struct vmlab_walk *walk);

#endif /* VMLAB_WALK_H */
