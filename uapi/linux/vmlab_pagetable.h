/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Page tables: entries, pages and their frames, one translation, totals.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_PAGETABLE_H
#define _UAPI_LINUX_VMLAB_PAGETABLE_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/*
 * Levels are numbered from the bottom: 1 is a PTE table, 2 PMD, 3 PUD, 4 P4D.
 * The highest level, vmlab_info.pgtable_levels, is the PGD.
 *
 * Raw entries, physical addresses, frame numbers, swap locations and the fields
 * of struct page need CAP_SYS_ADMIN in the initial user namespace.  Without it
 * they are zero, and VMLAB_PT_HIDDEN is set.
 *
 * All requests below walk VMAs only: there are no entries between VMAs.  A walk
 * drops mmap_lock from time to time, and the target may then change its address
 * space.  Entries, and the facts of the frames that they map, are read under the
 * page-table lock, as PAGEMAP_SCAN reads them: a scan reports each page that is
 * resident all the while.  The accessed and dirty bits change without that lock
 * while the target runs.
 *   EOPNOTSUPP  VMLAB_FEAT_PGTABLE is missing: not supported on this architecture
 *   ENXIO       the target is a kernel thread: no mm
 */

/*
 * Bits of an entry.  Hardware bits are reported for entries that are present or
 * point to a table; for other entries they are zero.
 */
#define VMLAB_PTE_PRESENT	(1ULL << 0)  /* maps a frame */
#define VMLAB_PTE_TABLE		(1ULL << 1)  /* points to a table of the next level */
#define VMLAB_PTE_HUGE		(1ULL << 2)  /* a leaf above level 1 */
#define VMLAB_PTE_WRITE		(1ULL << 3)  /* the CPU may write */
#define VMLAB_PTE_USER		(1ULL << 4)  /* user mode may access */
#define VMLAB_PTE_NX		(1ULL << 5)  /* the CPU may not execute */
#define VMLAB_PTE_ACCESSED	(1ULL << 6)
#define VMLAB_PTE_DIRTY		(1ULL << 7)
#define VMLAB_PTE_GLOBAL	(1ULL << 8)
#define VMLAB_PTE_PWT		(1ULL << 9)  /* memory type: write-through */
#define VMLAB_PTE_PCD		(1ULL << 10) /* memory type: cache disable */
#define VMLAB_PTE_PAT		(1ULL << 11) /* memory type: third bit of the index */
/* ... software bits: the kernel uses them, the CPU ignores them */
#define VMLAB_PTE_SPECIAL	(1ULL << 12) /* pte_special(): mm must not use its struct page */
#define VMLAB_PTE_SOFT_DIRTY	(1ULL << 13) /* written since /proc/PID/clear_refs */
#define VMLAB_PTE_UFFD_WP	(1ULL << 14) /* write-protected by userfaultfd */
#define VMLAB_PTE_SAVED_DIRTY	(1ULL << 15) /* dirty bit of a read-only entry (shadow stacks) */
#define VMLAB_PTE_DEVMAP	(1ULL << 16) /* device memory of ZONE_DEVICE */
#define VMLAB_PTE_PROTNONE	(1ULL << 17) /* pte_protnone(): the CPU may not access the frame */
/* ... kinds of entries that are not present */
#define VMLAB_PTE_SWAP		(1ULL << 18) /* a page in swap */
#define VMLAB_PTE_SWAP_EXCL	(1ULL << 19) /* ... that no other process refers to */
#define VMLAB_PTE_MIGRATION	(1ULL << 20) /* a page that is being migrated to another frame */
#define VMLAB_PTE_MIGRATION_W	(1ULL << 21) /* ... will be writable afterwards */
#define VMLAB_PTE_MIGRATION_X	(1ULL << 22) /* ... will be exclusive, not writable */
#define VMLAB_PTE_DEV_PRIVATE	(1ULL << 23) /* a page in memory that only a device can access */
#define VMLAB_PTE_DEV_EXCLUSIVE	(1ULL << 24) /* a page that a device has exclusive access to */
#define VMLAB_PTE_HWPOISON	(1ULL << 25) /* a frame with a memory error */
#define VMLAB_PTE_MARKER	(1ULL << 26) /* a marker, without a page: */
#define VMLAB_PTE_POISON	(1ULL << 27) /* ... access raises SIGBUS */
#define VMLAB_PTE_GUARD		(1ULL << 28) /* ... a guard region (MADV_GUARD_INSTALL) */
/* ... kinds of frames, from struct page */
#define VMLAB_PTE_ZERO		(1ULL << 29) /* the shared zero page or huge zero page */
#define VMLAB_PTE_ANON		(1ULL << 30) /* anonymous memory, including KSM */
#define VMLAB_PTE_FILE		(1ULL << 31) /* page cache, including shmem */
#define VMLAB_PTE_EXCLUSIVE	(1ULL << 32) /* mapped once, as bit 56 of /proc/PID/pagemap */
#define VMLAB_PTE_HUGETLB	(1ULL << 33) /* in a hugetlbfs mapping */

