// SPDX-License-Identifier: GPL-2.0
/*
 * Search for the free area where mmap() would map.
 *
 * mm searches only in the caller's own mm, by functions that are not exported.
 * The search in the tree is exported; this file adds the rules of mm/vma.c
 * (unmapped_area_topdown()) and arch/x86/kernel/sys_x86_64.c on the range to
 * search and on the gaps below stacks.
 */
#include <linux/compat.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "inspect/inspect.h"

/* mm's default, unless the kernel was booted with stack_guard_gap=. */
#define DEFAULT_GUARD_GAP	(256UL << PAGE_SHIFT)
/* Do not search for a guard gap of more pages than this. */
#define MAX_GUARD_PAGES		0x100000UL

/* In bytes plus 1: 0 means not known yet. */
static unsigned long learnt_guard_gap;

/* Would mmap() give the caller this one page, if it asked for it? */
static bool own_page_granted(unsigned long addr)
{
	return vmlab_own_unmapped_area(addr, PAGE_SIZE) == addr;
}

/**
 * vmlab_learn_guard_gap() - learn the guard gap from the stack of the caller
 * @mm: the caller's own mm
 * @guard_gap: set to the bytes that mmap() keeps free below the stack
 *
 * stack_guard_gap is not exported.  But mm grants a page below a stack only
 * beyond the guard gap: search for the nearest one that it would grant.  This
 * maps nothing.
 *
 * What is learnt serves all callers, and any of them can be the first: so where
 * another limit of mm could refuse a page, nothing is learnt.
 *
 * Context: process context, may sleep; mmap_lock held.
 * Return: true, or false when it cannot be learnt from this mm, or not by this
 * caller.
 */
bool vmlab_learn_guard_gap(struct mm_struct *mm, unsigned long *guard_gap)
{
	struct vm_area_struct *stack = find_vma(mm, mm->start_stack);
	unsigned long low = 0, high, middle;

	if (!stack || !(stack->vm_flags & VM_GROWSDOWN))
		return false;
	/*
	 * A system call of 32 bits, which any program can make, grants no page
	 * above 4 GiB; and personality(2) moves the end of the address space
	 * below the stack of a 32-bit program.
	 */
	if (in_compat_syscall() || stack->vm_end > TASK_SIZE)
		return false;
#ifdef DEFAULT_MAP_WINDOW
	/*
	 * prctl(PR_SET_MM_MAP) can name any stack.  mm also refuses the page at
	 * the end of the window, which the search must not take for the guard.
	 */
	if (stack->vm_start > DEFAULT_MAP_WINDOW)
		return false;
#endif
	{
		MA_STATE(mas, &mm->mm_mt, stack->vm_start, stack->vm_start);
		unsigned long floor = mas_prev(&mas, 0) ? mas.last + 1 :
							  PAGE_SIZE;

		if (stack->vm_start - floor < 2 * PAGE_SIZE)
			return false;
		high = min((stack->vm_start - floor) / PAGE_SIZE - 1,
			   MAX_GUARD_PAGES);
	}

	/* With n pages between it and the stack, is the page granted? */
	if (!own_page_granted(stack->vm_start - (high + 1) * PAGE_SIZE))
		return false;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (own_page_granted(stack->vm_start -
				     (middle + 1) * PAGE_SIZE))
			high = middle;
		else
			low = middle + 1;
	}
	*guard_gap = high * PAGE_SIZE;
	return true;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_learn_guard_gap);

/**
 * vmlab_stack_guard_gap() - return the bytes that mmap() keeps free below a stack
 * @guard_gap: set to the number of bytes
 *
 * Context: process context, may sleep; takes mmap_lock of the caller's own mm
 * for reading.
 * Return: true, or false when @guard_gap is only mm's default, because neither
 * the caller nor an earlier one has a stack to learn it from.
 */
bool vmlab_stack_guard_gap(unsigned long *guard_gap)
{
	struct mm_struct *mm = current->mm;

	if (!READ_ONCE(learnt_guard_gap) && mm &&
	    !mmap_read_lock_killable(mm)) {
		if (vmlab_learn_guard_gap(mm, guard_gap))
			WRITE_ONCE(learnt_guard_gap, *guard_gap + 1);
		mmap_read_unlock(mm);
	}
	if (READ_ONCE(learnt_guard_gap)) {
		*guard_gap = learnt_guard_gap - 1;
		return true;
	}
	*guard_gap = DEFAULT_GUARD_GAP;
	return false;
}

/**
 * vmlab_vma_guard() - return the bytes that mmap() keeps free below an entry
 * @entry: the entry
 * @guard_gap: bytes kept free below a stack
 *
 * Context: mmap_lock held, or the entry stays for another reason.
 * Return: bytes, mostly 0.
 */
