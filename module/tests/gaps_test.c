// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/gaps.c and inspect/area.c. */
#include <kunit/test.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include "compat.h"
#include "inspect/inspect.h"

#define GUARD	0x4000UL
#define END	0x100000UL

/*
 * A tree of VMAs that belong to no mm:
 *
 *	10000-20000  20000-21000  ...  40000-41000 (stack)  ...  80000-90000
 */
struct vmas {
	struct maple_tree mt;
	struct vm_area_struct vma[4];
};

static void add(struct kunit *test, struct vmas *v, unsigned int i,
		unsigned long start, unsigned long end, unsigned long flags)
{
	v->vma[i].vm_start = start;
	v->vma[i].vm_end = end;
	*(unsigned long *)&v->vma[i].vm_flags = flags;
	KUNIT_ASSERT_EQ(test, 0,
			mtree_store_range(&v->mt, start, end - 1, &v->vma[i],
					  GFP_KERNEL));
}

static struct vmas *make_vmas(struct kunit *test)
{
	struct vmas *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, v);
	mt_init_flags(&v->mt, MT_FLAGS_ALLOC_RANGE);
	add(test, v, 0, 0x10000, 0x20000, VM_READ);
	add(test, v, 1, 0x20000, 0x21000, VM_READ);
	add(test, v, 2, 0x40000, 0x41000, VM_READ | VM_GROWSDOWN);
	add(test, v, 3, 0x80000, 0x90000, VM_READ);
	return v;
}

static const struct vmlab_gap all_gaps[] = {
	{ 0x0, 0x10000, 0, 0x20000, 0 },
	{ 0x21000, 0x40000, 0x20000, 0x41000, GUARD },
	{ 0x41000, 0x80000, 0x40000, 0x90000, 0 },
	{ 0x90000, END, 0x80000, 0, 0 },
};

static void expect_gap(struct kunit *test, const struct vmlab_gap *got,
		       const struct vmlab_gap *want)
{
	KUNIT_EXPECT_EQ(test, got->start, want->start);
	KUNIT_EXPECT_EQ(test, got->end, want->end);
	KUNIT_EXPECT_EQ(test, got->prev_start, want->prev_start);
	KUNIT_EXPECT_EQ(test, got->next_end, want->next_end);
	KUNIT_EXPECT_EQ(test, got->guard, want->guard);
}

/* List the gaps in batches of every size. */
static void gaps_all(struct kunit *test)
{
	struct vmas *v = make_vmas(test);
	struct vmlab_gap gaps[8];
	unsigned int i, nr, filled, all;
	u64 cursor;

	for (nr = 1; nr <= 5; nr++) {
		cursor = 0;
		all = 0;
		while ((filled = vmlab_gaps_fill(&v->mt, &cursor, END, GUARD,
						 gaps, nr))) {
			KUNIT_ASSERT_LE(test, filled, nr);
			KUNIT_ASSERT_LE(test, all + filled,
					ARRAY_SIZE(all_gaps));
			for (i = 0; i < filled; i++)
				expect_gap(test, &gaps[i], &all_gaps[all++]);
		}
		KUNIT_EXPECT_EQ(test, all, ARRAY_SIZE(all_gaps));
	}
	mtree_destroy(&v->mt);
}

/* Gaps end at the limits of the window. */
static void gaps_window(struct kunit *test)
{
	static const struct vmlab_gap want[] = {
		{ 0x30000, 0x40000, 0x20000, 0x41000, GUARD },
		{ 0x41000, 0x50000, 0x40000, 0, 0 },
	};
	struct vmas *v = make_vmas(test);
	struct vmlab_gap gaps[8];
	u64 cursor = 0x30000;

	KUNIT_ASSERT_EQ(test, 2, vmlab_gaps_fill(&v->mt, &cursor, 0x50000,
						 GUARD, gaps, 8));
	expect_gap(test, &gaps[0], &want[0]);
	expect_gap(test, &gaps[1], &want[1]);

	/* A window inside a VMA has no gap. */
	cursor = 0x11000;
	KUNIT_EXPECT_EQ(test, 0, vmlab_gaps_fill(&v->mt, &cursor, 0x12000,
						 GUARD, gaps, 8));
	cursor = 0x12000;
	KUNIT_EXPECT_EQ(test, 0, vmlab_gaps_fill(&v->mt, &cursor, 0x12000,
						 GUARD, gaps, 8));
	mtree_destroy(&v->mt);
}

