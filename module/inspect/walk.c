// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over a process's page tables, top down, in order of address.
 *
 * What keeps a table from being freed while it is read:
 *
 * - The PGD lives as long as the mm, which the caller holds by mm_users; so
 *   exit_mmap() does not run either.
 * - munmap() and mremap() free the tables of a range only after its VMAs left
 *   the tree, under mmap_lock held for writing or downgraded from it, and only
 *   those that no neighbouring VMA needs.  With mmap_lock held for reading,
 *   tables that lead to an address inside a VMA of the tree stay.  So only
 *   such addresses are walked, and nothing between VMAs.
 * - Two kinds of tables go even so.  A PTE table is removed by khugepaged when
 *   it collapses file memory (since 6.5 without mmap_lock) and by zapping when
 *   it became empty (CONFIG_PT_RECLAIM, under mmap_lock for reading).  A PMD
 *   table that hugetlb shares between processes leaves one of them when the
 *   file is truncated.  With CONFIG_MMU_GATHER_RCU_TABLE_FREE both are freed
 *   by RCU or after an IPI to all CPUs, for the sake of get_user_pages_fast(),
 *   which holds no lock at all.  Interrupts are off from the PGD to the last
 *   entry that is copied, which holds up either.
 *
 * Each entry is read once, and what points to the table is read again after
 * its entries: if that changed, the table was no longer in use for some of
 * them, and the walk tries again.  The copy is looked at with interrupts on.
 * Frames in it may be freed meanwhile, so frame.c takes nothing for granted.
 */
#include <linux/hugetlb.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>

#include "../compat.h"
#include "walk.h"

/* Entries looked at before mmap_lock is released, and what a table adds. */
#define WALK_BUDGET	8192
#define TABLE_COST	64

/* Low bits of a cursor: always set, and the levels in vmlab_walk.entered. */
#define CURSOR_STARTED	1
#define CURSOR_ENTERED	GENMASK(VMLAB_PT_LEVELS_MAX, 1)

/* Copy entries from the one for @addr up to @end, a table, or the last. */
static void copy_entries(struct vmlab_pt_run *run, const u64 *table, u64 addr,
			 u64 end)
{
	const unsigned int shift = vmlab_pt_shift(run->level);
	unsigned int i = vmlab_pt_index(run->level, addr);
	u64 raw = run->path[run->level - 1].raw;

	run->addr = addr >> shift << shift;
	run->nr = 0;
	for (;;) {
		run->entry[run->nr++] = raw;
		if (++i == VMLAB_PT_ENTRIES ||
		    run->addr + ((u64)run->nr << shift) >= end)
			break;
		raw = READ_ONCE(table[i]);
		if (vmlab_pt_kind(run->level, raw) == VMLAB_PT_TABLE)
			break;
	}
}

/**
 * vmlab_pt_read() - copy the entries for an address and those that follow
 * @mm: whose
 * @addr: an address inside a VMA
 * @end: up to where, at most the end of the VMA
 * @run: filled in
 *
 * Context: mmap_lock held; does not sleep.
 * Return: false when the table was taken out of use meanwhile: release
 * mmap_lock before the next attempt.
 */
bool vmlab_pt_read(struct mm_struct *mm, u64 addr, u64 end,
		   struct vmlab_pt_run *run)
{
	const u64 *table = vmlab_pt_root(mm);
	unsigned int level = vmlab_pt_levels();
	const u64 *parent = NULL;
	unsigned long irqflags;
	bool ret = true;
	u64 raw;

	mmap_assert_locked(mm);
	local_irq_save(irqflags);
	for (;;) {
		const u64 *entry = table + vmlab_pt_index(level, addr);

		raw = READ_ONCE(*entry);
		run->path[level - 1].raw = raw;
		run->path[level - 1].table = __pa(table);
		if (vmlab_pt_kind(level, raw) != VMLAB_PT_TABLE)
			break;
		parent = entry;
		table = vmlab_pt_next(raw);
		level--;
	}
	run->level = level;
	run->shared = level == 2 && hugetlb_pmd_shared((pte_t *)table);
	copy_entries(run, table, addr, end);
	if (parent)
		ret = vmlab_pt_same_table(run->path[level].raw,
					  READ_ONCE(*parent));
	local_irq_restore(irqflags);
	return ret;
}

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
 * vmlab_walk_cursor() - where a later walk can go on
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
 * @walk: the walk; @mm, @ops and @private are the caller's business
 * @start: first address, a multiple of the page size
 * @end: end of the range, likewise; 0 for all
 * @cursor: 0, or from vmlab_walk_cursor()
 *
 * Context: any.
 * Return: 0, -EINVAL when an argument is not right, -EOPNOTSUPP when page
 * tables of this architecture are not known.
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
	walk->addr = min(start, end);
	if (!cursor)
		return 0;

	if (!(cursor & CURSOR_STARTED) ||
	    cursor & ~PAGE_MASK & ~(CURSOR_STARTED | CURSOR_ENTERED))
		return -EINVAL;
	walk->addr = cursor & PAGE_MASK;
	if (walk->addr < min(start, end) || walk->addr > end)
		return -EINVAL;
	walk->entered = cursor & CURSOR_ENTERED;
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_walk_start);

enum progress { DONE, FULL, AGAIN };

static enum progress walk_tables(struct vmlab_walk *w)
{
	unsigned int level;

	for (level = vmlab_pt_levels(); level >= w->run.level; level--) {
		if (w->entered & BIT(level))
			continue;
		if (w->ops->table && !w->ops->table(w, level))
			return FULL;
		w->entered |= BIT(level);
	}
	return DONE;
}

static enum progress walk_entries(struct vmlab_walk *w, u64 end)
{
	const unsigned int shift = vmlab_pt_shift(w->run.level);
	u64 to, reached, next = w->run.addr;
	unsigned int i;

	for (i = 0; i < w->run.nr; i++) {
		next += BIT_ULL(shift);
		to = min(next, end);
		reached = to;
		if (vmlab_pt_kind(w->run.level, w->run.entry[i]) ==
		    VMLAB_PT_LEAF)
			reached = w->ops->entry(w, i, w->addr, to);
		vmlab_walk_advance(w, reached);
		if (reached < to)
			return w->budget > 0 ? FULL : AGAIN;
	}
	return DONE;
}

static enum progress walk_vma(struct vmlab_walk *w)
{
	const u64 end = min_t(u64, w->end, w->vma->vm_end);
	enum progress ret;

	while (w->addr < end) {
		if (w->budget <= 0 ||
		    !vmlab_pt_read(w->mm, w->addr, end, &w->run))
			return AGAIN;
		w->tables_read++;
		w->budget -= TABLE_COST + w->run.nr;
		ret = walk_tables(w);
		if (ret == DONE)
			ret = walk_entries(w, end);
		if (ret != DONE)
			return ret;
	}
	return DONE;
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
 * @walk: the walk, after vmlab_walk_start(); @addr == @end afterwards if it
 *	came to the end
 *
 * Takes time in proportion to the tables and VMAs that are in the range, not
 * to the size of the range.
 *
 * Context: process context, may sleep; takes mmap_lock for reading, again and
 * again, for some thousand entries each time.
 * Return: 0, or -EINTR when the caller was killed meanwhile.
 */
int vmlab_walk(struct vmlab_walk *walk)
{
	enum progress ret = DONE;

	while (walk->addr < walk->end) {
		if (mmap_read_lock_killable(walk->mm))
			return -EINTR;
		ret = walk_locked(walk);
		walk->vma = NULL;
		mmap_read_unlock(walk->mm);
		if (ret != AGAIN)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}
