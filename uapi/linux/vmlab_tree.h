/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The maple tree of the VMAs, lookups in it, free ranges, and the regions of the
 * whole address space.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_TREE_H
#define _UAPI_LINUX_VMLAB_TREE_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/*
 * The terms are those of the maple tree: Documentation/core-api/maple_tree.rst
 * and include/linux/maple_tree.h of the kernel.
 */

#define VMLAB_TREE_LEVELS	32	/* above the height of any tree */

/* vmlab_tree_item.kind: the type of a node (enum maple_type), or the content of a slot */
#define VMLAB_TREE_DENSE	0	/* node: maple_dense */
#define VMLAB_TREE_LEAF_64	1	/* node: maple_leaf_64 */
#define VMLAB_TREE_RANGE_64	2	/* node: maple_range_64, without gap sizes */
#define VMLAB_TREE_ARANGE_64	3	/* node: maple_arange_64, with gap sizes */
#define VMLAB_TREE_UNKNOWN	15	/* node: of a type that the module does not know */
#define VMLAB_TREE_ENTRY	16	/* slot of a leaf: an entry, here one VMA */
#define VMLAB_TREE_GAP		17	/* slot of a leaf: empty, a free range */
#define VMLAB_TREE_RESERVED	18	/* slot of a leaf: a reserved value, no VMA */

/* vmlab_tree_item.flags */
#define VMLAB_TREE_IMPLIED	(1u << 0) /* no pivot is stored: @last is that of the node */
#define VMLAB_TREE_HAS_GAP	(1u << 1) /* @gap is valid: stored in the parent, or the root's */
#define VMLAB_TREE_HAS_GAP_SLOT	(1u << 2) /* @gap_slot is valid: stored in the node */
#define VMLAB_TREE_AGAIN	(1u << 3) /* an ancestor that an earlier call reported */

/**
 * struct vmlab_tree_item - one node of the tree, or one slot of a leaf
 * @first: first index that it covers; an index is an address
 * @last: last index that it covers: the pivot of its slot in the parent
 * @gap: largest run of free indices below this node
 * @id: number of a node, counted from 1 in the order of the dump; 0 for a slot
 *	of a leaf
 * @parent: @id of the parent, 0 for the root
 * @kind: VMLAB_TREE_DENSE to VMLAB_TREE_RESERVED
 * @level: 0 for the root, one more for each step down
 * @slot: index in the parent
 * @used: for a node, slots in use
 * @slots: for a node, slots of its type
 * @gap_slot: for a node, the slot with the largest gap
 * @flags: VMLAB_TREE_IMPLIED to VMLAB_TREE_AGAIN
 *
 * A tree without nodes holds at most one entry, in the root pointer itself: its
 * items are on level 0 and have no parent.
 */
struct vmlab_tree_item {
	__u64 first;
	__u64 last;
	__u64 gap;
	__u32 id;
	__u32 parent;
	__u8 kind;
	__u8 level;
	__u8 slot;
	__u8 used;
	__u8 slots;
	__u8 gap_slot;
	__u16 flags;
};

/**
 * struct vmlab_tree_cursor - position in a dump
 * @first: first index of the next item to report
 * @level: level of that item
 * @next_id: number of the next node; 0 at the start
 * @generation: generation of the tree at the last call
 * @path: numbers of the nodes from the root down to @first
 *
 * All zero to start; pass it back unchanged to continue.
 */
struct vmlab_tree_cursor {
	__u64 first;
	__u32 level;
	__u32 next_id;
	__u64 generation;
	__u32 path[VMLAB_TREE_LEVELS];
};

/* vmlab_tree.flags and vmlab_tree_stats.flags */
#define VMLAB_TREE_CHANGED	(1u << 0) /* the tree may have changed since the last call */
#define VMLAB_TREE_NO_GENERATION (1u << 1) /* this kernel does not count changes */