static void gaps_of_nothing(struct kunit *test)
{
	static const struct vmlab_gap want = { 0x1000, END, 0, 0, 0 };
	struct maple_tree mt;
	struct vmlab_gap gap;
	u64 cursor = 0x1000;

	mt_init(&mt);
	KUNIT_ASSERT_EQ(test, 1, vmlab_gaps_fill(&mt, &cursor, END, GUARD,
						 &gap, 1));
	expect_gap(test, &gap, &want);
	KUNIT_EXPECT_EQ(test, 0, vmlab_gaps_fill(&mt, &cursor, END, GUARD,
						 &gap, 1));
}

/* Test that a call reads a bounded number of VMAs, and the next one resumes. */
static void gaps_bounded(struct kunit *test)
{
	const unsigned long first = 0x10000, nr = 10000;
	const unsigned long last = first + nr * PAGE_SIZE;
	const struct vmlab_gap want = {
		last, last + PAGE_SIZE, last - PAGE_SIZE, 0, 0
	};
	struct vm_area_struct *vma;
	unsigned int filled, calls = 0;
	struct maple_tree mt;
	struct vmlab_gap gap;
	u64 cursor = first;
	unsigned long i;

	vma = kunit_kzalloc(test, sizeof(*vma), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vma);
	mt_init_flags(&mt, MT_FLAGS_ALLOC_RANGE);
	for (i = first; i < last; i += PAGE_SIZE)
		KUNIT_ASSERT_EQ(test, 0,
				mtree_store_range(&mt, i, i + PAGE_SIZE - 1,
						  vma, GFP_KERNEL));
	do {
		filled = vmlab_gaps_fill(&mt, &cursor, last + PAGE_SIZE, GUARD,
					 &gap, 1);
		calls++;
	} while (!filled && cursor < last);
	KUNIT_EXPECT_EQ(test, filled, 1);
	expect_gap(test, &gap, &want);
	KUNIT_EXPECT_GT(test, calls, 1);
	KUNIT_EXPECT_EQ(test, cursor, last + PAGE_SIZE);
	mtree_destroy(&mt);
}

static void gaps_totals(struct kunit *test)
{
	struct vmlab_gap_stats stats = {};

	vmlab_gaps_tally(&stats, all_gaps, 2);
	vmlab_gaps_tally(&stats, all_gaps + 2, 2);
	KUNIT_EXPECT_EQ(test, stats.gaps, 4);
	KUNIT_EXPECT_EQ(test, stats.free,
			0x10000 + 0x1f000 + 0x3f000 + 0x70000);
	KUNIT_EXPECT_EQ(test, stats.largest_start, 0x90000);
	KUNIT_EXPECT_EQ(test, stats.largest_end, END);
}

static void expect_area(struct kunit *test, struct maple_tree *mt,
			struct vmlab_area area, unsigned long want)
{
	unsigned long addr = 0;
	int ret;

	ret = vmlab_area_search(mt, &area, &addr);
	KUNIT_EXPECT_EQ(test, ret, want ? 0 : -ENOMEM);
	if (want)
		KUNIT_EXPECT_EQ(test, addr, want);
}

#define DOWN(l, lo, hi)							\
	((struct vmlab_area){ .length = l, .low = lo, .high = hi,	\
			      .guard_gap = GUARD, .topdown = true })
#define UP(l, lo, hi)							\
	((struct vmlab_area){ .length = l, .low = lo, .high = hi,	\
			      .guard_gap = GUARD })
