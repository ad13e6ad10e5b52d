// SPDX-License-Identifier: GPL-2.0
/* The page tables of x86-64: four or five levels of 512 entries of 8 bytes. */
#include <linux/mm.h>
#include <linux/pgtable.h>

#include <linux/vmlab.h>

#include "compat.h"
#include "inspect/arch.h"

static const struct {
	u64 bit;
	u64 flag;
} present_bits[] = {
	{ _PAGE_RW, VMLAB_PTE_WRITE },
	{ _PAGE_USER, VMLAB_PTE_USER },
	{ _PAGE_NX, VMLAB_PTE_NX },
	{ _PAGE_ACCESSED, VMLAB_PTE_ACCESSED },
	{ _PAGE_DIRTY, VMLAB_PTE_DIRTY },
	{ _PAGE_PWT, VMLAB_PTE_PWT },
	{ _PAGE_PCD, VMLAB_PTE_PCD },
};

static const struct {
	u64 bit;
	u64 flag;
} leaf_bits[] = {
	{ _PAGE_SPECIAL, VMLAB_PTE_SPECIAL },
	{ BIT_ULL(_PAGE_BIT_SOFT_DIRTY), VMLAB_PTE_SOFT_DIRTY },
	{ BIT_ULL(VMLAB_PAGE_BIT_UFFD), VMLAB_PTE_UFFD_WP },
	{ VMLAB_PAGE_SAVED_DIRTY, VMLAB_PTE_SAVED_DIRTY },
	{ VMLAB_PAGE_DEVMAP, VMLAB_PTE_DEVMAP },
};

/**
 * vmlab_pt_levels() - return the number of page-table levels
 *
 * Context: any.
 * Return: 4 or 5.
 */
unsigned int vmlab_pt_levels(void)
{
	return pgtable_l5_enabled() ? 5 : 4;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_levels);

/**
 * vmlab_pt_root() - return the highest table
 * @mm: the mm; with page-table isolation the result is the kernel's copy, see
 *	vmlab_pt_decode()
 *
 * Context: any; the table lives as long as @mm is referenced.
 * Return: the address of its first entry.
 */
const u64 *vmlab_pt_root(const struct mm_struct *mm)
{
	return (const u64 *)mm->pgd;
}

/**
 * vmlab_pt_next() - return the table that an entry points to
 * @raw: an entry of kind VMLAB_PT_TABLE
 *
 * Context: any.
 * Return: the address of the table's first entry.
 */
const u64 *vmlab_pt_next(u64 raw)
{
	return __va(raw & PTE_PFN_MASK);
}

/**
 * vmlab_pt_same_table() - check whether two entries point to the same table
 * @a: an entry of kind VMLAB_PT_TABLE
 * @b: any entry of the same level above 1
 *
 * The CPU sets the accessed bit at any time: other bits than those of the
 * table's address may differ.
 *
 * Context: any.
 * Return: whether they do.
 */
bool vmlab_pt_same_table(u64 a, u64 b)
{
	const u64 mask = PTE_PFN_MASK | _PAGE_PRESENT | _PAGE_PSE;

	return (a & mask) == (b & mask);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_same_table);

/**
 * vmlab_pt_lockptr() - return the lock that a table's entries change under
 * @mm: the mm
 * @level: level of the table
 * @table: its first entry
 * @parent: the entry that points to it, for level 1
 *
 * Context: RCU, which keeps the lock where it is allocated apart.
 * Return: the lock.
 */
spinlock_t *vmlab_pt_lockptr(struct mm_struct *mm, unsigned int level,
			     const u64 *table, u64 parent)
{
	pmd_t pmd = __pmd(parent);

	switch (level) {
	case 1:
		return pte_lockptr(mm, &pmd);
	case 2:
		return pmd_lockptr(mm, (pmd_t *)table);
	default:
		return pud_lockptr(mm, (pud_t *)table);
	}
}

/**
 * vmlab_pt_place() - return the bits of a leaf that hold the frame number
 * @level: level of the entry
 * @raw: the entry
 *
 * Context: any.
 * Return: a mask, in which the number of the next frame is larger by what an
 * entry covers; 0 when the entry is not present for the CPU: such an entry has
 * the number inverted, or none.
 */