/**
 * struct vmlab_tree - VMLAB_IOC_TREE: the maple tree that holds the VMAs
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] the process
 * @cursor: [in, out] see struct vmlab_tree_cursor
 * @items: [in] pointer to an array of struct vmlab_tree_item
 * @nr: [in] records that @items has room for, at least VMLAB_TREE_NR_MIN
 *	[out] records filled; 0 at the end
 * @map_count: [out] number of VMAs of the mm
 * @depth: [out] levels of nodes, 0 for a tree without nodes
 * @reserved: must be zero
 *
 * Items are reported depth first: those of one node in ascending order, and
 * each node before the items below it.
 *
 * The items of one call are of one moment.  When no call has VMLAB_TREE_CHANGED,
 * the whole dump is of one moment: mmap_lock was not taken for writing between
 * the calls.  A call with VMLAB_TREE_CHANGED may report another tree than the
 * calls before it; it begins with the ancestors of the next item, marked
 * VMLAB_TREE_AGAIN and with new ids, so that the @parent of an item always
 * belongs to the same moment.  Its first slot is the one that holds the index
 * after the last slot reported: when that slot has grown downwards since, it
 * begins at an index that was reported before.  The slots of a dump leave out no
 * index.  A kernel without per-VMA locks (before 6.4) does
 * not count changes: there each call but the first has this flag.
 */
struct vmlab_tree {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	struct vmlab_tree_cursor cursor;
	__u64 items;
	__u32 nr;
	__u32 map_count;
	__u32 depth;
	__u32 reserved;
};

#define VMLAB_TREE_NR_MIN	64

#define VMLAB_IOC_TREE		_IO(VMLAB_IOC_MAGIC, 0x30)

/**
 * struct vmlab_tree_level - totals of one level
 * @nodes: nodes
 * @used: slots in use
 * @slots: slots of these nodes
 */
struct vmlab_tree_level {
	__u64 nodes;
	__u64 used;
	__u64 slots;
};

/**
 * struct vmlab_tree_stats - VMLAB_IOC_TREE_STATS: totals of the maple tree
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] the process
 * @depth: levels of nodes
 * @node_bytes: size of one node
 * @nodes: nodes on all levels
 * @bytes: memory of all nodes
 * @entries: entries: VMAs
 * @gaps: free ranges below, between and above them; the highest one ends at
 *	ULONG_MAX
 * @level: totals by level, @level[0] for the root
 */
struct vmlab_tree_stats {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 depth;
	__u32 node_bytes;
	__u64 nodes;
	__u64 bytes;
	__u64 entries;
	__u64 gaps;
	struct vmlab_tree_level level[VMLAB_TREE_LEVELS];
};

#define VMLAB_IOC_TREE_STATS	_IO(VMLAB_IOC_MAGIC, 0x31)

/* indices of vmlab_find.vma; bit n of vmlab_find.found is set when @vma[n] was found */
#define VMLAB_FIND_VMA		0	/* find_vma(): the first VMA that ends above @start */
#define VMLAB_FIND_INTERSECTION	1	/* the first VMA with a byte in [@start, @end) */
#define VMLAB_FIND_PREV		2	/* the last VMA that ends at or below @start */
#define VMLAB_FIND_NEXT		3	/* the first VMA that starts at or above @end */
#define VMLAB_FIND_NR		4

/**
 * struct vmlab_find - VMLAB_IOC_FIND: look up an address or a range
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] the process
 * @start: [in] the address
 * @end: [in] end of the range, above @start; 0 means @start + 1
 * @strings: [in] pointer to room for names, or 0 for none
 * @strings_size: [in] bytes at @strings; VMLAB_FIND_STRINGS_MIN is enough for
 *	all names
 *	[out] bytes used
 * @found: [out] bit VMLAB_FIND_x is set when @vma[VMLAB_FIND_x] was found
 * @gap_start: [out] start of the gap around @start; 0 when @start is in a VMA or
 *	at or above the end of the user half
 * @gap_end: [out] end of that gap, or 0
 * @depth: [out] levels of nodes of the tree
 * @nodes: [out] nodes visited from the root to the leaf that covers @start
 * @pivots: [out] pivots compared in these nodes by the kernel's linear search
 * @map_count: [out] number of VMAs of the mm
 * @vma: [out] the VMAs, with names in @strings; all zero when not found
 *
 *   EINVAL  @end is not above @start
 *   ENOSPC  the names do not fit into @strings_size
 */