#define ALIGNED(area, a)						\
	({ struct vmlab_area area_ = area; area_.align_mask = (a) - PAGE_SIZE; \
	   area_; })

static void area_topdown(struct kunit *test)
{
	struct vmas *v = make_vmas(test);

	expect_area(test, &v->mt, DOWN(0x1000, 0x1000, END), 0xff000);
	/* From the middle of a gap, from a VMA, from the start of one. */
	expect_area(test, &v->mt, DOWN(0x1000, 0x1000, 0x70000), 0x6f000);
	expect_area(test, &v->mt, DOWN(0x1000, 0x1000, 0x88000), 0x7f000);
	expect_area(test, &v->mt, DOWN(0x1000, 0x1000, 0x80000), 0x7f000);
	/* Whole gaps fit, a page more does not. */
	expect_area(test, &v->mt, DOWN(0x3f000, 0x1000, 0x80000), 0x41000);
	expect_area(test, &v->mt, DOWN(0x40000, 0x1000, 0x80000), 0);
	/* The guard gap below the stack stays free. */
	expect_area(test, &v->mt, DOWN(0x1000, 0x1000, 0x41000),
		    0x40000 - GUARD - 0x1000);
	expect_area(test, &v->mt, DOWN(0x1f000 - GUARD, 0x1000, 0x41000),
		    0x21000);
	/* Too large for the gap without its guard, and for all gaps below it. */
	expect_area(test, &v->mt, DOWN(0x1f000 - GUARD + 0x1000, 0x1000,
				       0x41000), 0);
	expect_area(test, &v->mt, DOWN(0xf000, 0x1000, 0x20000), 0x1000);
	expect_area(test, &v->mt, DOWN(0x10000, 0x1000, 0x20000), 0);
	/* A range without room. */
	expect_area(test, &v->mt, DOWN(0x2000, 0x1000, 0x2000), 0);
	expect_area(test, &v->mt, DOWN(0x1000, 0x2000, 0x2000), 0);
	expect_area(test, &v->mt, DOWN(0x1000, 0x3000, 0x2000), 0);
	mtree_destroy(&v->mt);
}

static void area_bottom_up(struct kunit *test)
{
	struct vmas *v = make_vmas(test);

	expect_area(test, &v->mt, UP(0x1000, 0x1000, END), 0x1000);
	expect_area(test, &v->mt, UP(0x1000, 0x18000, END), 0x21000);
	/* The guard gap leaves no room below the stack: take the gap above. */
	expect_area(test, &v->mt, UP(0x1f000, 0x18000, END), 0x41000);
	expect_area(test, &v->mt, UP(0x70000, 0x1000, END), 0x90000);
	expect_area(test, &v->mt, UP(0x71000, 0x1000, END), 0);
	expect_area(test, &v->mt, UP(0x1000, END, END), 0);
	mtree_destroy(&v->mt);
}

static void area_aligned(struct kunit *test)
{
	struct vmas *v = make_vmas(test);

	expect_area(test, &v->mt,
		    ALIGNED(DOWN(0x1000, 0x1000, 0x7f000), 0x10000), 0x70000);
	expect_area(test, &v->mt,
		    ALIGNED(UP(0x1000, 0x21000, END), 0x8000), 0x28000);
	/* The worst alignment must fit, even where this one would. */
	expect_area(test, &v->mt,
		    ALIGNED(DOWN(0x70000, 0x90000, END), 0x10000), 0);
	/* The end of the range must not wrap. */
	expect_area(test, &v->mt,
		    ALIGNED(DOWN(-0x1000UL, 0x1000, END), 0x10000), 0);
	mtree_destroy(&v->mt);
}

/* --- the guard gap, learnt from the stack of an mm ---------------------------- */

#define STACK_GUARD_GAP	(256UL << PAGE_SHIFT)	/* mm's default */

/* Map one page in the mm of the test. */
static void map_page(struct kunit *test, unsigned long addr,
		     unsigned long flags)
{
	KUNIT_ASSERT_EQ(test, addr,
			kunit_vm_mmap(test, NULL, addr, PAGE_SIZE, PROT_NONE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
				      flags, 0));
}

