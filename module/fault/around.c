// SPDX-License-Identifier: GPL-2.0
/* Fault-around: a read fault maps the resident pages that follow. */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "fault/around.h"
#include "frame/frame.h"
#include "pager/residence.h"

/* Map a frame that is resident, without waiting.  Returns whether it did. */
static bool around_map(struct vmlab_space *space, struct vm_fault *vmf,
		       unsigned long addr, struct folio *folio, pgoff_t pgoff)
{
	struct page *page = vmlab_frame_page(folio, pgoff);

	return folio->mapping && !PageHWPoison(page) &&
	       pgoff < READ_ONCE(space->nr_pages) &&
	       vmlab_insert_page(vmf, addr, folio, page);
}

/**
 * vmlab_map_around() - map those of the next pages that are resident
 * @space: the space
 * @vmf: a read fault; the folio of its page is locked
 *
 * Not in ->map_pages: mm calls that under RCU, where no page table can be
 * allocated.  Nor beyond the page table of the fault: the next one may be a
 * huge entry.  This one cannot become one, for its frame is locked.
 *
 * Context: a page fault, may sleep.
 */
void vmlab_map_around(struct vmlab_space *space, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PAGE_MASK;
	unsigned long end = min(vma->vm_end, (addr & PMD_MASK) + PMD_SIZE);
	pgoff_t pgoff = vmf->pgoff;
	unsigned int nr = READ_ONCE(space->pager.prefetch_pages);

	while (nr-- && (addr += PAGE_SIZE) < end) {
		struct folio *folio = vmlab_frame_get(space, ++pgoff);

		if (!folio)
			continue;
		if (folio_trylock(folio)) {
			if (around_map(space, vmf, addr, folio, pgoff)) {
				vmlab_pager_mapped_around(folio);
				vmlab_count(space, mapped_around);
			}
			folio_unlock(folio);
		}
		folio_put(folio);
	}
}