struct vmlab_find {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 strings;
	__u32 strings_size;
	__u32 found;
	__u64 gap_start;
	__u64 gap_end;
	__u32 depth;
	__u32 nodes;
	__u32 pivots;
	__u32 map_count;
	struct vmlab_vma vma[VMLAB_FIND_NR];
};

#define VMLAB_FIND_STRINGS_MIN	(VMLAB_FIND_NR * VMLAB_STRINGS_MIN)

#define VMLAB_IOC_FIND		_IO(VMLAB_IOC_MAGIC, 0x32)

/**
 * struct vmlab_gap - a free range of addresses
 * @start: first address
 * @end: end address
 * @prev_start: start of the VMA that ends at @start; 0 without one
 * @next_end: end of the VMA that starts at @end; 0 without one
 * @guard: bytes below @end that mmap(2) keeps free for the growth of the stack
 *	that starts at @end
 */
struct vmlab_gap {
	__u64 start;
	__u64 end;
	__u64 prev_start;
	__u64 next_end;
	__u64 guard;
};

/* vmlab_gaps.flags, vmlab_free_area.result */
#define VMLAB_GUARD_ASSUMED	(1u << 0) /* the stack guard gap is not known: 256 pages assumed */

/**
 * struct vmlab_gaps - VMLAB_IOC_GAPS: the free ranges of the user half
 * @size: set by the caller
 * @flags: [out] VMLAB_GUARD_ASSUMED; must be zero on input
 * @target: [in] the process
 * @cursor: [in, out] report free ranges at or above this address: to start, 0 or
 *	vm.mmap_min_addr, a sysctl that modules cannot read; on return the end
 *	of the last range reported, for the next call
 * @end: [in] report free ranges below this address; 0 for the whole user half
 * @gaps: [in] pointer to an array of struct vmlab_gap
 * @nr: [in] records that @gaps has room for, at least 1
 *	[out] records filled; 0 at the end
 * @map_count: [out] number of VMAs of the mm
 *
 * A range that reaches beyond @cursor or @end is cut there.  The ranges of one
 * call are of one moment; between calls the target may change its mm.
 */
struct vmlab_gaps {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 cursor;
	__u64 end;
	__u64 gaps;
	__u32 nr;
	__u32 map_count;
};

#define VMLAB_IOC_GAPS		_IO(VMLAB_IOC_MAGIC, 0x33)

/**
 * struct vmlab_gap_stats - VMLAB_IOC_GAP_STATS: totals of the free ranges
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] the process
 * @start: [in] count free ranges at or above this address, as vmlab_gaps.cursor
 * @end: [in] count free ranges below this address; 0 for the end of the user half
 *	[out] the end that was used
 * @gaps: free ranges
 * @free: bytes of all free ranges
 * @largest_start: start of the largest free range, the lowest of equal ones; 0
 *	without any
 * @largest_end: end of that range
 * @map_count: number of VMAs of the mm
 */
struct vmlab_gap_stats {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 gaps;
	__u64 free;
	__u64 largest_start;
	__u64 largest_end;
	__u64 map_count;
};

#define VMLAB_IOC_GAP_STATS	_IO(VMLAB_IOC_MAGIC, 0x34)

/* vmlab_free_area.flags */
#define VMLAB_AREA_HIGH		(1u << 0) /* search as mmap(2) with a hint above 47 bits */