u64 vmlab_pt_place(unsigned int level, u64 raw)
{
	if (!(raw & _PAGE_PRESENT))
		return 0;
	return PTE_PFN_MASK & ~(BIT_ULL(vmlab_pt_shift(level)) - 1);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_place);

/**
 * vmlab_pt_kind() - classify an entry
 * @level: 1 for a PTE, and so on
 * @raw: the entry
 *
 * Context: any.
 * Return: its kind.
 */
enum vmlab_pt_kind vmlab_pt_kind(unsigned int level, u64 raw)
{
	pud_t pud = __pud(raw);
	pmd_t pmd = __pmd(raw);

	switch (level) {
	case 1:
		return pte_none(__pte(raw)) ? VMLAB_PT_NONE : VMLAB_PT_LEAF;
	case 2:
		if (pmd_none(pmd))
			return VMLAB_PT_NONE;
		return !pmd_present(pmd) || pmd_leaf(pmd) ? VMLAB_PT_LEAF :
							    VMLAB_PT_TABLE;
	case 3:
		if (pud_none(pud))
			return VMLAB_PT_NONE;
		return !pud_present(pud) || pud_leaf(pud) ? VMLAB_PT_LEAF :
							    VMLAB_PT_TABLE;
	default:
		return raw & _PAGE_PRESENT ? VMLAB_PT_TABLE : VMLAB_PT_NONE;
	}
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_kind);

/* Return the frame; the accessors undo the inversion that mitigates L1TF. */
static u64 leaf_pfn(unsigned int level, u64 raw)
{
	switch (level) {
	case 1:
		return pte_pfn(__pte(raw));
	case 2:
		return pmd_pfn(__pmd(raw));
	default:
		return pud_pfn(__pud(raw));
	}
}

static void decode_present(unsigned int level, u64 raw, struct vmlab_entry *e)
{
	const u64 pat = level == 1 ? _PAGE_PAT : _PAGE_PAT_LARGE;
	unsigned int i;

	e->flags |= VMLAB_PTE_PRESENT;
	if (level > 1)
		e->flags |= VMLAB_PTE_HUGE;
	if (raw & pat)
		e->flags |= VMLAB_PTE_PAT;
	for (i = 0; i < ARRAY_SIZE(leaf_bits); i++)
		if (raw & leaf_bits[i].bit)
			e->flags |= leaf_bits[i].flag;
	/*
	 * Without the CPU's present bit: PROT_NONE, a NUMA hint, or for a
	 * moment a huge entry that is being split.  "Global" is reused then.
	 */
	if (!(raw & _PAGE_PRESENT))
		e->flags |= VMLAB_PTE_PROTNONE;
	else if (raw & _PAGE_GLOBAL)
		e->flags |= VMLAB_PTE_GLOBAL;
	e->pfn = leaf_pfn(level, raw);
	e->pkey = (raw & _PAGE_PKEY_MASK) >> _PAGE_BIT_PKEY_BIT0;
}

static u64 migration_flags(vmlab_leaf_t leaf)
{
	if (vmlab_leaf_is_migration_write(leaf))
		return VMLAB_PTE_MIGRATION | VMLAB_PTE_MIGRATION_W;
	if (vmlab_leaf_is_migration_exclusive(leaf))
		return VMLAB_PTE_MIGRATION | VMLAB_PTE_MIGRATION_X;
	return VMLAB_PTE_MIGRATION;
}

static u64 marker_flags(vmlab_leaf_t leaf)
{
	unsigned long marker = vmlab_leaf_marker(leaf);
	u64 flags = VMLAB_PTE_MARKER;

	if (marker & PTE_MARKER_UFFD_WP)
		flags |= VMLAB_PTE_UFFD_WP;
	if (marker & VMLAB_PTE_MARKER_POISON)
		flags |= VMLAB_PTE_POISON;
	if (marker & VMLAB_PTE_MARKER_GUARD)
		flags |= VMLAB_PTE_GUARD;
	return flags;
}

