// SPDX-License-Identifier: GPL-2.0
/* The entries of a process's page tables, in batches, folded into runs. */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>

#include "compat.h"
#include "inspect/frame.h"
#include "inspect/inspect.h"
#include "inspect/pagetable.h"

/**
 * vmlab_pt_filter_init() - set up the filter of a request
 * @filter: filled in
 * @query: the request
 *
 * Context: any.
 * Return: 0, or -EINVAL when a mask has bits that do not exist.
 */
int vmlab_pt_filter_init(struct vmlab_pt_filter *filter,
			 const struct vmlab_ptes *query)
{
	if ((query->category_inverted | query->category_mask |
	     query->category_anyof_mask | query->return_mask) &
	    ~VMLAB_PTE_ALL)
		return -EINVAL;
	filter->inverted = query->category_inverted;
	filter->mask = query->category_mask;
	filter->anyof = query->category_anyof_mask;
	filter->show = query->return_mask ?: VMLAB_PTE_ALL;
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_filter_init);

/**
 * vmlab_pt_filter_match() - check whether an entry passes a filter
 * @filter: the filter
 * @flags: VMLAB_PTE_* of the entry
 *
 * Context: any.
 * Return: true when it passes.
 */
bool vmlab_pt_filter_match(const struct vmlab_pt_filter *filter, u64 flags)
{
	flags ^= filter->inverted;
	if ((flags & filter->mask) != filter->mask)
		return false;
	return !filter->anyof || flags & filter->anyof;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_filter_match);

/**
 * vmlab_pt_filter_needs() - return the bits that a filter tests or reports
 * @filter: the filter
 *
 * Context: any.
 * Return: VMLAB_PTE_* bits.
 */
u64 vmlab_pt_filter_needs(const struct vmlab_pt_filter *filter)
{
	return filter->mask | filter->anyof | filter->show;
}

/**
 * vmlab_pte_fold() - check whether a record continues a run
 * @last: the run
 * @r: the record
 * @contiguous: its place in memory or swap follows that of the run
 *
 * Context: any.
 * Return: true when the two can be one record.
 */
bool vmlab_pte_fold(const struct vmlab_pte *last, const struct vmlab_pte *r,
		    bool contiguous)
{
	return last->end == r->start && last->level == r->level &&
	       last->flags == r->flags && last->pkey == r->pkey &&
	       last->swap_type == r->swap_type && contiguous;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pte_fold);

/* The place that an entry refers to: a frame or a slot of swap. */
static u64 place(const struct vmlab_entry *e)
{
	return e->flags & VMLAB_PTE_SWAP ? e->swap_offset : e->pfn;
}

/* The place that would continue a run which ends with @nr entries as @e. */
static u64 place_after(const struct vmlab_entry *e, unsigned int level, u64 nr)
{
	if (e->flags & VMLAB_PTE_SWAP || e->pfn)
		return place(e) +
		       nr * BIT_ULL(vmlab_pt_shift(level) - PAGE_SHIFT);
	return 0;
}

static bool contiguous(const struct vmlab_pte_batch *b,
		       const struct vmlab_entry *e, u64 bits)
{
	if (!b->by_place)
		return true;
	/* A run of entries of the zero page has one frame for all. */
	if (bits & VMLAB_PTE_ZERO)
		return true;
	return place(e) == b->next;
}

/*
 * Nothing may fold with the last record when its VMA may have been replaced
 * while mmap_lock was not held.  Kernels without per-VMA locks do not count changes,
 * and a new VMA can be equal to the old one in all members: there, no record
 * continues after the lock was released.
 */
static void pte_locked(struct vmlab_walk *w, bool again)
{
	struct vmlab_pte_batch *b = w->private;

	if (vmlab_inspect_changed(w->mm, &b->generation, !again))
		b->fold_end = 0;
}

/* Where the next record is built. */
static struct vmlab_pte *next_record(struct vmlab_pte_batch *b)
{
	return b->filled < b->nr ? &b->records[b->filled] : &b->spare;
}

/*
 * Add the record @r, from next_record(), of @r->nr entries, the first of which
 * is @e.  False when there is no room.
 */
