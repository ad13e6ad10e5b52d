// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over a process's page tables, top down, in order of address.
 *
 * The callbacks read the entries of one table under its lock, see ptlock.c, so
 * that an entry and what is known of its frame belong together.  mmap_lock is
 * released after some thousand entries; between VMAs nothing is read.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "inspect/walk.h"

/* Entries read before mmap_lock is released, and what a table adds to them. */
#define WALK_BUDGET	8192
#define TABLE_COST	64

/* Low bits of a cursor: always set, and the levels in vmlab_walk.entered. */
#define CURSOR_STARTED	1
#define CURSOR_ENTERED	GENMASK(VMLAB_PT_LEVELS_MAX, 1)

/**
 * vmlab_walk_advance() - note that everything below an address was reported
 * @walk: the walk
 * @to: the address
 *
 * Context: any.
 */
void vmlab_walk_advance(struct vmlab_walk *walk, u64 to)
{
	unsigned int level;

	for (level = 1; level <= VMLAB_PT_LEVELS_MAX; level++)
		if (!vmlab_pt_share_table(level, walk->addr, to))
			walk->entered &= ~BIT(level);
	walk->addr = to;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_walk_advance);

/**
 * vmlab_walk_cursor() - return the cursor for a later walk
 * @walk: the walk
 *
 * Context: any.
 * Return: a cursor for vmlab_walk_start(), never 0.
 */
u64 vmlab_walk_cursor(const struct vmlab_walk *walk)
{
	return walk->addr | walk->entered | CURSOR_STARTED;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_walk_cursor);

/**
 * vmlab_walk_start() - set the range of a walk
 * @walk: the walk; the caller sets @mm, @ops, @private and @alike
 * @start: first address, a multiple of the page size
 * @end: end of the range, likewise; 0 for all
 * @cursor: 0, or from vmlab_walk_cursor()
 *
 * Context: any.
 * Return: 0, -EINVAL for a bad argument, -EOPNOTSUPP when the layout of page
 * tables of this architecture is not known.
 */
int vmlab_walk_start(struct vmlab_walk *walk, u64 start, u64 end, u64 cursor)
{
	if (!vmlab_pt_levels())
		return -EOPNOTSUPP;
	if (!PAGE_ALIGNED(start) || !PAGE_ALIGNED(end) ||
	    (end && end <= start))
		return -EINVAL;
	if (!end || end > TASK_SIZE_MAX)
		end = TASK_SIZE_MAX;

	walk->end = end;
	walk->entered = 0;
	walk->tables_read = 0;
	walk->vma = NULL;
	walk->start = min(start, end);
	walk->addr = walk->start;
	if (!cursor)
		return 0;

	if (!(cursor & CURSOR_STARTED) ||
	    cursor & ~PAGE_MASK & ~(CURSOR_STARTED | CURSOR_ENTERED))
		return -EINVAL;
	walk->addr = cursor & PAGE_MASK;
	if (walk->addr < walk->start || walk->addr > end)
		return -EINVAL;
	walk->entered = cursor & CURSOR_ENTERED;
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_walk_start);

enum progress { DONE, FULL, AGAIN, INTERRUPTED };

static enum progress walk_tables(struct vmlab_walk *w)
{
	unsigned int level;

	for (level = vmlab_pt_levels(); level >= w->table.level; level--) {
		if (w->entered & BIT(level))
			continue;
		if (w->ops->table && !w->ops->table(w, level))
			return FULL;
		w->entered |= BIT(level);
	}
	return DONE;
}

/* Count the entries from the one at @i on that are reported together. */
static unsigned int count_alike(const struct vmlab_walk *w, u64 raw,
				unsigned int i, unsigned int last)
{
	const u64 *entry = w->table.entry + i;
	const u64 place = vmlab_pt_place(w->table.level, raw);
	unsigned int nr = 1;

	if (!place || !w->alike)
		return 1;
	while (i + nr < last && !((READ_ONCE(entry[nr]) ^ raw) & ~place))
		nr++;
	return nr;
}

