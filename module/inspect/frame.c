// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of page frames, from struct page.
 *
 * All is read under the lock of the page table that the entry is in.  A present
 * entry that is not special holds a reference on its frame: it is not freed,
 * split or merged while the lock is held, so no other reference is needed.
 * Other entries (migration, a frame without rmap) do not: their folio is taken
 * by reference as get_user_pages_fast() does it, or the facts are not stable.
 * That reference is never the last one: the code that set such an entry keeps a
 * reference until the entry is replaced, which takes the lock.
 */
#include <linux/hugetlb.h>
#include <linux/kernel-page-flags.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/page_idle.h>
#include <linux/page_ref.h>

#include "compat.h"
#include "inspect/frame.h"

/* Does @entry itself keep its frame? */
static bool entry_holds_frame(const struct vmlab_entry *entry)
{
	return entry->flags & VMLAB_PTE_PRESENT &&
	       !(entry->flags & VMLAB_PTE_SPECIAL);
}

static struct folio *page_folio_get(struct page *page)
{
	struct folio *folio;

	for (;;) {
		folio = page_folio(page);
		if (!folio_try_get(folio))
			return NULL;
		if (page_folio(page) == folio)
			return folio;
		folio_put(folio);
	}
}

/* Return the folio of @page as it stays while the table's lock is held. */
static struct folio *hold_folio(const struct vmlab_entry *entry,
				struct page *page)
{
	return entry_holds_frame(entry) ? page_folio(page) :
					  page_folio_get(page);
}

static void release_folio(const struct vmlab_entry *entry, struct folio *folio)
{
	if (!entry_holds_frame(entry))
		folio_put(folio);
}

/*
 * The frames of the huge zero page are not exported.  No other frame that a PMD
 * of an anonymous VMA maps is not anonymous.
 */
static bool is_huge_zero(const struct vm_area_struct *vma, unsigned int level,
			 u64 flags, const struct folio *folio)
{
	return level == 2 && flags & VMLAB_PTE_PRESENT &&
	       vma_is_anonymous((struct vm_area_struct *)vma) &&
	       !(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) &&
	       !folio_test_anon((struct folio *)folio);
}

static bool is_exclusive(const struct vm_area_struct *vma, unsigned int level,
			 struct folio *folio, struct page *page, u64 base,
			 bool shared)
{
	if (is_vm_hugetlb_page((struct vm_area_struct *)vma))
		return vmlab_hugetlb_exclusive(folio, shared);
	if (level > 1 && !VMLAB_PMD_EXCLUSIVE_BY_PAGE)
		page = pfn_to_page(base);
	return vmlab_page_exclusive(folio, page);
}

/**
 * vmlab_frame_bits() - return the bits of an entry that come from its frame
 * @vma: the VMA that the entry is in
 * @level: level of the entry
 * @entry: the entry, with a frame or not
 * @pfn: one of the frames that the entry maps
 * @shared: the entry's table is shared with another process
 *
 * Context: the lock of the entry's table held.
 * Return: those of VMLAB_PTE_FRAME_BITS that are set.
 */
u64 vmlab_frame_bits(const struct vm_area_struct *vma, unsigned int level,
		     const struct vmlab_entry *entry, u64 pfn, bool shared)
{
	struct folio *folio;
	struct page *page;
	u64 bits;

	if (!vmlab_entry_has_frame(entry))
		return 0;
	if (level == 1 && entry->flags & VMLAB_PTE_PRESENT && is_zero_pfn(pfn))
		return VMLAB_PTE_ZERO;
	/* Device memory, even if there happens to be a struct page. */
	if (entry->flags & VMLAB_PTE_SPECIAL && level == 1)
		return 0;
	page = pfn_to_online_page(pfn);
	folio = page ? hold_folio(entry, page) : NULL;
	if (!folio)
		return 0;

	if (is_huge_zero(vma, level, entry->flags, folio)) {
		bits = VMLAB_PTE_ZERO;
	} else if (entry->flags & VMLAB_PTE_SPECIAL) {
		bits = 0;
	} else {
		bits = folio_test_anon(folio) ? VMLAB_PTE_ANON : VMLAB_PTE_FILE;
		if (entry->flags & VMLAB_PTE_PRESENT &&
		    is_exclusive(vma, level, folio, page, entry->pfn, shared))
			bits |= VMLAB_PTE_EXCLUSIVE;
	}
	release_folio(entry, folio);
	return bits;
}

#ifdef CONFIG_SPARSEMEM
static u64 section_of(u64 pfn)
{
	return pfn_to_section_nr(pfn);
}

/* Has the section of an online frame no device memory besides? */
static bool is_plain_section(u64 pfn)
{
	return !online_device_section(__pfn_to_section(pfn));
}
#else
static u64 section_of(u64 pfn)
{
	return pfn;
}

static bool is_plain_section(u64 pfn)
{
	return false;
}
#endif

/* The bits of a frame that a small entry holds, which is not the zero page. */
static u64 held_frame_bits(struct page *page)
{
	struct folio *folio = page_folio(page);
	u64 bits = folio_test_anon(folio) ? VMLAB_PTE_ANON : VMLAB_PTE_FILE;

	if (likely(!folio_test_large(folio)) ?
	    !atomic_read(&page->_mapcount) : vmlab_page_exclusive(folio, page))
		bits |= VMLAB_PTE_EXCLUSIVE;
	return bits;
}

/**
 * vmlab_frame_run() - return the bits of small entries that come from frames
 * @entries: present entries of level 1 with equal bits, none special, and not of
 *	hugetlb
 * @nr: their number, at least 1
 * @bits: set to those of VMLAB_PTE_FRAME_BITS that are set for the first ones
 *
 * As vmlab_frame_bits() for each of them; faster, because such entries hold
 * their frames, and a section is tested once: all frames of it that are mapped
 * are online when one is.
 *
 * Context: the lock of the entries' table held.
 * Return: the number of entries from the first on that have @bits.
 */
