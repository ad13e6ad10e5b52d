// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/: arch_x86.c, walk.c, pagetable.c and ptflags.c. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/string.h>

#include "compat.h"
#include "inspect/arch.h"
#include "inspect/pagetable.h"

#define PFN 0x12345

static void expect_entry(struct kunit *test, unsigned int level, u64 raw,
			 u64 flags, u64 pfn)
{
	struct vmlab_entry e;

	vmlab_pt_decode(level, raw, &e);
	KUNIT_EXPECT_EQ_MSG(test, e.flags, flags, "level %u, entry %llx", level,
			    raw);
	KUNIT_EXPECT_EQ(test, e.pfn, pfn);
}

static void empty_entries(struct kunit *test)
{
	unsigned int level;

	for (level = 1; level <= vmlab_pt_levels(); level++) {
		KUNIT_EXPECT_EQ(test, vmlab_pt_kind(level, 0), VMLAB_PT_NONE);
		expect_entry(test, level, 0, 0, 0);
	}
	/* Stray bits that some CPUs leave behind do not make an entry. */
	KUNIT_EXPECT_EQ(test,
			vmlab_pt_kind(1, _PAGE_DIRTY | _PAGE_ACCESSED),
			VMLAB_PT_NONE);
}

static void present_entries(struct kunit *test)
{
	const u64 base = (u64)PFN << PAGE_SHIFT | _PAGE_PRESENT | _PAGE_USER;
	const u64 flags = VMLAB_PTE_PRESENT | VMLAB_PTE_USER;
	static const struct {
		u64 bit;
		u64 flag;
	} bits[] = {
		{ _PAGE_RW, VMLAB_PTE_WRITE },
		{ _PAGE_NX, VMLAB_PTE_NX },
		{ _PAGE_ACCESSED, VMLAB_PTE_ACCESSED },
		{ _PAGE_DIRTY, VMLAB_PTE_DIRTY },
		{ _PAGE_GLOBAL, VMLAB_PTE_GLOBAL },
		{ _PAGE_PWT, VMLAB_PTE_PWT },
		{ _PAGE_PCD, VMLAB_PTE_PCD },
		{ _PAGE_PAT, VMLAB_PTE_PAT },
		{ _PAGE_SPECIAL, VMLAB_PTE_SPECIAL },
		{ BIT_ULL(_PAGE_BIT_SOFT_DIRTY), VMLAB_PTE_SOFT_DIRTY },
		{ BIT_ULL(VMLAB_PAGE_BIT_UFFD), VMLAB_PTE_UFFD_WP },
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, vmlab_pt_kind(1, base), VMLAB_PT_LEAF);
	expect_entry(test, 1, base, flags, PFN);
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		expect_entry(test, 1, base | bits[i].bit, flags | bits[i].flag,
			     PFN);
}

static void protection_key(struct kunit *test)
{
	struct vmlab_entry e;

	vmlab_pt_decode(1, (u64)PFN << PAGE_SHIFT | _PAGE_PRESENT |
			   11ULL << _PAGE_BIT_PKEY_BIT0, &e);
	KUNIT_EXPECT_EQ(test, e.pkey, 11);
	KUNIT_EXPECT_EQ(test, e.pfn, PFN);
}

/* The frame number is stored inverted, the global bit means something else. */
static void protnone_entry(struct kunit *test)
{
	u64 raw = pte_val(pfn_pte(PFN, PAGE_NONE));
	struct vmlab_entry e;

	vmlab_pt_decode(1, raw, &e);
	KUNIT_EXPECT_EQ(test, e.pfn, PFN);
	KUNIT_EXPECT_TRUE(test, e.flags & VMLAB_PTE_PRESENT);
	KUNIT_EXPECT_TRUE(test, e.flags & VMLAB_PTE_PROTNONE);
	KUNIT_EXPECT_FALSE(test, e.flags & VMLAB_PTE_GLOBAL);
}

static void huge_entries(struct kunit *test)
{
	const u64 pfn = 0x40000; /* a multiple of what both levels map */
	const u64 raw = pfn << PAGE_SHIFT | _PAGE_PRESENT | _PAGE_PSE;
	const u64 flags = VMLAB_PTE_PRESENT | VMLAB_PTE_HUGE;
	unsigned int level;

	for (level = 2; level <= 3; level++) {
		KUNIT_EXPECT_EQ(test, vmlab_pt_kind(level, raw), VMLAB_PT_LEAF);
		expect_entry(test, level, raw, flags, pfn);
		/* PAT is another bit than in PTEs, not one of the frame number. */
		expect_entry(test, level, raw | _PAGE_PAT_LARGE,
			     flags | VMLAB_PTE_PAT, pfn);
	}
}

