/* SPDX-License-Identifier: GPL-2.0 */
/* Read the page-table entry of an address from a BPF program (x86-64). */
#ifndef VMLAB_PAGEWALK_H
#define VMLAB_PAGEWALK_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define ENTRY_PRESENT	0x001ull
#define ENTRY_WRITE	0x002ull
#define ENTRY_LEAF	0x080ull /* above the lowest level */
#define ENTRY_PROTNONE	0x100ull /* when not present */
#define ENTRY_PFN_MASK	0x000ffffffffff000ull
#define ENTRY_SWAP_TYPE(e) ((e) >> 59)

/*
 * A swap entry with a type below this is a page in swap, in every kernel
 * configuration.  Higher types are migration, device and poison entries; the
 * highest type is that of markers.
 */
#define SWAP_TYPES	23
#define SWAP_TYPE_MARKER 31

/* start of the direct map, unless KASLR moves it at boot */
#define DIRECT_MAP	0xffff888000000000ull

extern const void page_offset_base __ksym __weak;

/* since Linux 6.2 */
extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

/* set before loading: whether page tables have five levels */
const volatile bool five_levels;

/* the start of the direct map, once it was read */
__u64 direct_map;

struct walk {
	__u64 entry;	/* 0: empty */
	__u32 level;	/* 1 for a PTE, 2 for a PMD, ... */
	__u64 slot;	/* address of the entry */
	bool valid;	/* all tables were readable */
};

/*
 * Read a word of the kernel, which may be unmapped: 0, or false, then.  A load
 * through a pointer of a kernel type takes a few instructions, a helper a hundred.
 */
static __always_inline bool read_entry(__u64 slot, __u64 *entry, bool cast)
{
	if (cast) {
		/* a type that begins with a word */
		const __u32 type = bpf_core_type_id_kernel(struct pt_regs);

		*entry = *(const __u64 *)bpf_rdonly_cast((void *)slot, type);
		return true;
	}
	return !bpf_probe_read_kernel(entry, sizeof(*entry), (void *)slot);
}

/* Return the start of the direct map. */
static __always_inline __u64 direct_map_start(void)
{
	__u64 start = direct_map;

	if (!start) {
		start = DIRECT_MAP;
		if (&page_offset_base)
			bpf_probe_read_kernel(&start, sizeof(start),
					      &page_offset_base);
		direct_map = start;
	}
	return start;
}

static __always_inline void walk_tables(const void *pgd, __u64 address,
					struct walk *w, bool cast)
{
	__u64 start = direct_map_start();
	__u64 table = (__u64)pgd;

	w->entry = 0;
	w->level = 0;
	w->slot = 0;
	w->valid = false;

#pragma unroll
	for (__u32 level = 5; level > 0; level--) {
		__u64 slot = table + ((address >> (3 + 9 * level)) & 511) * 8;
		__u64 entry;

		if (level == 5 && !five_levels)
			continue;
		if (!read_entry(slot, &entry, cast))
			return;
		w->entry = entry;
		w->level = level;
		w->slot = slot;
		if (level == 1 || !(entry & ENTRY_PRESENT) || (level < 4 && (entry & ENTRY_LEAF)))
			break;
		table = start + (entry & ENTRY_PFN_MASK);
	}
	w->valid = true;
}

/*
 * Read the entry that translates an address.  Without locks: the tables may change
 * meanwhile, as they may for the MMU.  A read of freed memory fails or gives a
 * wrong entry, but does not fault.
 */
static __always_inline void walk_page_table(const void *pgd, __u64 address,
					    struct walk *w)
{
	if (bpf_rdonly_cast)
		walk_tables(pgd, address, w, true);
	else
		walk_tables(pgd, address, w, false);
}

#define PMDS_SHIFT 30 /* a table of PMDs is for a gigabyte */

/* Return the table of PMDs for an address, or 0. */
static __always_inline __u64 find_pmds(const void *pgd, __u64 address)
{
	__u64 table = (__u64)pgd;

#pragma unroll
	for (__u32 level = 5; level > 2; level--) {
		__u64 entry;

		if (level == 5 && !five_levels)
			continue;
		if (!read_entry(table + ((address >> (3 + 9 * level)) & 511) * 8,
				&entry, true) ||
		    !(entry & ENTRY_PRESENT) ||
		    (level < 4 && entry & ENTRY_LEAF))
			return 0;
		table = direct_map_start() + (entry & ENTRY_PFN_MASK);
	}
	return table;
}

/*
 * Read the entry that translates an address, from a table of PMDs on.
 * @pte: [out] the address of the entry, or 0 if it is in the table of PMDs
 */
static __always_inline __u64 walk_pmds(__u64 pmds, __u64 address, __u64 *pte)
{
	__u64 entry;

	*pte = 0;
	read_entry(pmds + ((address >> 21) & 511) * 8, &entry, true);
	if ((entry & (ENTRY_PRESENT | ENTRY_LEAF)) != ENTRY_PRESENT)
		return entry;
	*pte = direct_map + (entry & ENTRY_PFN_MASK) +
	       ((address >> 12) & 511) * 8;
	read_entry(*pte, &entry, true);
	return entry;
}

/* Read the entry of a walk again, or walk again if there was no lowest table. */
static __always_inline void walk_again(const void *pgd, __u64 address, __u64 slot,
				       struct walk *w)
{
	if (!slot) {
		walk_page_table(pgd, address, w);
		return;
	}
	w->slot = slot;
	w->level = 1;
	w->valid = read_entry(slot, &w->entry, bpf_rdonly_cast);
}

/* Return the frame that a present leaf entry maps an address to. */
static __always_inline __u64 walk_pfn(const struct walk *w, __u64 address)
{
	__u64 pages = 1ull << (9 * (w->level - 1));

	return (((w->entry & ENTRY_PFN_MASK) >> 12) & ~(pages - 1)) |
	       ((address >> 12) & (pages - 1));
}

#endif /* VMLAB_PAGEWALK_H */
