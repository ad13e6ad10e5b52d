// SPDX-License-Identifier: GPL-2.0
/*
 * Where mmap() would map: the free-area search.
 *
 * mm does it for the caller's own mm only, in functions that are not exported.
 * The search in the tree is, though; round it stand the rules of
 * mm/vma.c (unmapped_area_topdown()) and arch/x86/kernel/sys_x86_64.c on which
 * range is searched and what stacks keep free.
 */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "../compat.h"
#include "inspect.h"

/* mm's default, unless the kernel was booted with stack_guard_gap=. */
#define DEFAULT_GUARD_GAP	(256UL << PAGE_SHIFT)
/* A guard gap of more pages than this is not looked for. */
#define MAX_GUARD_PAGES		0x100000UL

/* In bytes plus 1, so that 0 stands for not known yet. */
static unsigned long learnt_guard_gap;

/* Would mmap() give the caller this one page, if it asked for it? */
static bool own_page_granted(unsigned long addr)
{
	return vmlab_own_unmapped_area(addr, PAGE_SIZE) == addr;
}

/*
 * mm keeps stack_guard_gap to itself.  But asked for a page below a stack it
 * grants it only beyond the guard gap, so ask for one page after the other;
 * nothing is mapped by that.
 */
static bool learn_guard_gap(struct mm_struct *mm)
{
	struct vm_area_struct *stack = find_vma(mm, mm->start_stack);
	unsigned long low = 0, high, middle;

	if (!stack || !(stack->vm_flags & VM_GROWSDOWN))
		return false;
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
	WRITE_ONCE(learnt_guard_gap, high * PAGE_SIZE + 1);
	return true;
}

/**
 * vmlab_stack_guard_gap() - what mmap() keeps free below a stack
 * @guard_gap: set to that, bytes
 *
 * Context: process context, may sleep; takes mmap_lock of the caller's own mm
 * for reading.
 * Return: true, or false when @guard_gap is but mm's default: this process
 * has no stack that it could be learnt from, and no earlier one had.
 */
bool vmlab_stack_guard_gap(unsigned long *guard_gap)
{
	struct mm_struct *mm = current->mm;

	if (!READ_ONCE(learnt_guard_gap) && mm) {
		mmap_read_lock(mm);
		learn_guard_gap(mm);
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
 * vmlab_vma_guard() - bytes that mmap() keeps free below an entry of the tree
 * @entry: the entry
 * @guard_gap: bytes kept free below a stack
 *
 * Context: mmap_lock held, or the entry cannot go for another reason.
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

/* Where the free part below an entry that starts at @start ends. */
static unsigned long below_guard(const void *entry, unsigned long start,
				 unsigned long guard_gap)
{
	return start - min(start, vmlab_vma_guard(entry, guard_gap));
}

static int search_down(struct maple_tree *mt, const struct vmlab_area *area,
		       unsigned long length, unsigned long *addr)
{
	unsigned long high = area->high, free, end;
	void *next;

	while (high > area->low) {
		MA_STATE(mas, mt, 0, 0);

		if (mas_empty_area_rev(&mas, area->low, high - 1, length))
			return -ENOMEM;
		end = mas.last + 1;
		*addr = (end - area->length) & ~area->align_mask;
		{
			MA_STATE(above, mt, end, end);

			next = mas_find(&above, ULONG_MAX);
			if (!next)
				return 0;
			free = below_guard(next, above.index, area->guard_gap);
			if (free >= end)
				return 0;
		}
		high = free;
	}
	return -ENOMEM;
}

static int search_up(struct maple_tree *mt, const struct vmlab_area *area,
		     unsigned long length, unsigned long *addr)
{
	unsigned long low = area->low, free;
	void *next;

	while (low < area->high) {
		MA_STATE(mas, mt, 0, 0);

		if (mas_empty_area(&mas, low, area->high - 1, length))
			return -ENOMEM;
		*addr = (mas.index + area->align_mask) & ~area->align_mask;
		{
			MA_STATE(above, mt, mas.index, mas.index);

			next = mas_find(&above, ULONG_MAX);
			if (!next || !vmlab_vma_guard(next, area->guard_gap))
				return 0;
			free = below_guard(next, above.index, area->guard_gap);
			if (free >= *addr + length - 1)
				return 0;
			low = above.last + 1;
		}
	}
	return -ENOMEM;
}

/**
 * vmlab_area_search() - find a free area as mmap() does
 * @mt: a tree of VMAs
 * @area: what is searched for, and where
 * @addr: set to the address found
 *
 * Context: the caller keeps writers out; takes RCU itself.
 * Return: 0, or -ENOMEM when there is none.
 */
int vmlab_area_search(struct maple_tree *mt, const struct vmlab_area *area,
		      unsigned long *addr)
{
	/* As mm has it: room for the worst alignment, wherever it begins. */
	unsigned long length = area->length + area->align_mask;
	int ret;

	if (length < area->length)
		return -ENOMEM;
	rcu_read_lock();
	ret = area->topdown ? search_down(mt, area, length, addr) :
			      search_up(mt, area, length, addr);
	rcu_read_unlock();
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_area_search);

/**
 * vmlab_default_min_addr() - the kernel's configured vm.mmap_min_addr
 *
 * What the sysctl was set to since is not exported.
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

/* The range for a search in one direction, by the layout of the mm. */
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
		/* A hint above 47 bits opens what 5-level tables add. */
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

/* Down from mmap_base, and if that fails up from the legacy base. */
static int search_both(struct mm_struct *mm, struct vmlab_area *area,
		       struct vmlab_free_area *r)
{
	int ret;

	area->topdown = r->result & VMLAB_AREA_TOPDOWN;
	ret = search_once(mm, area, r);
	if (!ret || !area->topdown)
		return ret;

	area->topdown = false;
	ret = search_once(mm, area, r);
	if (!ret)
		r->result |= VMLAB_AREA_FALLBACK;
	return ret;
}

/*
 * For huge pages mm searches for one more than asked for, and aligns within;
 * where the area found is aligned already, going down, the end of it is used.
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
 * vmlab_inspect_free_area() - say where mmap() would map in a process
 * @mm: whose; the caller holds a reference in mm_users
 * @r: the question, checked, and the answer
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

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	if (vmlab_mm_topdown(mm))
		r->result |= VMLAB_AREA_TOPDOWN;
	if (r->length <= mm->task_size) {
		if (wants_thp(mm, r))
			ret = search_thp(mm, &area, r);
		if (ret)
			ret = search_both(mm, &area, r);
	}
	mmap_read_unlock(mm);

	if (!ret && r->address > mm->task_size - r->length)
		ret = -ENOMEM;
	return ret;
}