#define VMLAB_PTE_ALL		((1ULL << 34) - 1)

/* vmlab_ptes.flags */
#define VMLAB_PTES_RAW		(1u << 0) /* do not fold: one record for each entry */
#define VMLAB_PTES_TABLES	(1u << 1) /* also report entries that point to tables */
#define VMLAB_PTES_FOLD_FLAGS	(1u << 2) /* fold entries whose frames are not adjacent too */

/* @result of the requests below */
#define VMLAB_PT_HIDDEN		(1u << 0) /* the caller has no CAP_SYS_ADMIN, see above */

/**
 * struct vmlab_pte - a run of equal page table entries
 * @start: first address of the run.  Entries are reported whole: a huge leaf
 *	with its full extent, also where the request covers a part of it.  Only
 *	a huge page that replaced entries that were reported already has a record
 *	that starts where they ended, and @phys with it
 * @end: end address of the run
 * @flags: VMLAB_PTE_* bits of the entries, limited to vmlab_ptes.return_mask
 * @raw: the first entry, as stored in the table
 * @phys: physical address in the first entry: of its frame, also in entries
 *	that are not present but refer to one, or of the next table
 * @swap_offset: page slot in the swap area, with VMLAB_PTE_SWAP
 * @nr: entries in the run
 * @index: index of the first entry in its table
 * @level: level of the table, 1 to vmlab_info.pgtable_levels
 * @shift: log2 of the bytes that one entry covers
 * @pkey: protection key, see pkeys(7)
 * @swap_type: number of the swap area
 * @reserved: zero
 */
struct vmlab_pte {
	__u64 start;
	__u64 end;
	__u64 flags;
	__u64 raw;
	__u64 phys;
	__u64 swap_offset;
	__u64 nr;
	__u16 index;
	__u8 level;
	__u8 shift;
	__u8 pkey;
	__u8 swap_type;
	__u16 reserved;
};

/**
 * struct vmlab_ptes - VMLAB_IOC_PTES, VMLAB_IOC_PAGES: entries, or pages
 * @size: set by the caller
 * @flags: VMLAB_PTES_*; must be zero for VMLAB_IOC_PAGES
 * @target: [in] the process
 * @start: [in] first address, a multiple of the page size
 * @end: [in] end of the range, a multiple of the page size; 0 for all
 * @cursor: [in, out] 0 to start; pass it back unchanged to continue
 * @category_inverted: [in] VMLAB_PTE_* bits to invert before the two masks
 *	below are applied, as in PAGEMAP_SCAN (Documentation/admin-guide/mm/
 *	pagemap.rst of the kernel)
 * @category_mask: [in] bits that must all be set
 * @category_anyof_mask: [in] bits of which at least one must be set; 0 for no
 *	such condition
 * @return_mask: [in] bits to report, and to compare for folding; 0 for all.  A
 *	request that neither reports nor filters by ZERO, ANON, FILE or
 *	EXCLUSIVE reads no struct page and is faster
 * @records: [in] pointer to an array of struct vmlab_pte (PTES) or struct
 *	vmlab_page (PAGES)
 * @nr: [in] records that @records has room for, at least 1
 *	[out] records filled: 1,024 at most; when there is room for more than
 *	were filled and these are fewer than 1,024, the end was reached
 * @result: [out] VMLAB_PT_HIDDEN; must be zero on input
 * @tables_read: [out] page tables that this call read: a measure of its cost
 *
 * PTES reports leaf entries that are not empty, by ascending address.  Adjacent
 * entries fold into one record when they are in the same VMA, on the same level,
 * have equal bits, and their frames or swap slots are adjacent too.  A caller
 * without CAP_SYS_ADMIN cannot see the latter: then equal bits are enough.  A run
 * can be cut in two where the module released mmap_lock and the mappings may have
 * changed since: on kernels without per-VMA locks, always there.  With
 * VMLAB_PTES_TABLES an entry that points to a table is reported once, before
 * the contents of that table; the filter applies to it too.
 *
 * PAGES reports one record for each page: a huge leaf gives many.
 *
 * EINVAL  @start or @end is not a multiple of the page size, @end is not above
 *         @start, @cursor is not from an earlier call, or a mask has unknown
 *         bits
 */