static void table_entries(struct kunit *test)
{
	const u64 raw = (u64)PFN << PAGE_SHIFT | _PAGE_PRESENT | _PAGE_RW |
			_PAGE_USER | _PAGE_ACCESSED;
	unsigned int level;

	for (level = 2; level <= vmlab_pt_levels(); level++) {
		KUNIT_EXPECT_EQ(test, vmlab_pt_kind(level, raw),
				VMLAB_PT_TABLE);
		expect_entry(test, level, raw,
			     VMLAB_PTE_TABLE | VMLAB_PTE_WRITE |
				     VMLAB_PTE_USER | VMLAB_PTE_ACCESSED,
			     PFN);
	}
	/* The CPU sets the accessed bit at any time. */
	KUNIT_EXPECT_TRUE(test,
			  vmlab_pt_same_table(raw, raw & ~_PAGE_ACCESSED));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_same_table(raw, raw + PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_same_table(raw, 0));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_same_table(raw, raw | _PAGE_PSE));
}

static void swap_entries(struct kunit *test)
{
	pte_t pte = swp_entry_to_pte(swp_entry(3, 0xabcdef));
	struct vmlab_entry e;

	KUNIT_EXPECT_EQ(test, vmlab_pt_kind(1, pte_val(pte)), VMLAB_PT_LEAF);
	vmlab_pt_decode(1, pte_val(pte), &e);
	KUNIT_EXPECT_EQ(test, e.flags, VMLAB_PTE_SWAP);
	KUNIT_EXPECT_EQ(test, e.swap_type, 3);
	KUNIT_EXPECT_EQ(test, e.swap_offset, 0xabcdef);

	vmlab_pt_decode(1, pte_val(pte_swp_mkexclusive(pte)), &e);
	KUNIT_EXPECT_EQ(test, e.flags, VMLAB_PTE_SWAP | VMLAB_PTE_SWAP_EXCL);
	KUNIT_EXPECT_EQ(test, e.swap_offset, 0xabcdef);

	if (!IS_ENABLED(CONFIG_MEM_SOFT_DIRTY))
		return;
	vmlab_pt_decode(1, pte_val(pte_swp_mksoft_dirty(pte)), &e);
	KUNIT_EXPECT_EQ(test, e.flags, VMLAB_PTE_SWAP | VMLAB_PTE_SOFT_DIRTY);
	KUNIT_EXPECT_EQ(test, e.swap_offset, 0xabcdef);
}

static void migration_entries(struct kunit *test)
{
	pte_t r = swp_entry_to_pte(make_readable_migration_entry(PFN));
	pte_t w = swp_entry_to_pte(make_writable_migration_entry(PFN));
	pte_t x = swp_entry_to_pte(make_readable_exclusive_migration_entry(PFN));

	expect_entry(test, 1, pte_val(r), VMLAB_PTE_MIGRATION, PFN);
	expect_entry(test, 1, pte_val(w),
		     VMLAB_PTE_MIGRATION | VMLAB_PTE_MIGRATION_W, PFN);
	expect_entry(test, 1, pte_val(x),
		     VMLAB_PTE_MIGRATION | VMLAB_PTE_MIGRATION_X, PFN);
	/* Of a huge page: the same bits, one level up. */
	KUNIT_EXPECT_EQ(test, vmlab_pt_kind(2, pte_val(r)), VMLAB_PT_LEAF);
	expect_entry(test, 2, pte_val(r), VMLAB_PTE_MIGRATION | VMLAB_PTE_HUGE,
		     PFN);
}

static void hwpoison_entry(struct kunit *test)
{
#ifdef CONFIG_MEMORY_FAILURE
	pte_t pte = swp_entry_to_pte(swp_entry(SWP_HWPOISON, PFN));

	expect_entry(test, 1, pte_val(pte), VMLAB_PTE_HWPOISON, PFN);
	/* Of hugetlbfs: one level up. */
	expect_entry(test, 2, pte_val(pte),
		     VMLAB_PTE_HWPOISON | VMLAB_PTE_HUGE, PFN);
#else
	kunit_skip(test, "no CONFIG_MEMORY_FAILURE");
#endif
}

