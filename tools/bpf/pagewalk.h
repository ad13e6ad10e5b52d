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

/* set before loading: whether page tables have five levels */
const volatile bool five_levels;

struct walk {
	__u64 entry;	/* 0: empty */
	__u32 level;	/* 1 for a PTE, 2 for a PMD, ... */
	bool valid;	/* all tables were readable */
};

/*
 * Read the entry that translates an address.  Without locks: the tables may change
 * meanwhile, as they may for the MMU.  A read of freed memory fails or gives a
 * wrong entry, but does not fault.
 */
static __always_inline void walk_page_table(const void *pgd, __u64 address, struct walk *w)
{
	__u64 direct_map = DIRECT_MAP;
	__u64 table = (__u64)pgd;

	w->entry = 0;
	w->level = 0;
	w->valid = false;
	if (&page_offset_base)
		bpf_probe_read_kernel(&direct_map, sizeof(direct_map), &page_offset_base);

#pragma unroll
	for (__u32 level = 5; level > 0; level--) {
		__u64 slot = table + ((address >> (3 + 9 * level)) & 511) * 8;
		__u64 entry;

		if (level == 5 && !five_levels)
			continue;
		if (bpf_probe_read_kernel(&entry, sizeof(entry), (void *)slot))
			return;
		w->entry = entry;
		w->level = level;
		if (level == 1 || !(entry & ENTRY_PRESENT) || (level < 4 && (entry & ENTRY_LEAF)))
			break;
		table = direct_map + (entry & ENTRY_PFN_MASK);
	}
	w->valid = true;
}

/* Return the frame that a present leaf entry maps an address to. */
static __always_inline __u64 walk_pfn(const struct walk *w, __u64 address)
{
	__u64 pages = 1ull << (9 * (w->level - 1));

	return (((w->entry & ENTRY_PFN_MASK) >> 12) & ~(pages - 1)) |
	       ((address >> 12) & (pages - 1));
}

#endif /* VMLAB_PAGEWALK_H */