/*
 * Make a stack at @stack; below it are 1023 free pages, so that the search asks for
 * the page 512 pages below the stack first.
 */
static void make_stack(struct kunit *test, unsigned long stack)
{
	map_page(test, stack, MAP_GROWSDOWN);
	map_page(test, stack - 1024 * PAGE_SIZE, 0);
	current->mm->start_stack = stack;
}

/* Learn from the stack that make_stack() made. */
static bool learn(unsigned long *guard_gap)
{
	bool ret;

	mmap_read_lock(current->mm);
	ret = vmlab_learn_guard_gap(current->mm, guard_gap);
	mmap_read_unlock(current->mm);
	return ret;
}

static void guard_learnt(struct kunit *test)
{
	unsigned long guard_gap;

	make_stack(test, DEFAULT_MAP_WINDOW / 2 & PAGE_MASK);
	KUNIT_ASSERT_TRUE(test, learn(&guard_gap));
	KUNIT_EXPECT_EQ(test, guard_gap, STACK_GUARD_GAP);
}

/*
 * Any process can name a stack above the window of mmap().  mm refuses the last
 * page of the window, which is 512 pages below this one.
 */
static void guard_above_window(struct kunit *test)
{
	unsigned long guard_gap;

	if (TASK_SIZE_MAX == DEFAULT_MAP_WINDOW)
		kunit_skip(test, "page tables have four levels");
	make_stack(test, DEFAULT_MAP_WINDOW + 512 * PAGE_SIZE);
	if (learn(&guard_gap))
		KUNIT_EXPECT_EQ(test, guard_gap, STACK_GUARD_GAP);
}

#ifdef CONFIG_IA32_EMULATION
/*
 * Any 32-bit program can end its address space at 3 GiB once it has a stack above
 * that.  mm then refuses the 512 pages below this one.
 */
static void guard_above_task_size(struct kunit *test)
{
	const unsigned int personality = current->personality;
	unsigned long guard_gap;
	bool learnt;

	make_stack(test, 3UL * SZ_1G + 512 * PAGE_SIZE);
	set_thread_flag(TIF_ADDR32);
	current->personality |= ADDR_LIMIT_3GB;
	learnt = learn(&guard_gap);
	current->personality = personality;
	clear_thread_flag(TIF_ADDR32);
	if (learnt)
		KUNIT_EXPECT_EQ(test, guard_gap, STACK_GUARD_GAP);
}

/*
 * Any process can make a system call of 32 bits.  In the legacy layout, mm then
 * grants no page above 4 GiB.
 */
static void guard_in_compat_syscall(struct kunit *test)
{
	unsigned long guard_gap;
	bool learnt;

	make_stack(test, SZ_4G + 512 * PAGE_SIZE);
	current_thread_info()->status |= TS_COMPAT;
	learnt = learn(&guard_gap);
	current_thread_info()->status &= ~TS_COMPAT;
	KUNIT_EXPECT_FALSE(test, learnt);
}
#endif

static struct kunit_case gaps_cases[] = {
	KUNIT_CASE(gaps_all),
	KUNIT_CASE(gaps_window),
	KUNIT_CASE(gaps_of_nothing),
	KUNIT_CASE(gaps_bounded),
	KUNIT_CASE(gaps_totals),
	KUNIT_CASE(area_topdown),
	KUNIT_CASE(area_bottom_up),
	KUNIT_CASE(area_aligned),
	KUNIT_CASE(guard_learnt),
	KUNIT_CASE(guard_above_window),
#ifdef CONFIG_IA32_EMULATION
	KUNIT_CASE(guard_above_task_size),
	KUNIT_CASE(guard_in_compat_syscall),
#endif
	{}
};

static struct kunit_suite gaps_suite = {
	.name = "vmlab_gaps",
	.test_cases = gaps_cases,
};

kunit_test_suite(gaps_suite);
