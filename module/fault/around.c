// SPDX-License-Identifier: GPL-2.0
/* Fault-around: a read fault maps the resident pages that follow. */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "fault/around.h"
#include "frame/frame.h"
#include "pager/residence.h"

/* Map a frame that is resident, without waiting.  Returns whether it did. */
static bool around_map(struct vmlab_space *space, struct vm_area_struct *vma,
		       unsigned long addr, struct folio *folio, pgoff_t pgoff)
{
	struct page *page = vmlab_frame_page(folio, pgoff);

	return folio->mapping && !PageHWPoison(page) &&
	       pgoff < READ_ONCE(space->nr_pages) &&
	       !vm_insert_page(vma, addr, page);
}

/**
 * vmlab_map_around() - map those of the next pages that are resident
 * @space: the space
 * @vmf: a read fault in a VM_MIXEDMAP mapping
 *
 * Not in ->map_pages: mm calls that under RCU, where no page table can be
 * allocated.
 *
 * Context: a page fault, may sleep.
 */
void vmlab_map_around(struct vmlab_space *space, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PAGE_MASK;
	pgoff_t pgoff = vmf->pgoff;
	unsigned int nr = READ_ONCE(space->pager.prefetch_pages);

	while (nr-- && (addr += PAGE_SIZE) < vma->vm_end) {
		struct folio *folio = vmlab_frame_get(space, ++pgoff);

		if (!folio)
			continue;
		if (folio_trylock(folio)) {
			if (around_map(space, vma, addr, folio, pgoff)) {
				vmlab_pager_mapped_around(folio);
				vmlab_count(space, mapped_around);
			}
			folio_unlock(folio);
		}
		folio_put(folio);
	}
}
