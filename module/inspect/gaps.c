// SPDX-License-Identifier: GPL-2.0
/* The free ranges between the VMAs of a process, in batches. */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "inspect/inspect.h"

#define STATS_GAPS	512
/* Bounds the time under mmap_lock where VMAs have no gaps between them. */
#define VMAS_PER_STRETCH	4096

/**
 * vmlab_gaps_fill() - list the free ranges of a tree of VMAs
 * @mt: the tree
 * @cursor: list the free ranges from this address on; set to the address for
 *	the next call, at least @end at the end
 * @end: list the free ranges below this address
 * @guard_gap: bytes that mmap() keeps free below a stack
 * @gaps: array to fill
 * @nr: its length
 *
 * Reads a bounded number of VMAs: it may return before it found a free range.
 *
 * Context: the caller excludes writers; takes RCU itself.
 * Return: the number of records filled.
 */
unsigned int vmlab_gaps_fill(struct maple_tree *mt, u64 *cursor, u64 end,
			     unsigned long guard_gap, struct vmlab_gap *gaps,
			     unsigned int nr)
{
	unsigned long at = *cursor, prev_start = 0;
	unsigned int filled = 0, read = 0;
	struct vmlab_gap *gap = NULL;
	void *entry;
	u64 gap_end, guard;

	if (at >= end)
		return 0;

	rcu_read_lock();
	{
		MA_STATE(prev, mt, at, at);
		MA_STATE(mas, mt, at, at);

		if (mas_prev(&prev, 0))
			prev_start = prev.index;

		while (filled < nr && at < end && read++ < VMAS_PER_STRETCH) {
			entry = mas_find(&mas, ULONG_MAX);
			gap_end = entry ? min_t(u64, mas.index, end) : end;
			if (gap_end > at) {
				gap = &gaps[filled++];
				memset(gap, 0, sizeof(*gap));
				gap->start = at;
				gap->end = gap_end;
				gap->prev_start = prev_start;
			}
			if (gap_end > at && entry && gap_end == mas.index) {
				gap->next_end = (u64)mas.last + 1;
				guard = vmlab_vma_guard(entry, guard_gap);
				gap->guard = min(guard, gap_end - at);
			}
			at = entry ? min_t(u64, (u64)mas.last + 1, end) : end;
			prev_start = mas.index;
			/* No address lies above the last byte. */
			if (entry && mas.last == ULONG_MAX)
				at = end;
		}
	}
	rcu_read_unlock();
	*cursor = at;
	return filled;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_gaps_fill);

static u64 gaps_end(const struct mm_struct *mm, u64 end)
{
	return end ? min_t(u64, end, mm->task_size) : mm->task_size;
}

/* Fill in @gaps under mmap_lock, released after each bounded stretch. */
static int fill_gaps(struct mm_struct *mm, u64 *cursor, u64 end,
		     unsigned long guard_gap, struct vmlab_gap *gaps, u32 *nr)
{
	unsigned int filled;

	do {
		if (fatal_signal_pending(current) ||
		    mmap_read_lock_killable(mm))
			return -EINTR;
		filled = vmlab_gaps_fill(&mm->mm_mt, cursor, end, guard_gap,
					 gaps, *nr);
		mmap_read_unlock(mm);
		cond_resched();
	} while (!filled && *cursor < end);
	*nr = filled;
	return 0;
}

/**
 * vmlab_inspect_gaps() - list the free ranges of a process
 * @mm: the mm; the caller holds a reference in mm_users
 * @r: its cursor, end and nr are read; cursor, nr, flags and map_count are set
 * @gaps: array of r->nr records
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and that of
 * the caller's own mm.
 * Return: 0, with r->nr at 0 at the end, or -EINTR when the caller was killed
 * while it waited.
 */
int vmlab_inspect_gaps(struct mm_struct *mm, struct vmlab_gaps *r,
		       struct vmlab_gap *gaps)
{
	unsigned long guard_gap;

	r->flags = vmlab_stack_guard_gap(&guard_gap) ? 0 : VMLAB_GUARD_ASSUMED;
	r->map_count = READ_ONCE(mm->map_count);
	return fill_gaps(mm, &r->cursor, gaps_end(mm, r->end), guard_gap, gaps,
			 &r->nr);
}

/**
 * vmlab_gaps_tally() - add free ranges to the totals
 * @stats: the totals
 * @gaps: the ranges
 * @nr: number of @gaps
 *
 * Context: any.
 */
void vmlab_gaps_tally(struct vmlab_gap_stats *stats,
		      const struct vmlab_gap *gaps, unsigned int nr)
{
	const struct vmlab_gap *gap;

	stats->gaps += nr;
	for (gap = gaps; gap < gaps + nr; gap++) {
		u64 bytes = gap->end - gap->start;

		stats->free += bytes;
		if (bytes > stats->largest_end - stats->largest_start) {
			stats->largest_start = gap->start;
			stats->largest_end = gap->end;
		}
	}
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_gaps_tally);

/**
 * vmlab_inspect_gap_stats() - compute totals of the free ranges of a process
 * @mm: the mm; the caller holds a reference in mm_users
 * @stats: its start and end are read; all but size, target and start are set
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and
 * releases it after each batch.
 * Return: 0, -ENOMEM, or -EINTR when the caller was killed.
 */
int vmlab_inspect_gap_stats(struct mm_struct *mm,
			    struct vmlab_gap_stats *stats)
{
	u64 cursor = stats->start, generation = 0;
	struct vmlab_gap *gaps;
	unsigned int nr;
	int ret = 0;

	gaps = kvmalloc_array(STATS_GAPS, sizeof(*gaps), GFP_KERNEL_ACCOUNT);
	if (!gaps)
		return -ENOMEM;

	stats->end = gaps_end(mm, stats->end);
	do {
		if (fatal_signal_pending(current) ||
		    mmap_read_lock_killable(mm)) {
			ret = -EINTR;
			break;
		}
		stats->flags |= vmlab_inspect_changed(mm, &generation,
						      cursor == stats->start);
		stats->map_count = mm->map_count;
		nr = vmlab_gaps_fill(&mm->mm_mt, &cursor, stats->end, 0, gaps,
				     STATS_GAPS);
		mmap_read_unlock(mm);
		vmlab_gaps_tally(stats, gaps, nr);
		cond_resched();
	} while (cursor < stats->end);
	kvfree(gaps);
	return ret;
}