struct vmlab_ptes {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 cursor;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
	__u64 records;
	__u32 nr;
	__u32 result;
	__u64 tables_read;
};

#define VMLAB_IOC_PTES		_IO(VMLAB_IOC_MAGIC, 0x40)

/* vmlab_page.flags */
#define VMLAB_PAGE_FRAME	(1u << 0) /* the entry refers to a frame: @pfn is valid */
#define VMLAB_PAGE_STRUCT	(1u << 1) /* the frame has a struct page: its fields are valid */
#define VMLAB_PAGE_STABLE	(1u << 2) /* a reference was held: the fields belong together */

/**
 * struct vmlab_page - one page of an address space and its frame
 * @addr: address of the page
 * @entry_flags: VMLAB_PTE_* bits of the entry that maps it
 * @pfn: page frame number
 * @head_pfn: first frame of the folio that the frame belongs to
 * @page_flags: KPF_* bits as in /proc/kpageflags, see linux/kernel-page-flags.h
 * @swap_offset: page slot in the swap area, with VMLAB_PTE_SWAP
 * @mapcount: page table entries that map the frame, as in /proc/kpagecount
 * @refcount: references to the folio, without the one that this request takes
 * @flags: VMLAB_PAGE_*
 * @order: log2 of the pages in the folio
 * @level: level of the entry
 * @swap_type: number of the swap area
 * @reserved: zero
 */
struct vmlab_page {
	__u64 addr;
	__u64 entry_flags;
	__u64 pfn;
	__u64 head_pfn;
	__u64 page_flags;
	__u64 swap_offset;
	__u32 mapcount;
	__u32 refcount;
	__u32 flags;
	__u8 order;
	__u8 level;
	__u8 swap_type;
	__u8 reserved;
};

#define VMLAB_IOC_PAGES		_IO(VMLAB_IOC_MAGIC, 0x41)

#define VMLAB_PT_LEVELS_MAX	5

/* vmlab_translation.outcome: the end of the walk */
#define VMLAB_WALK_MAPPED	0	/* an entry that maps a frame: @phys */
#define VMLAB_WALK_NO_VMA	1	/* no VMA: no table is read; an access raises SIGSEGV */
#define VMLAB_WALK_NONE		2	/* an empty entry: never touched, or unmapped */
#define VMLAB_WALK_PROTNONE	3	/* VMLAB_PTE_PROTNONE: @phys is valid */
#define VMLAB_WALK_SWAP		4	/* VMLAB_PTE_SWAP */
#define VMLAB_WALK_MIGRATION	5	/* VMLAB_PTE_MIGRATION */
#define VMLAB_WALK_DEVICE	6	/* VMLAB_PTE_DEV_PRIVATE or VMLAB_PTE_DEV_EXCLUSIVE */
#define VMLAB_WALK_HWPOISON	7	/* VMLAB_PTE_HWPOISON */
#define VMLAB_WALK_MARKER	8	/* VMLAB_PTE_MARKER: see the bits of the last step */

/**
 * struct vmlab_walk_step - one level of a translation
 * @table: physical address of the table
 * @raw: the entry
 * @flags: VMLAB_PTE_* bits of the entry
 * @phys: physical address in the entry
 * @index: index of the entry in the table: bits @shift to @shift + 8 of the
 *	address
 * @level: level of the table
 * @shift: log2 of the bytes that one entry covers
 * @reserved: zero
 */
