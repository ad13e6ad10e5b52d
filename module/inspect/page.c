// SPDX-License-Identifier: GPL-2.0
/* The pages of a process and their frames, in batches. */
#include <linux/hugetlb.h>
#include <linux/mm.h>

#include "inspect/frame.h"
#include "inspect/pagetable.h"

/* Pages of huge entries described before the table's lock is released. */
#define PAGES_PER_LOCK	512

static void page_record(struct vmlab_page_batch *b, struct vmlab_page *r,
			const struct vmlab_entry *e, u64 pfn, u64 bits)
{
	r->entry_flags = bits & b->filter.show;
	if (!b->privileged)
		return;
	r->swap_type = e->swap_type;
	r->swap_offset = e->swap_offset;
	if (vmlab_entry_has_frame(e))
		vmlab_frame_facts(e, pfn, bits & VMLAB_PTE_ZERO, r);
}

static u64 page_entries(struct vmlab_walk *w, u64 raw, unsigned int i,
			unsigned int nr, u64 from, u64 to)
{
	struct vmlab_page_batch *b = w->private;
	const unsigned int level = w->table.level;
	const u64 start = from & ~(BIT_ULL(vmlab_pt_shift(level)) - 1);
	struct vmlab_entry e;
	u64 addr;

	vmlab_pt_decode(level, raw, &e);
	/* One entry may map thousands of pages: do not hold the lock for all. */
	to = min(to, from + PAGES_PER_LOCK * PAGE_SIZE);
	w->pause = level > 1;
	for (addr = from; addr < to && w->budget > 0; addr += PAGE_SIZE) {
		u64 bits = e.flags;
		u64 pfn = e.pfn + ((addr - start) >> PAGE_SHIFT);

		if (is_vm_hugetlb_page(w->vma))
			bits |= VMLAB_PTE_HUGETLB;
		bits |= vmlab_frame_bits(w->vma, level, &e, pfn,
					 w->table.shared);
		w->budget--;
		if (!vmlab_pt_filter_match(&b->filter, bits))
			continue;
		if (b->filled == b->nr) {
			w->pause = false;
			break;
		}
		b->records[b->filled] = (struct vmlab_page){
			.addr = addr,
			.level = level,
		};
		page_record(b, &b->records[b->filled++], &e, pfn, bits);
	}
	return addr;
}

static const struct vmlab_walk_ops page_ops = {
	.entries = page_entries,
};

/**
 * vmlab_inspect_pages() - describe a part of a process's pages
 * @b: emptied and filled; the caller sets @filter, @privileged, @records and
 *	@nr, and reads the cost from @walk.tables_read
 * @mm: the mm; the caller holds a reference in mm_users
 * @start: first address, a multiple of the page size
 * @end: end of the range, a multiple of the page size; 0 for all
 * @cursor: 0 to start; set to the cursor for the next call
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: as vmlab_inspect_ptes().
 */
int vmlab_inspect_pages(struct vmlab_page_batch *b, struct mm_struct *mm,
			u64 start, u64 end, u64 *cursor)
{
	int ret;

	b->filled = 0;
	b->walk.mm = mm;
	b->walk.ops = &page_ops;
	b->walk.private = b;
	b->walk.alike = false;
	ret = vmlab_walk_start(&b->walk, start, end, *cursor);
	if (!ret)
		ret = vmlab_walk(&b->walk);
	if (!ret)
		*cursor = vmlab_walk_cursor(&b->walk);
	return ret;
}
