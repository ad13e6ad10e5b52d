// SPDX-License-Identifier: GPL-2.0
/* Names of the bits of page table entries and of page frames. */
#include <linux/kernel-page-flags.h>
#include <linux/kernel.h>
#include <linux/log2.h>

#include "compat.h"
#include "inspect/pagetable.h"

#define PTE_FLAG(flag, word) \
	[ilog2(VMLAB_PTE_##flag)] = { word, "" }

static const struct vmlab_flag_name pte_names[] = {
	PTE_FLAG(PRESENT, "present"),
	PTE_FLAG(TABLE, "table"),
	PTE_FLAG(HUGE, "huge"),
	PTE_FLAG(WRITE, "write"),
	PTE_FLAG(USER, "user"),
	PTE_FLAG(NX, "nx"),
	PTE_FLAG(ACCESSED, "accessed"),
	PTE_FLAG(DIRTY, "dirty"),
	PTE_FLAG(GLOBAL, "global"),
	PTE_FLAG(PWT, "pwt"),
	PTE_FLAG(PCD, "pcd"),
	PTE_FLAG(PAT, "pat"),
	PTE_FLAG(SPECIAL, "special"),
	PTE_FLAG(SOFT_DIRTY, "soft_dirty"),
	PTE_FLAG(UFFD_WP, "uffd_wp"),
	PTE_FLAG(SAVED_DIRTY, "saved_dirty"),
	PTE_FLAG(DEVMAP, "devmap"),
	PTE_FLAG(PROTNONE, "protnone"),
	PTE_FLAG(SWAP, "swap"),
	PTE_FLAG(SWAP_EXCL, "swap_exclusive"),
	PTE_FLAG(MIGRATION, "migration"),
	PTE_FLAG(MIGRATION_W, "migration_write"),
	PTE_FLAG(MIGRATION_X, "migration_exclusive"),
	PTE_FLAG(DEV_PRIVATE, "device_private"),
	PTE_FLAG(DEV_EXCLUSIVE, "device_exclusive"),
	PTE_FLAG(HWPOISON, "hwpoison"),
	PTE_FLAG(MARKER, "marker"),
	PTE_FLAG(POISON, "poison"),
	PTE_FLAG(GUARD, "guard"),
	PTE_FLAG(ZERO, "zero"),
	PTE_FLAG(ANON, "anon"),
	PTE_FLAG(FILE, "file"),
	PTE_FLAG(EXCLUSIVE, "exclusive"),
	PTE_FLAG(HUGETLB, "hugetlb"),
};

static_assert(BIT_ULL(ARRAY_SIZE(pte_names)) - 1 == VMLAB_PTE_ALL);

#define KPF(flag, word) \
	[KPF_##flag] = { word, "" }

static const struct vmlab_flag_name page_names[] = {
	KPF(LOCKED, "locked"),
	KPF(ERROR, "error"),
	KPF(REFERENCED, "referenced"),
	KPF(UPTODATE, "uptodate"),
	KPF(DIRTY, "dirty"),
	KPF(LRU, "lru"),
	KPF(ACTIVE, "active"),
	KPF(SLAB, "slab"),
	KPF(WRITEBACK, "writeback"),
	KPF(RECLAIM, "reclaim"),
	KPF(BUDDY, "buddy"),
	KPF(MMAP, "mmap"),
	KPF(ANON, "anon"),
	KPF(SWAPCACHE, "swapcache"),
	KPF(SWAPBACKED, "swapbacked"),
	KPF(COMPOUND_HEAD, "compound_head"),
	KPF(COMPOUND_TAIL, "compound_tail"),
	KPF(HUGE, "huge"),
	KPF(UNEVICTABLE, "unevictable"),
	KPF(HWPOISON, "hwpoison"),
	KPF(NOPAGE, "nopage"),
	KPF(KSM, "ksm"),
	KPF(THP, "thp"),
	KPF(OFFLINE, "offline"),
	KPF(ZERO_PAGE, "zero_page"),
	KPF(IDLE, "idle"),
	KPF(PGTABLE, "pgtable"),
	KPF(RESERVED, "reserved"),
	KPF(MLOCKED, "mlocked"),
	KPF(PRIVATE, "private"),
	KPF(PRIVATE_2, "private_2"),
	KPF(OWNER_PRIVATE, "owner_private"),
	KPF(ARCH, "arch"),
	KPF(SOFTDIRTY, "softdirty"),
	KPF(ARCH_2, "arch_2"),
	VMLAB_KPF_NAMES(KPF),
};

static const struct vmlab_flag_name *
name_of(const struct vmlab_flag_name *names, unsigned int nr, unsigned int bit)
{
	static const struct vmlab_flag_name none;

	return bit < nr ? &names[bit] : &none;
}

/**
 * vmlab_pte_flag_name() - return the name of a VMLAB_PTE_* bit
 * @bit: 0 to 63
 *
 * Context: any.
 * Return: its names, empty for an unknown bit.
 */
const struct vmlab_flag_name *vmlab_pte_flag_name(unsigned int bit)
{
	return name_of(pte_names, ARRAY_SIZE(pte_names), bit);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pte_flag_name);

/**
 * vmlab_page_flag_name() - return the name of a KPF_* bit
 * @bit: 0 to 63
 *
 * Context: any.
 * Return: its names, empty for an unknown bit.
 */
const struct vmlab_flag_name *vmlab_page_flag_name(unsigned int bit)
{
	return name_of(page_names, ARRAY_SIZE(page_names), bit);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_page_flag_name);

/**
 * vmlab_pt_level_name() - return the name of a level
 * @level: from 1
 *
 * Context: any.
 * Return: "pte", "pmd", "pud", "p4d"; "pgd" for the highest in use.
 */
const char *vmlab_pt_level_name(unsigned int level)
{
	static const char * const names[] = { "pte", "pmd", "pud", "p4d" };

	if (level == vmlab_pt_levels())
		return "pgd";
	return level - 1 < ARRAY_SIZE(names) ? names[level - 1] : "?";
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_pt_level_name);