unsigned int vmlab_frame_run(const u64 *entries, unsigned int nr, u64 *bits)
{
	u64 section = U64_MAX;	/* the one that was tested last */
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const u64 pfn = vmlab_pt_pfn(READ_ONCE(entries[i]));
		u64 now;

		if (unlikely(is_zero_pfn(pfn))) {
			now = VMLAB_PTE_ZERO;
		} else if (likely(section_of(pfn) == section)) {
			now = held_frame_bits(pfn_to_page(pfn));
		} else if (!pfn_to_online_page(pfn)) {
			now = 0;
		} else {
			now = held_frame_bits(pfn_to_page(pfn));
			if (is_plain_section(pfn))
				section = section_of(pfn);
		}
		if (!i)
			*bits = now;
		else if (now != *bits)
			break;
	}
	return i;
}

#if VMLAB_HAVE_STABLE_PAGE_FLAGS
static u64 page_flags(struct folio *folio, struct page *page, bool zero)
{
	return stable_page_flags(page);
}
#else
static const struct {
	u8 kpf;
	u8 bit;
} kpf_bits[] = {
	{ KPF_LOCKED, PG_locked },
	{ KPF_DIRTY, PG_dirty },
	{ KPF_UPTODATE, PG_uptodate },
	{ KPF_WRITEBACK, PG_writeback },
	{ KPF_LRU, PG_lru },
	{ KPF_REFERENCED, PG_referenced },
	{ KPF_ACTIVE, PG_active },
	{ KPF_RECLAIM, PG_reclaim },
	{ KPF_SWAPBACKED, PG_swapbacked },
	{ KPF_UNEVICTABLE, PG_unevictable },
	{ KPF_MLOCKED, PG_mlocked },
	{ KPF_RESERVED, PG_reserved },
	{ KPF_PRIVATE, PG_private },
	{ KPF_PRIVATE_2, PG_private_2 },
	{ KPF_OWNER_PRIVATE, PG_owner_priv_1 },
	{ KPF_ARCH, PG_arch_1 },
	VMLAB_KPF_EXTRA
};

/*
 * The flags that /proc/kpageflags shows, except those of free pages, which no
 * entry maps.
 */
static u64 page_flags(struct folio *folio, struct page *page, bool zero)
{
	const unsigned long k = vmlab_kpf_source(folio, page);
	unsigned int i;
	u64 u = 0;

	for (i = 0; i < ARRAY_SIZE(kpf_bits); i++)
		if (k & BIT(kpf_bits[i].bit))
			u |= BIT_ULL(kpf_bits[i].kpf);

	if (!folio_test_slab(folio) && folio_mapped(folio))
		u |= BIT_ULL(KPF_MMAP);
	if (folio_test_anon(folio))
		u |= BIT_ULL(KPF_ANON);
	if (folio_test_ksm(folio))
		u |= BIT_ULL(KPF_KSM);
	if (folio_test_slab(folio))
		u |= BIT_ULL(KPF_SLAB);
	if (folio_test_swapcache(folio))
		u |= BIT_ULL(KPF_SWAPCACHE);
	if (folio_test_idle(folio))
		u |= BIT_ULL(KPF_IDLE);

	if (page != &folio->page)
		u |= BIT_ULL(KPF_COMPOUND_TAIL);
	else if (folio_test_large(folio))
		u |= BIT_ULL(KPF_COMPOUND_HEAD);
	if (folio_test_hugetlb(folio))
		u |= BIT_ULL(KPF_HUGE);
	else if (folio_test_large(folio) && (zero || vmlab_folio_is_thp(folio)))
		u |= BIT_ULL(KPF_THP);
	if (zero)
		u |= BIT_ULL(KPF_ZERO_PAGE);

	if (PageOffline(page))
		u |= BIT_ULL(KPF_OFFLINE);
	if (PageTable(page))
		u |= BIT_ULL(KPF_PGTABLE);
#ifdef CONFIG_MEMORY_FAILURE
	if (folio_test_hugetlb(folio) ? k & BIT(PG_hwpoison) :
					PageHWPoison(page))
		u |= BIT_ULL(KPF_HWPOISON);
#endif
#ifdef CONFIG_ARCH_USES_PG_ARCH_2
	if (k & BIT(PG_arch_2))
		u |= BIT_ULL(KPF_ARCH_2);
#endif
	return u;
}
#endif

/**
 * vmlab_frame_facts() - describe a frame
 * @entry: the entry that has it
 * @pfn: its number
 * @zero: it is known to be the zero page or part of the huge zero page
 * @r: gets @pfn, @head_pfn, @page_flags, @mapcount, @refcount, @order, @flags
 *
 * Context: the lock of the entry's table held.
 */
void vmlab_frame_facts(const struct vmlab_entry *entry, u64 pfn, bool zero,
		       struct vmlab_page *r)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	r->pfn = pfn;
	r->flags = VMLAB_PAGE_FRAME;
	if (!page)
		return;
	r->flags |= VMLAB_PAGE_STRUCT;
	folio = hold_folio(entry, page);
	if (!folio) {
		/* Frozen for migration or a split, or not in use. */
		r->head_pfn = pfn;
		return;
	}
	r->flags |= VMLAB_PAGE_STABLE;
	r->head_pfn = folio_pfn(folio);
	r->order = folio_order(folio);
	r->mapcount = vmlab_page_mapcount(folio, page);
	r->refcount = folio_ref_count(folio) - !entry_holds_frame(entry);
	r->page_flags = page_flags(folio, page, zero);
	release_folio(entry, folio);
}