unsigned long vmlab_vma_guard(const void *entry, unsigned long guard_gap)
{
	const struct vm_area_struct *vma = entry;

	if (xa_is_internal(entry))
		return 0;
	if (vma->vm_flags & VM_GROWSDOWN)
		return guard_gap;
	if (vma->vm_flags & VM_SHADOW_STACK)
		return PAGE_SIZE;
	return 0;
}

/* Return the end of the free part below an entry that starts at @start. */
static unsigned long below_guard(const void *entry, unsigned long start,
				 unsigned long guard_gap)
{
	return start - min(start, vmlab_vma_guard(entry, guard_gap));
}

/* Find the highest area below @high.  It ends at *@end, free below *@free. */
static int last_area(struct maple_tree *mt, const struct vmlab_area *area,
		     unsigned long high, unsigned long length,
		     unsigned long *end, unsigned long *free)
{
	MA_STATE(mas, mt, 0, 0);
	MA_STATE(above, mt, 0, 0);
	int ret = -ENOMEM;
	void *next;

	rcu_read_lock();
	if (mas_empty_area_rev(&mas, area->low, high - 1, length))
		goto out;
	ret = 0;
	*end = mas.last + 1;
	*free = ULONG_MAX;
	mas_set(&above, *end);
	next = mas_find(&above, ULONG_MAX);
	if (next)
		*free = below_guard(next, above.index, area->guard_gap);
out:
	rcu_read_unlock();
	return ret;
}

