/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of page tables on this architecture. */
#ifndef VMLAB_ARCH_H
#define VMLAB_ARCH_H

#include <linux/mm.h>
#include <linux/types.h>

#include <linux/vmlab.h>

/* Entries of a table, on every level. */
#define VMLAB_PT_ENTRIES	512

enum vmlab_pt_kind {
	VMLAB_PT_NONE,	/* empty */
	VMLAB_PT_TABLE,	/* points to a table of the next level */
	VMLAB_PT_LEAF,	/* maps a frame, or records where the page is */
};

/**
 * struct vmlab_entry - a page table entry, decoded
 * @flags: VMLAB_PTE_* bits that follow from the entry alone
 * @pfn: frame that it maps, that it mapped before (migration and the like), or
 *	that holds the table it points to; 0 when there is none
 * @swap_offset: page slot in the swap area
 * @swap_type: number of the swap area
 * @pkey: protection key
 */
struct vmlab_entry {
	u64 flags;
	u64 pfn;
	u64 swap_offset;
	u8 swap_type;
	u8 pkey;
};

/*
 * ptlock.c relies on RCU to keep PTE tables.  Other configurations are not
 * tested: they have no levels here, and each request for page tables returns
 * EOPNOTSUPP.
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_MMU_GATHER_RCU_TABLE_FREE)
unsigned int vmlab_pt_levels(void);
const u64 *vmlab_pt_root(const struct mm_struct *mm);
const u64 *vmlab_pt_next(u64 raw);
bool vmlab_pt_same_table(u64 a, u64 b);
spinlock_t *vmlab_pt_lockptr(struct mm_struct *mm, unsigned int level,
			     const u64 *table, u64 parent);
u64 vmlab_pt_place(unsigned int level, u64 raw);

/* The frame of an entry of level 1 that is present for the CPU. */
static inline u64 vmlab_pt_pfn(u64 raw)
{
	return (raw & PTE_PFN_MASK) >> PAGE_SHIFT;
}

enum vmlab_pt_kind vmlab_pt_kind(unsigned int level, u64 raw);
void vmlab_pt_decode(unsigned int level, u64 raw, struct vmlab_entry *entry);
unsigned int vmlab_pt_kernel_frame(unsigned long addr, u64 *pfn);
#else
static inline unsigned int vmlab_pt_levels(void)
{
	return 0;
}

static inline const u64 *vmlab_pt_root(const struct mm_struct *mm)
{
	return NULL;
}

static inline const u64 *vmlab_pt_next(u64 raw)
{
	return NULL;
}

static inline bool vmlab_pt_same_table(u64 a, u64 b)
{
	return true;
}

static inline spinlock_t *vmlab_pt_lockptr(struct mm_struct *mm,
					   unsigned int level,
					   const u64 *table, u64 parent)
{
	return &mm->page_table_lock;
}

static inline u64 vmlab_pt_place(unsigned int level, u64 raw)
{
	return 0;
}

static inline u64 vmlab_pt_pfn(u64 raw)
{
	return 0;
}

static inline enum vmlab_pt_kind vmlab_pt_kind(unsigned int level, u64 raw)
{
	return VMLAB_PT_NONE;
}

static inline void vmlab_pt_decode(unsigned int level, u64 raw,
				   struct vmlab_entry *entry)
{
	*entry = (struct vmlab_entry){};
}

static inline unsigned int vmlab_pt_kernel_frame(unsigned long addr, u64 *pfn)
{
	return 0;
}
#endif

/* Does @entry have a frame, even if it does not map it at present? */
static inline bool vmlab_entry_has_frame(const struct vmlab_entry *entry)
{
	return entry->flags & (VMLAB_PTE_PRESENT | VMLAB_PTE_MIGRATION |
			       VMLAB_PTE_DEV_PRIVATE |
			       VMLAB_PTE_DEV_EXCLUSIVE | VMLAB_PTE_HWPOISON);
}

/* log2 of the bytes that an entry of @level covers. */
static inline unsigned int vmlab_pt_shift(unsigned int level)
{
	return PAGE_SHIFT + ilog2(VMLAB_PT_ENTRIES) * (level - 1);
}

static inline unsigned int vmlab_pt_index(unsigned int level, u64 addr)
{
	return addr >> vmlab_pt_shift(level) & (VMLAB_PT_ENTRIES - 1);
}

/* Do two addresses lead through the same table of @level? */
static inline bool vmlab_pt_share_table(unsigned int level, u64 a, u64 b)
{
	return a >> vmlab_pt_shift(level + 1) == b >> vmlab_pt_shift(level + 1);
}

#endif /* VMLAB_ARCH_H */