/* Report entries up to @end, to a table of the next level, or to the last. */
static enum progress walk_entries(struct vmlab_walk *w, u64 end)
{
	const unsigned int level = w->table.level;
	const unsigned int shift = vmlab_pt_shift(level);
	const u64 base = w->addr & ~(BIT_ULL(vmlab_pt_shift(level + 1)) - 1);
	const unsigned int last = min_t(u64, VMLAB_PT_ENTRIES,
					((end - 1 - base) >> shift) + 1);
	const unsigned int first = vmlab_pt_index(level, w->addr);
	unsigned int i, nr;

	for (i = first; i < last; i += nr) {
		u64 raw = READ_ONCE(w->table.entry[i]);
		enum vmlab_pt_kind kind = VMLAB_PT_NONE;
		u64 from, to, reached;

		nr = 1;
		if (raw)
			kind = vmlab_pt_kind(level, raw);
		if (kind == VMLAB_PT_TABLE)
			break;
		if (kind == VMLAB_PT_NONE)
			continue;

		nr = count_alike(w, raw, i, last);
		from = max(w->addr, base + ((u64)i << shift));
		to = min(base + ((u64)(i + nr) << shift), end);
		reached = w->ops->entries(w, raw, i, nr, from, to);
		if (reached == to && !w->pause)
			continue;
		vmlab_walk_advance(w, reached);
		if (w->budget <= 0)
			return AGAIN;
		return w->pause ? DONE : FULL;
	}
	w->budget -= i - first;
	vmlab_walk_advance(w, min(base + ((u64)i << shift), end));
	return DONE;
}

static enum progress walk_vma(struct vmlab_walk *w)
{
	const u64 end = min_t(u64, w->end, w->vma->vm_end);
	enum progress ret = DONE;

	if (vmlab_pt_lock_vma(w->vma))
		return INTERRUPTED;
	while (ret == DONE && w->addr < end) {
		if (w->budget <= 0) {
			ret = AGAIN;
			break;
		}
		vmlab_pt_lock(w->mm, w->addr, &w->table);
		w->tables_read++;
		w->budget -= TABLE_COST;
		w->pause = false;
		ret = walk_tables(w);
		if (ret == DONE)
			ret = walk_entries(w, end);
		vmlab_pt_unlock(&w->table);
	}
	vmlab_pt_unlock_vma(w->vma);
	return ret;
}

static enum progress walk_locked(struct vmlab_walk *w)
{
	VMA_ITERATOR(vmi, w->mm, w->addr);
	enum progress ret;

	w->budget = WALK_BUDGET;
	for_each_vma(vmi, w->vma) {
		if (w->vma->vm_start >= w->end)
			break;
		if (w->addr < w->vma->vm_start)
			vmlab_walk_advance(w, w->vma->vm_start);
		ret = walk_vma(w);
		if (ret != DONE)
			return ret;
	}
	vmlab_walk_advance(w, w->end);
	return DONE;
}

/**
 * vmlab_walk() - walk until the end or until there is no room
 * @walk: the walk, after vmlab_walk_start(); @addr == @end afterwards when it
 *	reached the end
 *
 * Takes time in proportion to the tables and VMAs in the range, not to the size
 * of the range.
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and
 * releases it after some thousand entries each time.
 * Return: 0, or -EINTR when the caller was killed.
 */
int vmlab_walk(struct vmlab_walk *walk)
{
	enum progress ret = DONE;

	while (walk->addr < walk->end) {
		if (mmap_read_lock_killable(walk->mm))
			return -EINTR;
		if (walk->ops->locked)
			walk->ops->locked(walk, ret == AGAIN);
		ret = walk_locked(walk);
		walk->vma = NULL;
		mmap_read_unlock(walk->mm);
		if (ret == INTERRUPTED)
			return -EINTR;
		if (ret != AGAIN)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}