/* User space chooses how many stacks a search has to pass. */
static int search_may_go_on(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

static int search_down(struct maple_tree *mt, const struct vmlab_area *area,
		       unsigned long length, unsigned long *addr)
{
	unsigned long high = area->high, free, end;
	int ret;

	while (high > area->low) {
		ret = search_may_go_on();
		if (!ret)
			ret = last_area(mt, area, high, length, &end, &free);
		if (ret)
			return ret;
		*addr = (end - area->length) & ~area->align_mask;
		if (free >= end)
			return 0;
		high = free;
	}
	return -ENOMEM;
}

/*
 * Find the lowest area above *@low.  It starts at *@start, is free below *@free,
 * and the entry above it ends at *@low.
 */
static int first_area(struct maple_tree *mt, const struct vmlab_area *area,
		      unsigned long *low, unsigned long length,
		      unsigned long *start, unsigned long *free)
{
	MA_STATE(mas, mt, 0, 0);
	MA_STATE(above, mt, 0, 0);
	int ret = -ENOMEM;
	void *next;

	rcu_read_lock();
	if (mas_empty_area(&mas, *low, area->high - 1, length))
		goto out;
	ret = 0;
	*start = mas.index;
	*free = ULONG_MAX;
	mas_set(&above, mas.index);
	next = mas_find(&above, ULONG_MAX);
	if (next && vmlab_vma_guard(next, area->guard_gap)) {
		*free = below_guard(next, above.index, area->guard_gap);
		*low = above.last + 1;
	}
out:
	rcu_read_unlock();
	return ret;
}

static int search_up(struct maple_tree *mt, const struct vmlab_area *area,
		     unsigned long length, unsigned long *addr)
{
	unsigned long low = area->low, free;
	unsigned long start;
	int ret;

	while (low < area->high) {
		ret = search_may_go_on();
		if (!ret)
			ret = first_area(mt, area, &low, length, &start, &free);
		if (ret)
			return ret;
		*addr = (start + area->align_mask) & ~area->align_mask;
		if (free >= *addr + length - 1)
			return 0;
	}
	return -ENOMEM;
}

/**
 * vmlab_area_search() - find a free area as mmap() does
 * @mt: a tree of VMAs
 * @area: the area to search for, and the range to search
 * @addr: set to the address found
 *
 * Context: process context, may sleep; the caller excludes writers.
 * Return: 0, -ENOMEM when there is none, or -EINTR when the caller was killed.
 */
int vmlab_area_search(struct maple_tree *mt, const struct vmlab_area *area,
		      unsigned long *addr)
{
	/* As mm does it: room for the worst alignment of any start. */
	unsigned long length = area->length + area->align_mask;

	if (length < area->length)
		return -ENOMEM;
	return area->topdown ? search_down(mt, area, length, addr) :
			       search_up(mt, area, length, addr);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_area_search);

/**
 * vmlab_default_min_addr() - return the configured default of vm.mmap_min_addr
 *
 * The current value of the sysctl is not exported.
 *
 * Context: any.
 * Return: the address, at least PAGE_SIZE.
 */
u64 vmlab_default_min_addr(void)
{
	unsigned long addr = PAGE_SIZE;

#ifdef CONFIG_DEFAULT_MMAP_MIN_ADDR
	addr = max_t(unsigned long, addr, CONFIG_DEFAULT_MMAP_MIN_ADDR);
#endif
#ifdef CONFIG_LSM_MMAP_MIN_ADDR
	addr = max_t(unsigned long, addr, CONFIG_LSM_MMAP_MIN_ADDR);
#endif
	return addr;
}

/* Set the range for a search in one direction, from the layout of the mm. */
static void area_limits(const struct mm_struct *mm, struct vmlab_area *area,
			u64 min_addr, bool high)
{
	unsigned long base = mm->mmap_base;
	unsigned long legacy_base = mm->mmap_legacy_base;
	unsigned long end = mm->task_size;
	unsigned long window = end;

#ifdef DEFAULT_MAP_WINDOW
	window = min(end, DEFAULT_MAP_WINDOW);
#endif
#ifdef CONFIG_HAVE_ARCH_COMPAT_MMAP_BASES
	if (mm->task_size <= SZ_4G) {
		base = mm->mmap_compat_base;
		legacy_base = mm->mmap_compat_legacy_base;
		high = false;
	}
#endif
	if (area->topdown) {
		area->low = PAGE_SIZE;
		area->high = base;
		/* A hint above 47 bits allows the range of 5-level tables. */
		if (high)
			area->high += end - window;
	} else {
		area->low = legacy_base;
		area->high = high ? end : window;
	}
	area->low = max_t(unsigned long, area->low, min_addr);
}

static int search_once(struct mm_struct *mm, struct vmlab_area *area,
		       struct vmlab_free_area *r)
{
	unsigned long addr;
	int ret;

	area_limits(mm, area, r->min_addr, r->flags & VMLAB_AREA_HIGH);
	r->low = area->low;
	r->high = area->high;
	ret = vmlab_area_search(&mm->mm_mt, area, &addr);
	if (!ret)
		r->address = addr;
	return ret;
}

/* Search down from mmap_base and, if that fails, up from the legacy base. */
static int search_both(struct mm_struct *mm, struct vmlab_area *area,
		       struct vmlab_free_area *r)
{
	int ret;

	area->topdown = r->result & VMLAB_AREA_TOPDOWN;
	ret = search_once(mm, area, r);
	if (ret != -ENOMEM || !area->topdown)
		return ret;

	area->topdown = false;
	ret = search_once(mm, area, r);
	if (!ret)
		r->result |= VMLAB_AREA_FALLBACK;
	return ret;
}

/*
 * For huge pages mm searches for one huge page more than requested and aligns
 * in the area found.  Top-down, in an area that is aligned, it takes the end.
 */
static int search_thp(struct mm_struct *mm, struct vmlab_area *area,
		      struct vmlab_free_area *r)
{
	u64 offset;
	int ret;

	area->length = r->length + PMD_SIZE;
	if (area->length < r->length)
		return -ENOMEM;
	ret = search_both(mm, area, r);
	area->length = r->length;
	if (ret)
		return ret;

	offset = -r->address & (PMD_SIZE - 1);
	if (!offset && r->result & VMLAB_AREA_TOPDOWN)
		offset = PMD_SIZE;
	r->address += offset;
	r->result |= VMLAB_AREA_THP;
	return 0;
}

static bool wants_thp(const struct mm_struct *mm,
		      const struct vmlab_free_area *r)
{
	return VMLAB_THP_ALIGNS_ANON && !r->alignment &&
	       !(r->flags & VMLAB_AREA_HIGH) && mm->task_size > SZ_4G &&
	       IS_ALIGNED(r->length, PMD_SIZE);
}

/**
 * vmlab_inspect_free_area() - find the place where mmap() would map in a process
 * @mm: the mm; the caller holds a reference in mm_users
 * @r: the request, checked; the outputs are set
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and that of
 * the caller's own mm.
 * Return: 0, -ENOMEM when nothing is free, or -EINTR when the caller was
 * killed while it waited.
 */
int vmlab_inspect_free_area(struct mm_struct *mm, struct vmlab_free_area *r)
{
	struct vmlab_area area = {
		.length = r->length,
		.align_mask = r->alignment ? r->alignment - PAGE_SIZE : 0,
	};
	int ret = -ENOMEM;

	r->result = 0;
	if (!vmlab_stack_guard_gap(&area.guard_gap))
		r->result |= VMLAB_GUARD_ASSUMED;
	r->guard_gap = area.guard_gap;
	if (!r->min_addr)
		r->min_addr = vmlab_default_min_addr();
	/* The sysctl can be any number; mmap() maps whole pages. */
	r->min_addr = PAGE_ALIGN(r->min_addr);
	if (!r->min_addr)
		return -ENOMEM;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	if (vmlab_mm_topdown(mm))
		r->result |= VMLAB_AREA_TOPDOWN;
	if (r->length <= mm->task_size) {
		if (wants_thp(mm, r))
			ret = search_thp(mm, &area, r);
		if (ret == -ENOMEM)
			ret = search_both(mm, &area, r);
	}
	mmap_read_unlock(mm);

	if (!ret && r->address > mm->task_size - r->length)
		ret = -ENOMEM;
	return ret;
}
