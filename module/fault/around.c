// SPDX-License-Identifier: GPL-2.0
/* Fault-around: a read fault maps the resident pages that follow. */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "fault/around.h"
#include "fault/entry.h"
#include "frame/frame.h"
#include "pager/residence.h"
#include "space/hold.h"

/* Frames locked at a time: mm holds the page-table lock for half of them. */
#define AROUND_BATCH	16

/*
 * Set @pages to those of the frames at @pgoff that may be mapped, up to the first
 * that may not.  Returns how many they are.
 */
static unsigned int run_pages(struct vmlab_space *space, pgoff_t pgoff,
			      struct folio **folios, unsigned int nr,
			      struct page **pages)
{
	const unsigned long end = READ_ONCE(space->nr_pages);
	unsigned int i;

	for (i = 0; i < nr && pgoff + i < end; i++) {
		pages[i] = vmlab_frame_page(folios[i], pgoff + i);
		if (PageHWPoison(pages[i]))
			break;
	}
	return i;
}

/*
 * Map neighbouring frames, the first of which is at @pgoff, where no entry is.
 * Returns their number, and in @first whether the first one is among them.
 */
static unsigned int run_map(struct vmlab_space *space, struct vm_fault *vmf,
			    pgoff_t pgoff, struct folio **folios,
			    unsigned int nr, bool *first)
{
	const unsigned long addr = (vmf->address & PAGE_MASK) +
				   (pgoff - vmf->pgoff) * PAGE_SIZE;
	struct page *pages[AROUND_BATCH + 1] __uninitialized;
	unsigned int i, k, asked, mapped, sum = 0;

	*first = false;
	for (i = 0; i < nr; i += mapped) {
		mapped = 0;
		asked = run_pages(space, pgoff + i, folios + i, nr - i, pages);
		if (asked)
			mapped = vmlab_insert_pages(vmf, addr + i * PAGE_SIZE,
						    pages, asked, &asked);
		*first |= !i && mapped;
		for (k = i; k < i + mapped; k++)
			vmlab_pager_mapped_around(space, folios[k]);
		sum += mapped;
		/* Skip the one that stopped it. */
		if (!asked || mapped < asked)
			i++;
	}
	return sum;
}

/**
 * vmlab_map_around() - map those of the next pages that are resident
 * @space: the space
 * @vmf: a read fault
 * @folio: the frame of its page, locked
 *
 * Not in ->map_pages: mm calls that under RCU, where no page table can be
 * allocated.  Nor beyond the page table of the fault: the next one may be a
 * huge entry.  This one cannot become one, for its frame is locked.
 *
 * Context: a page fault, may sleep.
 * Return: whether the page of the fault was mapped too.
 */
bool vmlab_map_around(struct vmlab_space *space, struct vm_fault *vmf,
		      struct folio *folio)
{
	const unsigned long addr = vmf->address & PAGE_MASK;
	const unsigned long end = min(vmf->vma->vm_end,
				      (addr & PMD_MASK) + PMD_SIZE);
	const pgoff_t last = vmf->pgoff +
			     min_t(unsigned long, (end - addr) / PAGE_SIZE - 1,
				   READ_ONCE(space->pager.prefetch_pages));
	struct folio *folios[1 + AROUND_BATCH] __uninitialized;
	/* Can the page of the fault be mapped together with its neighbours? */
	const bool may_own = !VMLAB_AROUND_VM_FLAGS &&
			     vmlab_fault_may_set_entry(vmf, folio);
	pgoff_t pgoff = vmf->pgoff + 1;
	unsigned int i, nr, sum = 0;
	bool own = false;

	folios[0] = folio;
	for (; pgoff <= last; pgoff += nr) {
		bool with, first;

		nr = vmlab_frame_lock_run(space, &pgoff, last, folios + 1,
					  AROUND_BATCH);
		if (!nr)
			break;
		with = may_own && pgoff == vmf->pgoff + 1;
		first = false;
		/* A clone may have copied them since the fault began. */
		if (!vmlab_held(space, vmf->flags))
			sum += run_map(space, vmf, pgoff - with, folios + !with,
				       nr + with, &first);
		own |= with && first;
		for (i = 1; i <= nr; i++)
			vmlab_frame_release(folios[i]);
	}
	vmlab_count_add(space, mapped_around, sum - own);
	return own;
}