struct vmlab_walk_step {
	__u64 table;
	__u64 raw;
	__u64 flags;
	__u64 phys;
	__u16 index;
	__u8 level;
	__u8 shift;
	__u32 reserved;
};

/**
 * struct vmlab_translation - VMLAB_IOC_TRANSLATE: one address, step by step
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] the process
 * @addr: [in] any user address
 * @result: VMLAB_PT_HIDDEN
 * @outcome: VMLAB_WALK_*
 * @levels: members of @step; @index, @level and @shift are valid in all
 * @steps: steps walked; the last one is where the walk ended
 * @access: VMLAB_ACCESS_* that succeed in user mode without a fault
 * @vma_access: VMLAB_ACCESS_* that the VMA allows, perhaps after a fault
 * @pkey: protection key, see pkeys(7)
 * @swap_type: number of the swap area
 * @reserved: zero
 * @phys: the physical address of @addr, with VMLAB_WALK_MAPPED and _PROTNONE
 * @swap_offset: page slot in the swap area, with VMLAB_WALK_SWAP
 * @vma_start: start of the VMA; this member and the next three are as in struct
 *	vmlab_vma, and zero without a VMA
 * @vma_end: end of the VMA
 * @vm_flags: flags of the VMA
 * @vma_pgoff: offset of the VMA, pages
 * @step: the steps, from the PGD down
 *
 * Members other than @size, @flags, @target and @addr are output, and ignored on
 * input.
 * EINVAL  @addr is not in the user half of the address space
 */
struct vmlab_translation {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 addr;
	__u32 result;
	__u32 outcome;
	__u8 levels;
	__u8 steps;
	__u8 access;
	__u8 vma_access;
	__u8 pkey;
	__u8 swap_type;
	__u16 reserved;
	__u64 phys;
	__u64 swap_offset;
	__u64 vma_start;
	__u64 vma_end;
	__u64 vm_flags;
	__u64 vma_pgoff;
	struct vmlab_walk_step step[VMLAB_PT_LEVELS_MAX];
};

#define VMLAB_IOC_TRANSLATE	_IO(VMLAB_IOC_MAGIC, 0x42)

/**
 * struct vmlab_pgtable_level - totals of one level
 * @tables: page tables.  The highest level has one table; the members below
 *	count the entries of its user half only
 * @bytes: memory of the tables
 * @none: empty entries
 * @table: entries that point to a table of the next level
 * @leaf: entries that map a frame of 1 << @shift bytes
 * @other: other entries: swap, migration, markers
 * @shift: log2 of the bytes that one entry covers
 * @reserved: zero
 */
struct vmlab_pgtable_level {
	__u64 tables;
	__u64 bytes;
	__u64 none;
	__u64 table;
	__u64 leaf;
	__u64 other;
	__u32 shift;
	__u32 reserved;
};

/**
 * struct vmlab_pgtable_totals - VMLAB_IOC_PGTABLE_TOTALS: totals of page tables
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] the process
 * @levels: levels in use
 * @reserved: must be zero
 * @deposited: PTE tables held in reserve, one for each anonymous huge page, so
 *	that splitting it needs no memory (pgtable_trans_huge_deposit()); no
 *	entry points to them
 * @bytes: memory of the tables of levels 1 to 3 and of the deposited ones.
 *	It equals @kernel_bytes while the target changes nothing, unless the
 *	target has an LDT (modify_ldt(2)), whose tables are outside the user half
 * @kernel_bytes: bytes that the kernel counts: VmPTE of proc_pid_status(5)
 * @tables_read: page tables that this request read: a measure of its cost
 * @level: @level[0] is level 1
 */
struct vmlab_pgtable_totals {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 levels;
	__u32 reserved;
	__u64 deposited;
	__u64 bytes;
	__u64 kernel_bytes;
	__u64 tables_read;
	struct vmlab_pgtable_level level[VMLAB_PT_LEVELS_MAX];
};

#define VMLAB_IOC_PGTABLE_TOTALS _IO(VMLAB_IOC_MAGIC, 0x43)

#endif /* _UAPI_LINUX_VMLAB_PAGETABLE_H */
