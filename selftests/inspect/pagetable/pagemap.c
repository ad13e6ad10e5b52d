// SPDX-License-Identifier: GPL-2.0
/* PAGES of a process against pagemap, kpageflags and kpagecount of /proc. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"
#include "inspect/vma_flag.h"

enum {
	CHUNK = 1024,		/* entries of pagemap to read at once */
	FRAMES = 64,		/* frames to read at once */
};

/* Bits of pagemap: see admin-guide/mm/pagemap of the kernel. */
#define PM_PFN		((1ULL << 55) - 1)
#define PM_SOFT_DIRTY	(1ULL << 55)
#define PM_EXCLUSIVE	(1ULL << 56)
#define PM_UFFD_WP	(1ULL << 57)
#define PM_GUARD	(1ULL << 58)
#define PM_FILE		(1ULL << 61)
#define PM_SWAP		(1ULL << 62)
#define PM_PRESENT	(1ULL << 63)
#define PM_SWAP_TYPE_BITS 5

/* Above this size, reading every entry of pagemap takes too long. */
#define BIG_VMA		(1ULL << 32)

static int kpageflags, kpagecount;
static uint64_t vm_softdirty, vm_pfnmap;	/* bits of vm_flags on this kernel */

static uint64_t read_u64(int file, uint64_t index)
{
	uint64_t value = 0;

	/* Beyond the end of the file an entry reads as 0. */
	if (pread(file, &value, 8, (off_t)(index * 8)) < 0)
		bail("pread: %s", strerror(errno));
	return value;
}

/*
 * Bits of kpageflags that are wrong on this kernel.  6.9 to 6.12 or so test for
 * KSM with a mask that any anonymous page matches.
 */
static uint64_t kpageflags_ignore;

/* Test a page that is certainly not merged by KSM. */
static void find_wrong_bits(void)
{
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int self = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t pm;

	if (p == MAP_FAILED || self < 0)
		bail("pagemap: %s", strerror(errno));
	p[0] = 1;
	pm = read_u64(self, (uintptr_t)p / page);
	kpageflags_ignore = read_u64(kpageflags, pm & PM_PFN) & 1ULL << KPF_KSM;
	if (kpageflags_ignore)
		diag("kpageflags marks every anonymous page as KSM: bit not compared");
	close(self);
	munmap(p, page);
}

void pagemap_open(void)
{
	vm_softdirty = vma_flag(vmlab_fd, "sd");
	vm_pfnmap = vma_flag(vmlab_fd, "pf");
	kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	if (kpageflags < 0 || kpagecount < 0)
		bail("/proc/kpageflags: %s", strerror(errno));
	find_wrong_bits();
}

static uint64_t expected_pagemap(const struct vmlab_page *r, bool vma_dirty)
{
	uint64_t f = r->entry_flags, pm = 0;
	bool hugetlb = f & VMLAB_PTE_HUGETLB;

	if (f & VMLAB_PTE_PRESENT)
		pm |= PM_PRESENT | r->pfn;
	else if (!hugetlb)
		pm |= PM_SWAP;
	if (f & VMLAB_PTE_SWAP)
		pm |= r->swap_type | r->swap_offset << PM_SWAP_TYPE_BITS;
	if (f & VMLAB_PTE_FILE)
		pm |= PM_FILE;
	if (f & VMLAB_PTE_EXCLUSIVE)
		pm |= PM_EXCLUSIVE;
	if (f & VMLAB_PTE_UFFD_WP)
		pm |= PM_UFFD_WP;
	if (f & VMLAB_PTE_GUARD)
		pm |= PM_GUARD;
	/* pagemap does not report soft-dirty bits of hugetlb entries. */
	if ((f & VMLAB_PTE_SOFT_DIRTY && !hugetlb) || vma_dirty)
		pm |= PM_SOFT_DIRTY;
	return pm;
}

static bool check_pagemap(const struct vmlab_page *r, uint64_t pm,
			  bool vma_dirty)
{
	uint64_t want = expected_pagemap(r, vma_dirty), ignore = 0;

	/* Before 6.16 or so pagemap marks the huge zero page as a file page. */
	if (r->entry_flags & VMLAB_PTE_ZERO && r->level > 1)
		ignore |= PM_FILE;
	/* The offset field of migration entries and markers is not compared. */
	if (r->entry_flags & PTE_ABSENT & ~VMLAB_PTE_SWAP)
		ignore |= PM_PFN;
	if ((pm | ignore) == (want | ignore))
		return true;
	differs("%llx: pagemap %llx, ours %llx (entry bits %llx)",
		(unsigned long long)r->addr, (unsigned long long)pm,
		(unsigned long long)want, (unsigned long long)r->entry_flags);
	return false;
}

/* kpageflags and kpagecount of consecutive frames. */
static struct {
	uint64_t first, nr;
	uint64_t flags[FRAMES], count[FRAMES];
} frames;