/* Bits of the page that an entry keeps while it is not present. */
static void bits_of_absent_entries(struct kunit *test)
{
	pte_t pte = swp_entry_to_pte(make_readable_migration_entry(PFN));

	if (IS_ENABLED(CONFIG_MEM_SOFT_DIRTY))
		expect_entry(test, 1, pte_val(pte_swp_mksoft_dirty(pte)),
			     VMLAB_PTE_MIGRATION | VMLAB_PTE_SOFT_DIRTY, PFN);
	/* The bit of userfaultfd in entries that are not present. */
	pte = __pte(pte_val(pte) | _PAGE_USER);
	if (IS_ENABLED(CONFIG_HAVE_ARCH_USERFAULTFD_WP))
		expect_entry(test, 1, pte_val(pte),
			     VMLAB_PTE_MIGRATION | VMLAB_PTE_UFFD_WP, PFN);
}

static void markers(struct kunit *test)
{
	pte_t uffd = make_pte_marker(PTE_MARKER_UFFD_WP);

	expect_entry(test, 1, pte_val(uffd),
		     VMLAB_PTE_MARKER | VMLAB_PTE_UFFD_WP, 0);
	if (VMLAB_PTE_MARKER_POISON)
		expect_entry(test, 1,
			     pte_val(make_pte_marker(VMLAB_PTE_MARKER_POISON)),
			     VMLAB_PTE_MARKER | VMLAB_PTE_POISON, 0);
	if (VMLAB_PTE_MARKER_GUARD)
		expect_entry(test, 1,
			     pte_val(make_pte_marker(VMLAB_PTE_MARKER_GUARD)),
			     VMLAB_PTE_MARKER | VMLAB_PTE_GUARD, 0);
}

static void index_arithmetic(struct kunit *test)
{
	const u64 addr = 5ULL << 48 | 17ULL << 39 | 511ULL << 30 | 3ULL << 21 |
			 42ULL << 12 | 0x123;

	KUNIT_EXPECT_EQ(test, vmlab_pt_index(5, addr), 5);
	KUNIT_EXPECT_EQ(test, vmlab_pt_index(4, addr), 17);
	KUNIT_EXPECT_EQ(test, vmlab_pt_index(3, addr), 511);
	KUNIT_EXPECT_EQ(test, vmlab_pt_index(2, addr), 3);
	KUNIT_EXPECT_EQ(test, vmlab_pt_index(1, addr), 42);
	KUNIT_EXPECT_EQ(test, vmlab_pt_shift(1), 12);
	KUNIT_EXPECT_EQ(test, vmlab_pt_shift(5), 48);
	KUNIT_EXPECT_TRUE(test, vmlab_pt_share_table(1, 0x1000, 0x1ff000));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_share_table(1, 0x1ff000, 0x200000));
	KUNIT_EXPECT_TRUE(test, vmlab_pt_share_table(2, 0x1ff000, 0x200000));
	KUNIT_EXPECT_TRUE(test, vmlab_pt_share_table(5, 0, TASK_SIZE_MAX - 1));
}

static struct vmlab_walk *new_walk(struct kunit *test)
{
	struct vmlab_walk *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	return w;
}

/* The next frame's entry is larger by what an entry covers; others: 0. */
static void place_bits(struct kunit *test)
{
	const u64 raw = pte_val(pfn_pte(PFN, PAGE_SHARED));
	const u64 next = pte_val(pfn_pte(PFN + 1, PAGE_SHARED));
	const u64 other = pte_val(pfn_pte(PFN + 1, PAGE_READONLY));
	const u64 huge = 0x40000ULL << PAGE_SHIFT | _PAGE_PRESENT | _PAGE_PSE;

	KUNIT_EXPECT_EQ(test, next, raw + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, (raw ^ next) & ~vmlab_pt_place(1, raw), 0);
	KUNIT_EXPECT_NE(test, (raw ^ other) & ~vmlab_pt_place(1, raw), 0);
	/* The third bit of the memory type is no part of the frame number. */
	KUNIT_EXPECT_EQ(test, vmlab_pt_place(2, huge) & _PAGE_PAT_LARGE, 0);
	KUNIT_EXPECT_NE(test, vmlab_pt_place(2, huge) & PMD_SIZE, 0);

	KUNIT_EXPECT_EQ(test, vmlab_pt_place(1, pte_val(pfn_pte(PFN, PAGE_NONE))),
			0);
	KUNIT_EXPECT_EQ(test, vmlab_pt_place(1, pte_val(swp_entry_to_pte(swp_entry(3, 5)))),
			0);
}

