// SPDX-License-Identifier: GPL-2.0
/* Fault-around: a read fault maps the resident pages that follow. */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "fault/around.h"
#include "frame/frame.h"
#include "pager/residence.h"

/* Pages mapped at a time: mm holds the page-table lock for half of them. */
#define AROUND_BATCH	16

/* Neighbouring frames, locked: the first of @nr is at @pgoff. */
struct around_run {
	pgoff_t pgoff;
	unsigned int nr;
	struct folio *folio[AROUND_BATCH];
	struct page *page[AROUND_BATCH];
};

/* Count the frames from the one at @i on that may be mapped. */
static unsigned int run_usable(struct vmlab_space *space,
			       struct around_run *run, unsigned int i)
{
	const unsigned long end = READ_ONCE(space->nr_pages);
	const unsigned int first = i;

	for (; i < run->nr && run->pgoff + i < end; i++) {
		run->page[i] = vmlab_frame_page(run->folio[i], run->pgoff + i);
		if (PageHWPoison(run->page[i]))
			break;
	}
	return i - first;
}

/* Map the frames of a run where no entry is, and count them. */
static void run_map(struct vmlab_space *space, struct vm_fault *vmf,
		    struct around_run *run, unsigned long addr)
{
	unsigned int i, k, asked, mapped, sum = 0;

	for (i = 0; i < run->nr;) {
		asked = run_usable(space, run, i);
		mapped = asked ? vmlab_insert_pages(vmf, addr + i * PAGE_SIZE,
						    run->page + i, asked,
						    &asked) : 0;
		for (k = i; k < i + mapped; k++)
			vmlab_pager_mapped_around(run->folio[k]);
		sum += mapped;
		/* Skip the one that stopped it. */
		i += mapped + (mapped == asked && asked ? 0 : 1);
	}
	vmlab_count_add(space, mapped_around, sum);
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
	const unsigned long addr = vmf->address & PAGE_MASK;
	const unsigned long end = min(vmf->vma->vm_end,
				      (addr & PMD_MASK) + PMD_SIZE);
	const pgoff_t last = vmf->pgoff +
			     min_t(unsigned long, (end - addr) / PAGE_SIZE - 1,
				   READ_ONCE(space->pager.prefetch_pages));
	struct around_run run __uninitialized;
	unsigned int i;

	for (run.pgoff = vmf->pgoff + 1; run.pgoff <= last; run.pgoff += run.nr) {
		run.nr = vmlab_frame_lock_run(space, &run.pgoff, last,
					      run.folio, AROUND_BATCH);
		if (!run.nr)
			break;
		run_map(space, vmf, &run,
			addr + (run.pgoff - vmf->pgoff) * PAGE_SIZE);
		for (i = 0; i < run.nr; i++)
			vmlab_frame_release(run.folio[i]);
	}
}