static void read_frames(const struct vmlab_page *r, size_t left)
{
	const off_t at = (off_t)(r->pfn * 8);
	size_t nr = 1;

	while (nr < left && nr < FRAMES && r[nr].pfn == r->pfn + nr)
		nr++;
	frames.first = r->pfn;
	frames.nr = nr;
	/* Beyond the end of the files entries read as 0. */
	memset(frames.flags, 0, nr * 8);
	memset(frames.count, 0, nr * 8);
	if (pread(kpageflags, frames.flags, nr * 8, at) < 0 ||
	    pread(kpagecount, frames.count, nr * 8, at) < 0)
		bail("/proc/kpageflags: %s", strerror(errno));
}

/* Compare one frame; @left records begin at @r. */
static bool check_frame(const struct vmlab_page *r, size_t left)
{
	uint64_t flags, count;

	if (!(r->flags & VMLAB_PAGE_FRAME))
		return !r->pfn && !r->page_flags;
	if (r->pfn - frames.first >= frames.nr)
		read_frames(r, left);
	flags = frames.flags[r->pfn - frames.first];
	count = frames.count[r->pfn - frames.first];
	if (!(r->flags & VMLAB_PAGE_STRUCT))
		return !flags || flags == 1ULL << KPF_NOPAGE;
	if (!(r->flags & VMLAB_PAGE_STABLE)) {
		differs("%llx: frame %llx could not be held",
			(unsigned long long)r->addr,
			(unsigned long long)r->pfn);
		return false;
	}
	if ((flags | kpageflags_ignore) == (r->page_flags | kpageflags_ignore) &&
	    count == r->mapcount &&
	    r->head_pfn <= r->pfn && r->pfn - r->head_pfn < 1ULL << r->order &&
	    r->refcount >= (r->mapcount ? 1 : 0))
		return true;
	differs("%llx: pfn %llx: flags %llx, ours %llx; count %llu, ours %u; head %llx/%u, ref %u",
		(unsigned long long)r->addr, (unsigned long long)r->pfn,
		(unsigned long long)flags, (unsigned long long)r->page_flags,
		(unsigned long long)count, r->mapcount,
		(unsigned long long)r->head_pfn, r->order, r->refcount);
	return false;
}

/* Entries of pagemap, read ahead because VMAs may be small and many. */
static struct {
	uint64_t first, nr;
	uint64_t entry[CHUNK];
} window;

static uint64_t pagemap_entry(int pagemap, uint64_t addr)
{
	uint64_t index = addr / page;
	ssize_t got;

	if (index - window.first >= window.nr) {
		got = pread(pagemap, window.entry, sizeof(window.entry),
			    (off_t)(index * 8));
		if (got < 8)
			bail("pagemap: %s", strerror(errno));
		window.first = index;
		window.nr = (uint64_t)got / 8;
	}
	return window.entry[index - window.first];
}

static size_t check_entries(int pagemap, const struct vmlab_vma *v,
			    const struct page_list *l, size_t i)
{
	bool dirty = v->vm_flags & vm_softdirty;

	/* pagemap does not report device memory. */
	if (v->vm_flags & vm_pfnmap)
		while (i < l->nr && l->page[i].addr < v->end)
			i++;

	if (v->end - v->start > BIG_VMA) {
		for (; i < l->nr && l->page[i].addr < v->end; i++)
			check_pagemap(&l->page[i],
				      read_u64(pagemap,
					       l->page[i].addr / page), dirty);
		return i;
	}

	for (uint64_t addr = v->start; addr < v->end; addr += page) {
		uint64_t pm = pagemap_entry(pagemap, addr);

		if (i < l->nr && l->page[i].addr == addr) {
			check_pagemap(&l->page[i++], pm, dirty);
		} else if (pm & ~(dirty ? PM_SOFT_DIRTY : 0)) {
			differs("%llx: pagemap %llx, not reported",
				(unsigned long long)addr,
				(unsigned long long)pm);
		}
	}
	return i;
}

bool pages_agree(pid_t pid, const struct vma_list *vmas,
		 const struct page_list *l)
{
	char path[64];
	size_t i = 0;
	int pagemap;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		bail("%s: %s", path, strerror(errno));
	differences_reset();
	window.nr = 0;
	frames.nr = 0;
	for (size_t k = 0; k < vmas->nr; k++)
		i = check_entries(pagemap, &vmas->vma[k], l, i);
	if (i != l->nr)
		differs("%zu of %zu pages are outside the VMAs", l->nr - i,
			l->nr);
	for (i = 0; i < l->nr; i++)
		if (!check_frame(&l->page[i], l->nr - i) && !differences())
			differs("%llx: a frame without a struct page differs",
				(unsigned long long)l->page[i].addr);
	close(pagemap);
	return !differences();
}

void drop_pfnmap(const struct vma_list *vmas, struct pte_list *l)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i < l->nr; i++) {
		while (k < vmas->nr && vmas->vma[k].end <= l->pte[i].start)
			k++;
		if (k == vmas->nr || !(vmas->vma[k].vm_flags & vm_pfnmap))
			l->pte[kept++] = l->pte[i];
	}
	l->nr = kept;
}