/* The record of a huge page starts after the pages reported as small ones. */
static void record_start(struct kunit *test)
{
	struct vmlab_walk *w = new_walk(test);
	u64 cursor;

	/* The record of an entry that the range starts in covers all of it. */
	KUNIT_ASSERT_EQ(test, vmlab_walk_start(w, 0x205000, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, vmlab_walk_record_start(w, 0x200000), 0x200000);
	cursor = vmlab_walk_cursor(w);
	vmlab_walk_advance(w, 0x207000);
	KUNIT_EXPECT_EQ(test, vmlab_walk_record_start(w, 0x200000), 0x207000);
	KUNIT_EXPECT_EQ(test, vmlab_walk_record_start(w, 0x208000), 0x208000);

	/* A cursor at the start is no progress. */
	KUNIT_ASSERT_EQ(test, vmlab_walk_start(w, 0x205000, 0, cursor), 0);
	KUNIT_EXPECT_EQ(test, vmlab_walk_record_start(w, 0x200000), 0x200000);
}

static void walk_range(struct kunit *test)
{
	struct vmlab_walk *w = new_walk(test);

	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, w->addr, 0);
	KUNIT_EXPECT_EQ(test, w->end, TASK_SIZE_MAX);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 0, U64_MAX & PAGE_MASK, 0),
			0);
	KUNIT_EXPECT_EQ(test, w->end, TASK_SIZE_MAX);
	/* A range beyond the user half is empty, which is no error. */
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, U64_MAX & PAGE_MASK, 0, 0),
			0);
	KUNIT_EXPECT_EQ(test, w->addr, w->end);

	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 1, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 0, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 0x2000, 0x2000, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(w, 0x2000, 0x1000, 0), -EINVAL);
}

static void walk_resumes(struct kunit *test)
{
	struct vmlab_walk *w = new_walk(test), *next = new_walk(test);
	u64 cursor;

	KUNIT_ASSERT_EQ(test, vmlab_walk_start(w, 0, 0, 0), 0);
	/* A cursor is never 0, even at the start. */
	KUNIT_EXPECT_NE(test, vmlab_walk_cursor(w), 0);

	w->entered = BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5);
	vmlab_walk_advance(w, 0x5000);
	cursor = vmlab_walk_cursor(w);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(next, 0x1000, 0, cursor), 0);
	KUNIT_EXPECT_EQ(test, next->addr, 0x5000);
	KUNIT_EXPECT_EQ(test, next->entered, w->entered);

	KUNIT_EXPECT_EQ(test, vmlab_walk_start(next, 0x6000, 0, cursor),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(next, 0, 0x4000, cursor),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(next, 0, 0, 0x5000), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmlab_walk_start(next, 0, 0, cursor | 0x800),
			-EINVAL);
}

/* A walk that leaves a table forgets that the table was reported. */
static void walk_leaves_tables(struct kunit *test)
{
	struct vmlab_walk *w = new_walk(test);
	const unsigned int all = BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5);

	KUNIT_ASSERT_EQ(test, vmlab_walk_start(w, 0, 0, 0), 0);
	w->entered = all;
	vmlab_walk_advance(w, 0x1ff000);
	KUNIT_EXPECT_EQ(test, w->entered, all);
	vmlab_walk_advance(w, 0x200000);
	KUNIT_EXPECT_EQ(test, w->entered, all & ~BIT(1));
	w->entered = all;
	vmlab_walk_advance(w, 1ULL << 30);
	KUNIT_EXPECT_EQ(test, w->entered, all & ~(BIT(1) | BIT(2)));
	w->entered = all;
	vmlab_walk_advance(w, 1ULL << 39);
	KUNIT_EXPECT_EQ(test, w->entered, BIT(4) | BIT(5));
}

