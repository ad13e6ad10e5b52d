// SPDX-License-Identifier: GPL-2.0
/*
 * Page frames: what struct page says of them.
 *
 * A frame number comes from an entry that was copied some time ago: by now the
 * frame may be free, or in use for another purpose.  Its struct page stays, as
 * long as the memory is online.  A reference on the folio keeps it from being
 * freed, split or merged; it is taken as get_user_pages_fast() does, without
 * any lock, and given up when the page turns out to belong to another folio.
 */
#include <linux/hugetlb.h>
#include <linux/kernel-page-flags.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/page_idle.h>
#include <linux/page_ref.h>

#include "../compat.h"
#include "frame.h"

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

/*
 * mm keeps to itself which frames are the huge zero page.  But nothing else is
 * mapped by a PMD of anonymous memory and is not anonymous.
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
 * vmlab_frame_bits() - the bits of an entry that the frame tells
 * @vma: that the entry is in
 * @level: of the entry
 * @entry: the entry, with a frame or not
 * @pfn: which frame of those that the entry maps
 * @shared: the entry's table is shared with another process
 *
 * Context: mmap_lock held; may sleep: the reference may be the last one.
 * Return: those of VMLAB_PTE_FRAME_BITS that hold.
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
	folio = page ? page_folio_get(page) : NULL;
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
	folio_put(folio);
	return bits;
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
 * The flags that /proc/kpageflags shows, which are no more than what one looks
 * for in a page that is mapped: the buddy allocator's free pages are not.
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
 * vmlab_frame_facts() - what there is to say about a frame
 * @pfn: its number
 * @zero: it is known to be the zero page or part of the huge zero page
 * @r: gets @pfn, @head_pfn, @page_flags, @mapcount, @refcount, @order, @flags
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_facts(u64 pfn, bool zero, struct vmlab_page *r)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	r->pfn = pfn;
	r->flags = VMLAB_PAGE_FRAME;
	if (!page)
		return;
	r->flags |= VMLAB_PAGE_STRUCT;
	folio = page_folio_get(page);
	if (!folio) {
		/* Not referenced: whatever it is, it is nobody's page now. */
		r->head_pfn = pfn;
		return;
	}
	r->flags |= VMLAB_PAGE_STABLE;
	r->head_pfn = folio_pfn(folio);
	r->order = folio_order(folio);
	r->mapcount = vmlab_page_mapcount(folio, page);
	r->refcount = folio_ref_count(folio) - 1;
	r->page_flags = page_flags(folio, page, zero);
	folio_put(folio);
}