/* Entries that are not present have the same form on all levels. */
static void decode_absent(unsigned int level, u64 raw, struct vmlab_entry *e)
{
	pte_t pte = __pte(raw);
	vmlab_leaf_t leaf = vmlab_leaf_from_pte(pte);

	if (level > 1)
		e->flags |= VMLAB_PTE_HUGE;
	if (pte_swp_soft_dirty(pte))
		e->flags |= VMLAB_PTE_SOFT_DIRTY;
	if (vmlab_pte_swp_uffd(pte))
		e->flags |= VMLAB_PTE_UFFD_WP;

	if (vmlab_leaf_is_swap(leaf)) {
		e->flags |= VMLAB_PTE_SWAP;
		if (pte_swp_exclusive(pte))
			e->flags |= VMLAB_PTE_SWAP_EXCL;
		e->swap_type = swp_type(leaf);
		e->swap_offset = swp_offset(leaf);
	} else if (vmlab_leaf_is_marker(leaf)) {
		e->flags |= marker_flags(leaf);
	} else if (vmlab_leaf_is_lost(leaf)) {
		e->flags |= VMLAB_PTE_MARKER | VMLAB_PTE_POISON;
	} else if (vmlab_leaf_is_migration(leaf)) {
		e->flags |= migration_flags(leaf);
	} else if (vmlab_leaf_is_device_private(leaf)) {
		e->flags |= VMLAB_PTE_DEV_PRIVATE;
	} else if (vmlab_leaf_is_device_exclusive(leaf)) {
		e->flags |= VMLAB_PTE_DEV_EXCLUSIVE;
	} else if (vmlab_leaf_is_hwpoison(leaf)) {
		e->flags |= VMLAB_PTE_HWPOISON;
	}
	if (vmlab_leaf_has_pfn(leaf))
		e->pfn = vmlab_leaf_to_pfn(leaf);
}

/**
 * vmlab_pt_decode() - decode an entry
 * @level: 1 for a PTE, and so on
 * @raw: the entry, not empty
 * @e: filled in
 *
 * With page-table isolation the kernel's copy of the highest table marks user
 * memory as not executable, and the user's copy does not: @e has it as user
 * mode sees it.
 *
 * Context: any.
 */
void vmlab_pt_decode(unsigned int level, u64 raw, struct vmlab_entry *e)
{
	enum vmlab_pt_kind kind = vmlab_pt_kind(level, raw);
	unsigned int i;

	*e = (struct vmlab_entry){};
	if (kind == VMLAB_PT_NONE)
		return;
	if (kind == VMLAB_PT_LEAF && !(raw & (_PAGE_PRESENT | _PAGE_PROTNONE)) &&
	    !(level == 2 && pmd_present(__pmd(raw)))) {
		decode_absent(level, raw, e);
		return;
	}

	for (i = 0; i < ARRAY_SIZE(present_bits); i++)
		if (raw & present_bits[i].bit)
			e->flags |= present_bits[i].flag;
	if (kind == VMLAB_PT_LEAF) {
		decode_present(level, raw, e);
		return;
	}
	e->flags |= VMLAB_PTE_TABLE;
	if (level == vmlab_pt_levels() && boot_cpu_has(X86_FEATURE_PTI))
		e->flags &= ~VMLAB_PTE_NX;
	e->pfn = (raw & PTE_PFN_MASK) >> PAGE_SHIFT;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_decode);

/**
 * vmlab_pt_kernel_frame() - walk the kernel's page tables for one address
 * @addr: an address of the kernel half, which stays mapped
 * @pfn: [out] the frame
 *
 * Tables that map memory in use are split, and never freed below their entries.
 *
 * Context: any.
 * Return: the level of the entry that maps @addr, 0 when nothing is mapped.
 */
unsigned int vmlab_pt_kernel_frame(unsigned long addr, u64 *pfn)
{
	struct vmlab_entry entry;
	unsigned int level;
	pte_t *pte = lookup_address(addr, &level);

	if (!pte)
		return 0;
	vmlab_pt_decode(level, READ_ONCE(pte->pte), &entry);
	if (!(entry.flags & VMLAB_PTE_PRESENT))
		return 0;
	*pfn = entry.pfn + ((addr & (BIT(vmlab_pt_shift(level)) - 1)) >>
			    PAGE_SHIFT);
	return level;
}
