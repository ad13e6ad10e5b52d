/* SPDX-License-Identifier: GPL-2.0 */
/* The facts that struct page has of a page frame. */
#ifndef VMLAB_FRAME_H
#define VMLAB_FRAME_H

#include <linux/mm_types.h>

#include <linux/vmlab.h>

#include "inspect/arch.h"

/* The bits of an entry that come from struct page. */
#define VMLAB_PTE_FRAME_BITS \
	(VMLAB_PTE_ZERO | VMLAB_PTE_ANON | VMLAB_PTE_FILE | VMLAB_PTE_EXCLUSIVE)

u64 vmlab_frame_bits(const struct vm_area_struct *vma, unsigned int level,
		     const struct vmlab_entry *entry, u64 pfn, bool shared);
unsigned int vmlab_frame_run(const u64 *entries, unsigned int nr, u64 *bits);
void vmlab_frame_facts(const struct vmlab_entry *entry, u64 pfn, bool zero,
		       struct vmlab_page *record);

#endif /* VMLAB_FRAME_H */
