/* SPDX-License-Identifier: GPL-2.0 */
/* Entries that ->fault sets itself, instead of mm after it. */
#ifndef VMLAB_FAULT_ENTRY_H
#define VMLAB_FAULT_ENTRY_H

#include <linux/mm.h>

/*
 * May ->fault set the entry of its own page?  Not where mm does more: it maps a large
 * folio as a whole, counts pages of mlock(2), copies pages of private mappings or
 * checks them for the OOM reaper, and has allocated a page table before ->fault
 * locked the folio.
 */
static inline bool vmlab_fault_may_set_entry(const struct vm_fault *vmf,
					     struct folio *folio)
{
	return !folio_test_large(folio) &&
	       (vmf->vma->vm_flags & (VM_SHARED | VM_LOCKED)) == VM_SHARED &&
	       !pmd_none(*vmf->pmd);
}

#endif /* VMLAB_FAULT_ENTRY_H */