static void filter(struct kunit *test)
{
	struct vmlab_ptes query = {};
	struct vmlab_pt_filter f;

	KUNIT_ASSERT_EQ(test, vmlab_pt_filter_init(&f, &query), 0);
	KUNIT_EXPECT_TRUE(test, vmlab_pt_filter_match(&f, 0));
	KUNIT_EXPECT_EQ(test, f.show, VMLAB_PTE_ALL);

	query.category_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_DIRTY;
	query.category_inverted = VMLAB_PTE_DIRTY;
	query.category_anyof_mask = VMLAB_PTE_ANON | VMLAB_PTE_FILE;
	query.return_mask = VMLAB_PTE_PRESENT;
	KUNIT_ASSERT_EQ(test, vmlab_pt_filter_init(&f, &query), 0);
	KUNIT_EXPECT_EQ(test, f.show, VMLAB_PTE_PRESENT);
	KUNIT_EXPECT_TRUE(test,
			  vmlab_pt_filter_match(&f, VMLAB_PTE_PRESENT |
						    VMLAB_PTE_ANON));
	KUNIT_EXPECT_FALSE(test,
			   vmlab_pt_filter_match(&f, VMLAB_PTE_PRESENT |
						     VMLAB_PTE_DIRTY |
						     VMLAB_PTE_ANON));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_filter_match(&f, VMLAB_PTE_PRESENT));
	KUNIT_EXPECT_FALSE(test, vmlab_pt_filter_match(&f, VMLAB_PTE_FILE));

	query.return_mask = VMLAB_PTE_ALL + 1;
	KUNIT_EXPECT_EQ(test, vmlab_pt_filter_init(&f, &query), -EINVAL);
}

static void folding(struct kunit *test)
{
	const struct vmlab_pte run = {
		.start = 0x1000, .end = 0x3000, .nr = 2, .level = 1,
		.flags = VMLAB_PTE_PRESENT | VMLAB_PTE_USER,
	};
	struct vmlab_pte r = run;

	r.start = 0x3000;
	r.end = 0x4000;
	KUNIT_EXPECT_TRUE(test, vmlab_pte_fold(&run, &r, true));
	KUNIT_EXPECT_FALSE(test, vmlab_pte_fold(&run, &r, false));
	r.flags |= VMLAB_PTE_DIRTY;
	KUNIT_EXPECT_FALSE(test, vmlab_pte_fold(&run, &r, true));
	r.flags = run.flags;
	r.pkey = 1;
	KUNIT_EXPECT_FALSE(test, vmlab_pte_fold(&run, &r, true));
	r.pkey = 0;
	r.level = 2;
	KUNIT_EXPECT_FALSE(test, vmlab_pte_fold(&run, &r, true));
	r.level = 1;
	r.start = 0x4000;
	KUNIT_EXPECT_FALSE(test, vmlab_pte_fold(&run, &r, true));
}

static void names(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < 64; i++) {
		const char *a = vmlab_pte_flag_name(i)->name;
		const char *b = vmlab_page_flag_name(i)->name;

		KUNIT_EXPECT_EQ(test, !*a, !(BIT_ULL(i) & VMLAB_PTE_ALL));
		for (j = i + 1; j < 64; j++) {
			if (*a)
				KUNIT_EXPECT_STRNEQ(test, a,
						    vmlab_pte_flag_name(j)->name);
			if (*b)
				KUNIT_EXPECT_STRNEQ(test, b,
						    vmlab_page_flag_name(j)->name);
		}
	}
	KUNIT_EXPECT_STREQ(test, vmlab_pt_level_name(1), "pte");
	KUNIT_EXPECT_STREQ(test, vmlab_pt_level_name(3), "pud");
	KUNIT_EXPECT_STREQ(test, vmlab_pt_level_name(vmlab_pt_levels()), "pgd");
}

static struct kunit_case pagetable_cases[] = {
	KUNIT_CASE(empty_entries),
	KUNIT_CASE(present_entries),
	KUNIT_CASE(protection_key),
	KUNIT_CASE(protnone_entry),
	KUNIT_CASE(huge_entries),
	KUNIT_CASE(table_entries),
	KUNIT_CASE(swap_entries),
	KUNIT_CASE(migration_entries),
	KUNIT_CASE(hwpoison_entry),
	KUNIT_CASE(bits_of_absent_entries),
	KUNIT_CASE(markers),
	KUNIT_CASE(index_arithmetic),
	KUNIT_CASE(place_bits),
	KUNIT_CASE(record_start),
	KUNIT_CASE(walk_range),
	KUNIT_CASE(walk_resumes),
	KUNIT_CASE(walk_leaves_tables),
	KUNIT_CASE(filter),
	KUNIT_CASE(folding),
	KUNIT_CASE(names),
	{}
};

static struct kunit_suite pagetable_suite = {
	.name = "vmlab_pagetable",
	.test_cases = pagetable_cases,
};

kunit_test_suite(pagetable_suite);