/* vmlab_free_area.result, beside VMLAB_GUARD_ASSUMED */
#define VMLAB_AREA_TOPDOWN	(1u << 1) /* searched downward from mmap_base */
#define VMLAB_AREA_FALLBACK	(1u << 2) /* the downward search failed, the upward one followed */
#define VMLAB_AREA_THP		(1u << 3) /* aligned for transparent huge pages */

/**
 * struct vmlab_free_area - VMLAB_IOC_FREE_AREA: the address that mmap(2) would choose
 * @size: set by the caller
 * @flags: [in] VMLAB_AREA_HIGH
 * @result: [out] VMLAB_AREA_TOPDOWN to VMLAB_AREA_THP and VMLAB_GUARD_ASSUMED;
 *	must be zero on input
 * @target: [in] the process
 * @length: [in] bytes, rounded up to pages
 * @alignment: [in] bytes, a power of two of at least one page; or 0 for the
 *	alignment of mmap(NULL, @length, ..., MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
 *	which since Linux 6.7 is that of huge pages when @length is a multiple of
 *	a huge page
 * @min_addr: [in] vm.mmap_min_addr, a sysctl that modules cannot read, rounded
 *	up to pages; 0 for the default of the kernel's configuration
 *	[out] the lowest address searched
 * @address: [out] the address
 * @low: [out] start of the range searched
 * @high: [out] end of the range searched
 * @guard_gap: [out] bytes kept free below a stack (stack_guard_gap=)
 * @reserved: must be zero
 *
 * The request searches as vm_unmapped_area() does.  It does not check the limits
 * of mmap(2): RLIMIT_AS, overcommit, vm.max_map_count.
 *   EINVAL  @length is 0, or @alignment is not a power of two of at least a page
 *   ENOMEM  no free range is large enough
 */
struct vmlab_free_area {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 result;
	__u32 reserved;
	__u64 length;
	__u64 alignment;
	__u64 min_addr;
	__u64 address;
	__u64 low;
	__u64 high;
	__u64 guard_gap;
};

#define VMLAB_IOC_FREE_AREA	_IO(VMLAB_IOC_MAGIC, 0x35)

/* vmlab_region.flags */
#define VMLAB_REGION_KERNEL	(1u << 0) /* in the kernel half */
#define VMLAB_REGION_RANDOM	(1u << 1) /* KASLR: its base differs from boot to boot */
#define VMLAB_REGION_HIDDEN	(1u << 2) /* the addresses are zero: the caller has no CAP_SYSLOG */
#define VMLAB_REGION_HOLE	(1u << 3) /* nothing can be mapped there */

/**
 * struct vmlab_region - a region of the machine's virtual address space
 * @start: first address
 * @last: last address; the end address of the highest region would overflow
 * @flags: VMLAB_REGION_*
 * @reserved: zero
 * @name: one word, NUL-terminated
 */
struct vmlab_region {
	__u64 start;
	__u64 last;
	__u32 flags;
	__u32 reserved;
	char name[24];
};

/**
 * struct vmlab_layout - VMLAB_IOC_LAYOUT: the regions of this boot
 * @size: set by the caller
 * @flags: must be zero
 * @regions: [in] pointer to an array of struct vmlab_region
 * @nr: [in] records that @regions has room for
 *	[out] regions that exist; those without room are left out
 * @reserved: must be zero
 *
 * Regions are in ascending order and do not overlap.  The addresses of the
 * kernel half are hidden from callers without CAP_SYSLOG, as those that the
 * kernel prints with %pK are; see kptr_restrict in Documentation/admin-guide/
 * sysctl/kernel.rst of the kernel.
 *   EOPNOTSUPP  the regions of this architecture are not known
 */
struct vmlab_layout {
	__u32 size;
	__u32 flags;
	__u64 regions;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_LAYOUT	_IO(VMLAB_IOC_MAGIC, 0x36)

#endif /* _UAPI_LINUX_VMLAB_TREE_H */
