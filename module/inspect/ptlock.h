/* SPDX-License-Identifier: GPL-2.0 */
/* Find the page table for an address and lock it. */
#ifndef VMLAB_PTLOCK_H
#define VMLAB_PTLOCK_H

#include <linux/mm_types.h>
#include <linux/spinlock_types.h>

#include <linux/vmlab.h>

#include "compat.h"

/**
 * struct vmlab_pt_table - a page table that is locked
 * @entry: its entries; read each with READ_ONCE(): the CPU sets accessed and
 *	dirty bits without any lock
 * @level: its level
 * @shared: hugetlb shares the table with another process
 * @ptl: its lock
 * @path: by level, counted from 0 for level 1: the entry that leads to the
 *	next table or, on @level, the entry for the address, and the physical
 *	address of the table that the entry is in
 */
struct vmlab_pt_table {
	const u64 *entry;
	unsigned int level;
	bool shared;
	spinlock_t *ptl;	/* held; protects what mm changes in @entry */
	struct {
		u64 raw;
		u64 table;
	} path[VMLAB_PT_LEVELS_MAX];
};

void vmlab_pt_lock(struct mm_struct *mm, u64 addr, struct vmlab_pt_table *t)
	__acquires_shared(RCU) __acquires(t->ptl);
void vmlab_pt_unlock(struct vmlab_pt_table *t)
	__releases(t->ptl) __releases_shared(RCU);
int vmlab_pt_lock_vma(struct vm_area_struct *vma);
void vmlab_pt_unlock_vma(struct vm_area_struct *vma);

#endif /* VMLAB_PTLOCK_H */