static bool add_record(struct vmlab_pte_batch *b, struct vmlab_pte *r,
		       const struct vmlab_entry *e, u64 bits)
{
	const u64 entry_start = r->start;
	struct vmlab_pte *last = b->records + b->filled - !!b->filled;

	r->shift = vmlab_pt_shift(r->level);
	r->end = r->start + (r->nr << r->shift);
	r->flags = bits & b->filter.show;
	r->pkey = e->pkey;
	if (!(bits & VMLAB_PTE_TABLE))
		r->start = vmlab_walk_record_start(&b->walk, entry_start);
	if (b->privileged) {
		r->phys = e->pfn << PAGE_SHIFT;
		if (e->pfn)
			r->phys += r->start - entry_start;
		r->swap_type = e->swap_type;
		r->swap_offset = e->swap_offset;
	} else {
		r->raw = 0;
	}

	/* Records of tables stand alone. */
	if (bits & VMLAB_PTE_TABLE)
		b->fold_end = 0;
	/* Without a record to fold with, fold_end is 0. */
	if (r->start < b->fold_end &&
	    vmlab_pte_fold(last, r, contiguous(b, e, bits))) {
		last->end = r->end;
		last->nr += r->nr;
	} else if (b->filled < b->nr) {
		b->filled++;
		if (!(b->flags & VMLAB_PTES_RAW) && !(bits & VMLAB_PTE_TABLE))
			b->fold_end = b->walk.vma->vm_end;
	} else {
		return false;
	}
	b->next = place_after(e, r->level, r->nr);
	return true;
}

/* Can vmlab_frame_run() describe the frames of these entries? */
static bool is_small_run(const struct vmlab_walk *w, u64 raw,
			 const struct vmlab_entry *e)
{
	return w->table.level == 1 && vmlab_pt_place(1, raw) &&
	       !(e->flags & (VMLAB_PTE_SPECIAL | VMLAB_PTE_DEVMAP)) &&
	       !is_vm_hugetlb_page(w->vma);
}

/*
 * Set @bits for the first of @nr entries from @i on, which are alike but for
 * their frames; return how many of them have the same.  @raw is the first.
 */
static unsigned int frame_run(const struct vmlab_walk *w, u64 raw,
			      unsigned int i, unsigned int nr,
			      struct vmlab_entry *e, u64 *bits)
{
	const unsigned int level = w->table.level;

	if (is_small_run(w, raw, e)) {
		e->pfn = vmlab_pt_pfn(raw);
		return vmlab_frame_run(w->table.entry + i, nr, bits);
	}
	vmlab_pt_decode(level, raw, e);
	*bits = vmlab_frame_bits(w->vma, level, e, e->pfn, w->table.shared);
	return 1;
}

/* Count the entries, at most @max, whose frames are adjacent to that of @raw. */
static unsigned int count_adjacent(const u64 *entry, u64 raw, u64 place,
				   u64 step, unsigned int max)
{
	unsigned int nr;

	for (nr = 1; nr < max; nr++) {
		raw += step;
		if ((READ_ONCE(entry[nr]) ^ raw) & place)
			break;
	}
	return nr;
}

/*
 * Add a record for each run of adjacent frames among the entries from @i to
 * @last.  They equal those of the last record, whose first entry is @raw, but for
 * their frames.  @start is the address of the first.  Return the address up to
 * which there was room.
 */
static u64 add_places(const struct vmlab_walk *w, u64 raw, unsigned int i,
		      unsigned int last, u64 start)
{
	struct vmlab_pte_batch *b = w->private;
	struct vmlab_pte *r = b->records + b->filled;
	const struct vmlab_pte *stop = b->records + b->nr;
	const struct vmlab_pte like = r[-1];
	const u64 place = vmlab_pt_place(like.level, raw);
	const u64 step = BIT_ULL(like.shift);
	const u64 *entry = w->table.entry;
	unsigned int nr;

	for (; i < last && r < stop; i += nr, r++) {
		/* The CPU may have set bits since the first was read. */
		raw = (raw & ~place) | (READ_ONCE(entry[i]) & place);
		nr = count_adjacent(entry + i, raw, place, step, last - i);
		r->start = start;
		start += nr * step;
		r->end = start;
		r->flags = like.flags;
		r->raw = raw;
		r->phys = raw & place;
		r->swap_offset = 0;
		r->nr = nr;
		r->index = i;
		r->level = like.level;
		r->shift = like.shift;
		r->pkey = like.pkey;
		r->swap_type = 0;
		r->reserved = 0;
		b->next = (r->phys + nr * step) >> PAGE_SHIFT;
	}
	b->filled = r - b->records;
	return start;
}

static u64 pte_entries(struct vmlab_walk *w, u64 raw, unsigned int i,
		       unsigned int nr, u64 from, u64 to)
{
	struct vmlab_pte_batch *b = w->private;
	const bool frames = vmlab_pt_filter_needs(&b->filter) &
			    VMLAB_PTE_FRAME_BITS;
	const unsigned int level = w->table.level;
	const unsigned int shift = vmlab_pt_shift(level);
	const u64 place = vmlab_pt_place(level, raw);
	const unsigned int last = i + nr;
	u64 start = from >> shift << shift;
	struct vmlab_entry e;
	u64 entry_bits;

	vmlab_pt_decode(level, raw, &e);
	entry_bits = e.flags;
	if (is_vm_hugetlb_page(w->vma))
		entry_bits |= VMLAB_PTE_HUGETLB;
	if (!frames && !vmlab_pt_filter_match(&b->filter, entry_bits))
		return to;
	for (; i < last; i += nr) {
		u64 bits = 0;

		nr = last - i;
		if (b->by_place && place)
			nr = count_adjacent(w->table.entry + i, raw, place,
					    BIT_ULL(shift), nr);
		if (frames)
			nr = frame_run(w, raw, i, nr, &e, &bits);
		bits |= entry_bits;
		if (vmlab_pt_filter_match(&b->filter, bits)) {
			struct vmlab_pte *r = next_record(b);

			*r = (struct vmlab_pte){
				.start = start,
				.raw = raw,
				.nr = nr,
				.index = i,
				.level = level,
			};
			if (!add_record(b, r, &e, bits))
				return max(from, start);
		}
		if (i + nr == last)
			break;
		start += (u64)nr << shift;
		if (!frames)
			return min(add_places(w, raw, i + nr, last, start), to);
		/* The CPU may have set bits of the next ones since the first was read. */
		raw = (raw & ~place) | (READ_ONCE(w->table.entry[i + nr]) & place);
		e.pfn = (raw & place) >> PAGE_SHIFT;
	}
	return to;
}

static bool pte_table(struct vmlab_walk *w, unsigned int level)
{
	struct vmlab_pte_batch *b = w->private;
	const unsigned int above = level + 1;
	struct vmlab_entry e;
	struct vmlab_pte *r;
	u64 raw;

	/* Nothing points to the PGD. */
	if (level == vmlab_pt_levels() || !(b->flags & VMLAB_PTES_TABLES))
		return true;
	raw = w->table.path[level].raw;
	vmlab_pt_decode(above, raw, &e);
	if (!vmlab_pt_filter_match(&b->filter, e.flags))
		return true;
	r = next_record(b);
	*r = (struct vmlab_pte){
		.start = w->addr >> vmlab_pt_shift(above)
				 << vmlab_pt_shift(above),
		.raw = raw,
		.nr = 1,
		.index = vmlab_pt_index(above, w->addr),
		.level = above,
	};
	return add_record(b, r, &e, e.flags);
}

static const struct vmlab_walk_ops pte_ops = {
	.table = pte_table,
	.entries = pte_entries,
	.locked = pte_locked,
};

/**
 * vmlab_inspect_ptes() - describe a part of a process's page tables
 * @b: emptied and filled; the caller sets @filter, @flags, @privileged,
 *	@records and @nr, and reads the cost from @walk.tables_read
 * @mm: the mm; the caller holds a reference in mm_users
 * @start: first address, a multiple of the page size
 * @end: end of the range, a multiple of the page size; 0 for all
 * @cursor: 0 to start; set to the cursor for the next call
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, with b->filled at 0 at the end; -EINVAL for a bad range or cursor;
 * -EINTR when the caller was killed; -EOPNOTSUPP when the layout of page tables
 * of this architecture is not known.
 */
int vmlab_inspect_ptes(struct vmlab_pte_batch *b, struct mm_struct *mm,
		       u64 start, u64 end, u64 *cursor)
{
	int ret;

	b->filled = 0;
	b->fold_end = 0;
	b->by_place = b->privileged && !(b->flags & VMLAB_PTES_FOLD_FLAGS);
	b->walk.mm = mm;
	b->walk.ops = &pte_ops;
	b->walk.private = b;
	b->walk.alike = !(b->flags & VMLAB_PTES_RAW);
	ret = vmlab_walk_start(&b->walk, start, end, *cursor);
	if (!ret)
		ret = vmlab_walk(&b->walk);
	if (!ret)
		*cursor = vmlab_walk_cursor(&b->walk);
	return ret;
}
