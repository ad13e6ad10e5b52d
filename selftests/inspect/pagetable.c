// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_PTES, PAGES, PGTABLE_TOTALS, TRANSLATE and debugfs' text of them,
 * for every process of the machine, against /proc/PID/pagemap, PAGEMAP_SCAN,
 * /proc/kpageflags, /proc/kpagecount and VmPTE.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/kernel-page-flags.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/busy_processes.h"
#include "inspect/ptwalk.h"
#include "inspect/pagetable_kinds.h"
#include "inspect/swap.h"

enum {
	TRIES = 8,		/* LRU bits move a little even in a stopped process */
	MAX_DIAG = 5,
	CHUNK = 1024,		/* pagemap entries a read */
	FRAMES = 64,		/* frames a read */
};

/* Of pagemap, see admin-guide/mm/pagemap of the kernel. */
#define PM_PFN		((1ULL << 55) - 1)
#define PM_SOFT_DIRTY	(1ULL << 55)
#define PM_EXCLUSIVE	(1ULL << 56)
#define PM_UFFD_WP	(1ULL << 57)
#define PM_GUARD	(1ULL << 58)
#define PM_FILE		(1ULL << 61)
#define PM_SWAP		(1ULL << 62)
#define PM_PRESENT	(1ULL << 63)
#define PM_SWAP_TYPE_BITS 5

/* What /proc cannot read entry by entry in reasonable time. */
#define BIG_VMA		(1ULL << 32)

/* Of linux/fs.h since 6.7. */
#ifndef PAGEMAP_SCAN
#define PAGEMAP_SCAN		_IOWR('f', 16, struct pm_scan_arg)
#define PAGE_IS_FILE		(1 << 2)
#define PAGE_IS_PRESENT		(1 << 3)
#define PAGE_IS_SWAPPED		(1 << 4)
#define PAGE_IS_PFNZERO		(1 << 5)
#define PAGE_IS_HUGE		(1 << 6)

struct page_region {
	__u64 start;
	__u64 end;
	__u64 categories;
};

struct pm_scan_arg {
	__u64 size;
	__u64 flags;
	__u64 start;
	__u64 end;
	__u64 walk_end;
	__u64 vec;
	__u64 vec_len;
	__u64 max_pages;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
};
#endif

#define ABSENT (VMLAB_PTE_SWAP | VMLAB_PTE_MIGRATION | VMLAB_PTE_DEV_PRIVATE | \
		VMLAB_PTE_DEV_EXCLUSIVE | VMLAB_PTE_HWPOISON | VMLAB_PTE_MARKER)

static int fd, kpageflags, kpagecount;
static size_t page;
static unsigned int levels;

static int complaints;
static bool quiet;		/* there will be another try */

static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (complaints++ >= MAX_DIAG || quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("  %s", text);
}

static uint64_t read_u64(int file, uint64_t index)
{
	uint64_t value = 0;

	/* Beyond the end: a hole. */
	if (pread(file, &value, 8, (off_t)(index * 8)) < 0)
		bail("pread: %s", strerror(errno));
	return value;
}

/* Bits of vm_flags on this kernel. */
static uint64_t vm_softdirty, vm_pfnmap;

static uint64_t vm_flag(const char *mnemonic)
{
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_VMA_FLAGS);

	for (int i = 0; i < 64; i++)
		if (!strcmp(names->bit[i].mnemonic, mnemonic))
			return 1ULL << i;
	return 0;
}

/*
 * 6.9 to 6.12 or so test for KSM with a mask that any anonymous page matches:
 * a page that is certainly not KSM tells.
 */
static uint64_t kpageflags_lies;

static void find_lies(void)
{
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int self = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t pm;

	if (p == MAP_FAILED || self < 0)
		bail("pagemap: %s", strerror(errno));
	p[0] = 1;
	pm = read_u64(self, (uintptr_t)p / page);
	kpageflags_lies = read_u64(kpageflags, pm & PM_PFN) & 1ULL << KPF_KSM;
	if (kpageflags_lies)
		diag("this kernel's kpageflags calls any anonymous page KSM: not compared");
	close(self);
	munmap(p, page);
}

/* --- one page ------------------------------------------------------------ */

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
	/* pagemap does not look at the entries of hugetlb for this. */
	if ((f & VMLAB_PTE_SOFT_DIRTY && !hugetlb) || vma_dirty)
		pm |= PM_SOFT_DIRTY;
	return pm;
}

static bool check_pagemap(const struct vmlab_page *r, uint64_t pm,
			  bool vma_dirty)
{
	uint64_t want = expected_pagemap(r, vma_dirty), ignore = 0;

	/* Before 6.16 or so pagemap called the huge zero page a file's. */
	if (r->entry_flags & VMLAB_PTE_ZERO && r->level > 1)
		ignore |= PM_FILE;
	/* The "place" of migration entries and markers is nobody's business. */
	if (r->entry_flags & ABSENT & ~VMLAB_PTE_SWAP)
		ignore |= PM_PFN;
	if ((pm | ignore) == (want | ignore))
		return true;
	complain("%llx: pagemap %llx, ours %llx (entry bits %llx)",
		 (unsigned long long)r->addr, (unsigned long long)pm,
		 (unsigned long long)want, (unsigned long long)r->entry_flags);
	return false;
}

/* What /proc says of frames that follow each other, read at once. */
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
	/* Beyond the end: a hole. */
	memset(frames.flags, 0, nr * 8);
	memset(frames.count, 0, nr * 8);
	if (pread(kpageflags, frames.flags, nr * 8, at) < 0 ||
	    pread(kpagecount, frames.count, nr * 8, at) < 0)
		bail("/proc/kpageflags: %s", strerror(errno));
}

/* @left: records from @r on. */
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
		complain("%llx: frame %llx could not be held",
			 (unsigned long long)r->addr,
			 (unsigned long long)r->pfn);
		return false;
	}
	if ((flags | kpageflags_lies) == (r->page_flags | kpageflags_lies) &&
	    count == r->mapcount &&
	    r->head_pfn <= r->pfn && r->pfn - r->head_pfn < 1ULL << r->order &&
	    r->refcount >= (r->mapcount ? 1 : 0))
		return true;
	complain("%llx: pfn %llx: flags %llx, ours %llx; count %llu, ours %u; head %llx/%u, ref %u",
		 (unsigned long long)r->addr, (unsigned long long)r->pfn,
		 (unsigned long long)flags, (unsigned long long)r->page_flags,
		 (unsigned long long)count, r->mapcount,
		 (unsigned long long)r->head_pfn, r->order, r->refcount);
	return false;
}

/* --- one process --------------------------------------------------------- */

/* Entries of pagemap, read ahead: VMAs may be small and many. */
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

	/* Device memory: /proc does not look at it. */
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
			complain("%llx: pagemap %llx, not reported",
				 (unsigned long long)addr,
				 (unsigned long long)pm);
		}
	}
	return i;
}

static bool pages_agree(pid_t pid, const struct vma_list *vmas,
			const struct page_list *l)
{
	char path[64];
	size_t i = 0;
	int pagemap;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		bail("%s: %s", path, strerror(errno));
	complaints = 0;
	window.nr = 0;
	frames.nr = 0;
	for (size_t k = 0; k < vmas->nr; k++)
		i = check_entries(pagemap, &vmas->vma[k], l, i);
	if (i != l->nr)
		complain("%zu of %zu pages are outside of the VMAs", l->nr - i,
			 l->nr);
	for (i = 0; i < l->nr; i++)
		if (!check_frame(&l->page[i], l->nr - i) && !complaints)
			complaints++;
	close(pagemap);
	return !complaints;
}

/* What PTES says, page by page, is what PAGES says. */
static bool ptes_agree(const struct page_list *l, const struct pte_list *p)
{
	const uint64_t single = VMLAB_PTE_EXCLUSIVE; /* differs within huge ones */
	size_t i = 0;

	complaints = 0;
	for (size_t k = 0; k < p->nr; k++) {
		const struct vmlab_pte *r = &p->pte[k];

		for (uint64_t a = r->start; a < r->end; a += page, i++) {
			const struct vmlab_page *g = &l->page[i];
			uint64_t phys = r->phys + (a - r->start);

			if (i == l->nr || g->addr != a ||
			    (g->entry_flags | single) != (r->flags | single) ||
			    g->level != r->level) {
				complain("%llx: PTES and PAGES differ",
					 (unsigned long long)a);
				return false;
			}
			if (r->flags & VMLAB_PTE_PRESENT &&
			    !(r->flags & VMLAB_PTE_ZERO) &&
			    g->pfn * page != phys)
				complain("%llx: phys %llx in PTES, pfn %llx",
					 (unsigned long long)a,
					 (unsigned long long)phys,
					 (unsigned long long)g->pfn);
			if (r->flags & VMLAB_PTE_SWAP &&
			    g->swap_offset != r->swap_offset +
					      (a - r->start) / page)
				complain("%llx: swap slots differ",
					 (unsigned long long)a);
		}
	}
	if (i != l->nr)
		complain("PTES has %zu pages, PAGES %zu", i, l->nr);
	return !complaints;
}

static bool totals_agree(pid_t pid, const struct pte_list *raw,
			 const struct pte_list *tables)
{
	struct vmlab_pgtable_totals t;
	uint64_t seen[VMLAB_PT_LEVELS_MAX + 1] = {}, leaf = 0, all = 0;
	unsigned long long vmpte;
	char *status = slurp("/proc/%d/status", pid);

	complaints = 0;
	if (!status || !proc_field(status, "VmPTE", &vmpte) ||
	    get_totals(fd, pid, &t))
		bail("totals of %d: %s", pid, strerror(errno));
	free(status);
	if (t.bytes != vmpte * 1024 || t.kernel_bytes != vmpte * 1024)
		complain("totals %llu bytes, the kernel's %llu, VmPTE %llu",
			 (unsigned long long)t.bytes,
			 (unsigned long long)t.kernel_bytes, vmpte * 1024);
	for (size_t i = 0; i < tables->nr; i++)
		if (tables->pte[i].flags & VMLAB_PTE_TABLE)
			seen[tables->pte[i].level - 1]++;
	for (unsigned int i = 0; i < levels; i++) {
		const struct vmlab_pgtable_level *l = &t.level[i];
		uint64_t want = i + 1 == levels ? 1 : seen[i + 1];
		uint64_t room = i + 1 == levels ? 256 : 512 * l->tables;

		leaf += l->leaf + l->other;
		if (l->tables != want || l->bytes != l->tables * page)
			complain("level %u: %llu tables in the totals, %llu reported",
				 i + 1, (unsigned long long)l->tables,
				 (unsigned long long)want);
		if (l->none + l->table + l->leaf + l->other != room)
			complain("level %u: entries do not add up", i + 1);
		if (l->table != (i ? seen[i] : 0) && i + 1 < levels)
			complain("level %u: %llu entries point to tables",
				 i + 1, (unsigned long long)l->table);
		all += l->tables;
	}
	if (leaf != raw->nr)
		complain("%llu leaves in the totals, %zu reported",
			 (unsigned long long)leaf, raw->nr);
	if (t.levels != levels || t.tables_read < all - levels)
		complain("levels %u, %llu tables read", t.levels,
			 (unsigned long long)t.tables_read);
	return !complaints;
}

/* The categories of PAGEMAP_SCAN that an entry of ours has. */
static uint64_t scan_categories(const struct vmlab_pte *r)
{
	uint64_t c = r->flags & VMLAB_PTE_PRESENT ? PAGE_IS_PRESENT :
						    PAGE_IS_SWAPPED;

	if (r->flags & VMLAB_PTE_FILE)
		c |= PAGE_IS_FILE;
	if (r->flags & VMLAB_PTE_ZERO)
		c |= PAGE_IS_PFNZERO;
	if (r->flags & VMLAB_PTE_HUGE)
		c |= PAGE_IS_HUGE;
	return c;
}

/* -1 when the kernel cannot do it. */
static int scan_agrees(pid_t pid, const struct pte_list *raw)
{
	const uint64_t cats = PAGE_IS_PRESENT | PAGE_IS_SWAPPED | PAGE_IS_FILE |
			      PAGE_IS_PFNZERO | PAGE_IS_HUGE;
	struct page_region region[256];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.vec = (uintptr_t)region,
		.vec_len = 256,
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
		.return_mask = cats,
		.end = dev_task_size(fd, pid),
	};
	char path[64];
	size_t i = 0;
	int pagemap;
	long nr = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		bail("%s: %s", path, strerror(errno));
	complaints = 0;
	while (arg.start < arg.end) {
		nr = ioctl(pagemap, PAGEMAP_SCAN, &arg);
		if (nr < 0)
			break;
		for (long k = 0; k < nr; k++) {
			uint64_t a = region[k].start;

			for (; a < region[k].end && i < raw->nr; i++) {
				const struct vmlab_pte *r = &raw->pte[i];
				uint64_t ignore = r->level > 1 &&
					r->flags & VMLAB_PTE_ZERO ?
					PAGE_IS_FILE : 0;

				if (r->start != a ||
				    (scan_categories(r) | ignore) !=
				    (region[k].categories | ignore)) {
					complain("%llx: PAGEMAP_SCAN %llx, ours at %llx %llx",
						 (unsigned long long)a,
						 (unsigned long long)region[k].categories,
						 (unsigned long long)r->start,
						 (unsigned long long)scan_categories(r));
					goto out;
				}
				a = r->end;
			}
		}
		arg.start = arg.walk_end;
	}
	if (nr >= 0 && i != raw->nr)
		complain("PAGEMAP_SCAN has %zu entries, we have %zu", i,
			 raw->nr);
out:
	close(pagemap);
	return nr < 0 ? -1 : !complaints;
}

static bool translation_agrees(pid_t pid, const struct vmlab_page *r)
{
	struct vmlab_translation t;
	const uint64_t offset = 0x123;
	uint64_t index = 0;

	if (get_translation(fd, pid, r->addr + offset, &t))
		bail("TRANSLATE %llx: %s", (unsigned long long)r->addr,
		     strerror(errno));
	for (unsigned int i = 0; i < t.levels; i++)
		index |= (uint64_t)t.step[i].index << t.step[i].shift;
	if (t.levels != levels || index != r->addr ||
	    t.steps != levels - r->level + 1)
		return false;
	for (unsigned int i = 0; i + 1 < t.steps; i++)
		if (!(t.step[i].flags & VMLAB_PTE_TABLE) ||
		    t.step[i].phys != t.step[i + 1].table)
			return false;
	if (r->entry_flags & VMLAB_PTE_PRESENT)
		return t.phys == r->pfn * page + offset &&
		       t.outcome == (r->entry_flags & VMLAB_PTE_PROTNONE ?
				     VMLAB_WALK_PROTNONE : VMLAB_WALK_MAPPED);
	if (r->entry_flags & VMLAB_PTE_SWAP)
		return t.outcome == VMLAB_WALK_SWAP &&
		       t.swap_offset == r->swap_offset;
	return t.outcome != VMLAB_WALK_MAPPED && !t.phys;
}

static bool translations_agree(pid_t pid, const struct page_list *l)
{
	complaints = 0;
	/* All of a small process, a sample of a large one. */
	for (size_t i = 0; i < l->nr; i += 1 + l->nr / 500)
		if (!translation_agrees(pid, &l->page[i]))
			complain("%llx: TRANSLATE is not right",
				 (unsigned long long)l->page[i].addr);
	return !complaints;
}

/*
 * Small batches tell the same: the cursor neither loses nor repeats a record.
 * Which frames are shared is not asked: reading it changes nothing, but others
 * may change it.
 */
static bool batches_agree(pid_t pid, uint32_t flags)
{
	const uint64_t mask = VMLAB_PTE_ALL & ~VMLAB_PTE_EXCLUSIVE;
	struct pte_list all, few;
	bool same;

	if (get_ptes(fd, pid, 0, 0, flags, mask, 1000, &all) ||
	    get_ptes(fd, pid, 0, 0, flags, mask, 3, &few))
		bail("PTES: %s", strerror(errno));
	same = all.nr == few.nr &&
	       !memcmp(all.pte, few.pte, all.nr * sizeof(*all.pte));
	free(all.pte);
	free(few.pte);
	return same;
}

/* Drop the entries that /proc does not look at. */
static void drop_pfnmap(const struct vma_list *vmas, struct pte_list *l)
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

struct verdict {
	bool pages, ptes, totals, translations, batches;
	int scan;
};

static struct verdict compare(pid_t pid)
{
	struct pte_list folded, raw, tables;
	struct page_list pages;
	struct vma_list vmas;
	struct verdict v = {};

	if (get_vmas(fd, VMLAB_TARGET_PID, pid, 256, 1 << 16, &vmas) ||
	    get_ptes(fd, pid, 0, 0, 0, 0, 1000, &folded) ||
	    get_ptes(fd, pid, 0, 0, VMLAB_PTES_RAW, 0, 1000, &raw) ||
	    get_ptes(fd, pid, 0, 0, VMLAB_PTES_TABLES, 0, 1000, &tables) ||
	    get_pages(fd, pid, 0, 0, 1000, &pages))
		bail("process %d: %s", pid, strerror(errno));
	v.pages = pages_agree(pid, &vmas, &pages);
	v.ptes = ptes_agree(&pages, &folded) && ptes_agree(&pages, &raw);
	v.totals = totals_agree(pid, &raw, &tables);
	v.translations = translations_agree(pid, &pages);
	drop_pfnmap(&vmas, &raw);
	v.scan = scan_agrees(pid, &raw);
	v.batches = batches_agree(pid, 0) &&
		    batches_agree(pid, VMLAB_PTES_TABLES | VMLAB_PTES_RAW);
	free(folded.pte);
	free(raw.pte);
	free(tables.pte);
	free(pages.page);
	free_vmas(&vmas);
	return v;
}

static bool all_right(const struct verdict *v)
{
	return v->pages && v->ptes && v->totals && v->translations &&
	       v->batches && v->scan;
}

static unsigned int tries;

static void test_process(pid_t pid, const char *name)
{
	struct verdict v = {};

	for (int try = 0; try < TRIES; try++) {
		quiet = try + 1 < TRIES;
		v = compare(pid);
		if (all_right(&v))
			break;
		tries++;
		msleep(30 * (unsigned int)try);
	}
	quiet = false;
	ok(v.pages, "%s: pages equal pagemap, kpageflags, kpagecount", name);
	ok(v.ptes, "%s: PTES, folded and raw, and PAGES agree", name);
	ok(v.totals, "%s: totals equal VmPTE", name);
	ok(v.translations, "%s: TRANSLATE agrees", name);
	ok(v.batches, "%s: small batches agree with large ones", name);
	if (v.scan < 0)
		skip("no PAGEMAP_SCAN", "%s: PAGEMAP_SCAN agrees", name);
	else
		ok(v.scan, "%s: PAGEMAP_SCAN agrees", name);
}

static void test_all(void)
{
	int *pids;
	ssize_t nr = numbers_in("/proc", &pids);
	struct vmlab_mm mm;
	char name[64];

	for (ssize_t i = 0; i < nr; i++) {
		if (pids[i] == getpid())
			continue;
		/* Kernel threads have no page tables; some may be gone. */
		if (get_mm(fd, VMLAB_TARGET_PID, pids[i], &mm) ||
		    mm.flags & VMLAB_MM_KTHREAD)
			continue;
		snprintf(name, sizeof(name), "%d (%.15s)", pids[i], mm.comm);
		/* A name may hold what would end the line. */
		for (char *p = name; *p; p++)
			if (*p == '\n' || *p == '#')
				*p = '?';
		test_process(pids[i], name);
	}
	diag("%u comparisons had to be made again", tries);
	free(pids);
}

/* --- the animals one by one ---------------------------------------------- */

static uint64_t count_pages(pid_t pid, uint64_t all_of, uint64_t none_of)
{
	struct page_list l;
	uint64_t nr = 0;

	if (get_pages(fd, pid, 0, 0, 1000, &l))
		bail("PAGES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++)
		nr += (l.page[i].entry_flags & all_of) == all_of &&
		      !(l.page[i].entry_flags & none_of);
	free(l.page);
	return nr;
}

/* That what is compared is there at all. */
static void test_kinds(void)
{
	static const struct {
		const char *animal;
		uint64_t bits;
		uint64_t at_least;
	} kinds[] = {
		{ "protnone", VMLAB_PTE_PROTNONE | VMLAB_PTE_PRESENT, 4 },
		{ "zero", VMLAB_PTE_ZERO, 8 },
		{ "thp", VMLAB_PTE_HUGE | VMLAB_PTE_ANON, 512 },
		{ "huge_zero", VMLAB_PTE_HUGE | VMLAB_PTE_ZERO, 512 },
		{ "hugetlb_pair", VMLAB_PTE_HUGE | VMLAB_PTE_HUGETLB, 1024 },
		{ "giant", VMLAB_PTE_HUGE | VMLAB_PTE_HUGETLB, 1 << 18 },
		{ "uffd_wp", VMLAB_PTE_UFFD_WP | VMLAB_PTE_PRESENT, 4 },
		{ "uffd_swapped", VMLAB_PTE_UFFD_WP | VMLAB_PTE_SWAP, 8 },
		{ "uffd_marker", VMLAB_PTE_UFFD_WP | VMLAB_PTE_MARKER, 8 },
		{ "uffd_poison", VMLAB_PTE_POISON | VMLAB_PTE_MARKER, 4 },
		{ "soft_dirty", VMLAB_PTE_SOFT_DIRTY | VMLAB_PTE_ANON, 3 },
		{ "guard", VMLAB_PTE_MARKER | VMLAB_PTE_GUARD, 4 },
		{ "swapped", VMLAB_PTE_SWAP, 100 },
		{ "shared_pair", VMLAB_PTE_FILE, 16 },
		{ "cow_pair", VMLAB_PTE_ANON | VMLAB_PTE_EXCLUSIVE, 4 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pid_t pid = ptzoo_find(kinds[i].animal);
		uint64_t nr;

		if (!pid) {
			skip("it could not be started", "%s: has what it is for",
			     kinds[i].animal);
			continue;
		}
		nr = count_pages(pid, kinds[i].bits, 0);
		if (!ok(nr >= kinds[i].at_least, "%s: has what it is for",
			kinds[i].animal))
			diag("  %llu pages, at least %llu expected",
			     (unsigned long long)nr,
			     (unsigned long long)kinds[i].at_least);
	}
}

/* Which pages were written since clear_refs, and which were not. */
static void test_soft_dirty(void)
{
	pid_t pid = ptzoo_find("soft_dirty");
	uint64_t clean;

	if (!pid) {
		skip("it could not be started", "soft_dirty: clean pages");
		return;
	}
	clean = count_pages(pid, VMLAB_PTE_ANON, VMLAB_PTE_SOFT_DIRTY) +
		count_pages(pid, VMLAB_PTE_SWAP, VMLAB_PTE_SOFT_DIRTY);
	ok(clean >= 61, "soft_dirty: %llu pages are clean",
	   (unsigned long long)clean);
}

/* Number of the area of swap that pages are written to first, or -1. */
static int first_area(void)
{
	char *text = slurp("/proc/swaps"), *rest = text, *line;
	int area = -1;
	long best = 0;

	next_line(&rest);
	for (int i = 0; (line = next_line(&rest)); i++) {
		const char *last = strrchr(line, '\t');
		long priority = last ? strtol(last, NULL, 10) : LONG_MIN;

		if (area < 0 || priority > best) {
			area = i;
			best = priority;
		}
	}
	free(text);
	return area;
}

/* Each page in swap has a slot of its own, in the area that is used first. */
static void test_slots(void)
{
	static bool taken[1 << 16];
	pid_t pid = ptzoo_find("swapped");
	int area = first_area();
	unsigned int wrong = 0;
	struct page_list l;

	if (!pid) {
		skip("it could not be started", "swapped: slots");
		return;
	}
	if (get_pages(fd, pid, 0, 0, 1000, &l))
		bail("PAGES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++) {
		const struct vmlab_page *p = &l.page[i];

		if (!(p->entry_flags & VMLAB_PTE_SWAP))
			continue;
		if (p->swap_type != area || !p->swap_offset ||
		    p->swap_offset >= sizeof(taken) || taken[p->swap_offset])
			wrong++;
		else
			taken[p->swap_offset] = true;
	}
	is(wrong, 0, "swapped: each page has a slot of area %d for itself",
	   area);
	free(l.page);
}

/* 1 TiB with few pages in it costs what the pages cost. */
static void test_sparse(void)
{
	pid_t pid = ptzoo_find("sparse");
	struct vmlab_ptes query = {};
	struct vmlab_pgtable_totals t;
	struct pte_list l;
	uint64_t tables = 0;

	if (!pid) {
		skip("it could not be started", "sparse");
		return;
	}
	if (get_totals(fd, pid, &t))
		bail("totals: %s", strerror(errno));
	for (unsigned int i = 0; i < levels; i++)
		tables += t.level[i].tables;
	ok(t.level[0].tables >= PTZOO_SPARSE_PAGES,
	   "sparse: each page has a table of its own");
	/* A VMA that begins inside a table reads it again. */
	ok(t.tables_read < 3 * tables,
	   "sparse: totals read tables in proportion to those present");
	diag("  %llu tables present, %llu read",
	     (unsigned long long)tables, (unsigned long long)t.tables_read);
	if (get_ptes_query(fd, pid, &query, 1000, &l))
		bail("PTES: %s", strerror(errno));
	ok(query.tables_read < 3 * tables,
	   "sparse: PTES reads tables in proportion to those present");
	ok(l.nr >= PTZOO_SPARSE_PAGES, "sparse: all pages are reported");
	free(l.pte);
	query = (struct vmlab_ptes){};
	if (get_ptes_query(fd, pid, &query, 7, &l))
		bail("PTES: %s", strerror(errno));
	/* Each call begins with the table that the last one ended in. */
	ok(query.tables_read < 3 * tables + l.nr / 7 + 1,
	   "sparse: also with many calls, %llu tables for %zu records",
	   (unsigned long long)query.tables_read, l.nr);
	free(l.pte);
}

static void test_filters(void)
{
	pid_t pid = ptzoo_find("protnone");
	struct vmlab_ptes query = {
		.category_mask = VMLAB_PTE_PROTNONE,
		.return_mask = VMLAB_PTE_PROTNONE,
	};
	struct pte_list l;
	bool good = true;
	uint64_t nr = 0;

	if (get_ptes_query(fd, pid, &query, 1000, &l))
		bail("PTES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++) {
		good = good && l.pte[i].flags == VMLAB_PTE_PROTNONE;
		nr += l.pte[i].nr;
	}
	ok(good, "filter: only what the mask asks for, only what is wanted");
	is(nr, count_pages(pid, VMLAB_PTE_PROTNONE, 0),
	   "filter: all that the mask asks for");
	free(l.pte);

	query = (struct vmlab_ptes){
		.category_inverted = VMLAB_PTE_PROTNONE,
		.category_mask = VMLAB_PTE_PROTNONE,
		.category_anyof_mask = VMLAB_PTE_ANON | VMLAB_PTE_FILE,
	};
	nr = 0;
	if (get_ptes_query(fd, pid, &query, 1000, &l))
		bail("PTES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++)
		nr += l.pte[i].nr;
	is(nr, count_pages(pid, VMLAB_PTE_ANON, VMLAB_PTE_PROTNONE) +
	       count_pages(pid, VMLAB_PTE_FILE, VMLAB_PTE_PROTNONE),
	   "filter: inverted and any-of");
	free(l.pte);
}

static void test_range(void)
{
	pid_t pid = ptzoo_find("protnone");
	struct page_list all, part;
	uint64_t start, end;
	size_t i = 0;

	if (get_pages(fd, pid, 0, 0, 1000, &all) || all.nr < 20)
		bail("PAGES: %s", strerror(errno));
	start = all.page[5].addr;
	end = all.page[15].addr;
	if (get_pages(fd, pid, start, end, 3, &part))
		bail("PAGES: %s", strerror(errno));
	is(part.nr, 10, "range: pages inside");
	while (i < part.nr && part.page[i].addr == all.page[5 + i].addr)
		i++;
	is(i, part.nr, "range: the right ones");
	free(all.page);
	free(part.page);
}

static void test_outcomes(void)
{
	struct vmlab_translation t;
	char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	p[0] = 1;
	munmap(p + 2 * page, page);
	get_translation(fd, getpid(), (uintptr_t)p, &t);
	is(t.outcome, VMLAB_WALK_MAPPED, "TRANSLATE: a page that was written");
	is(t.access, VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
	   "TRANSLATE: may be read and written, not executed");
	ok(t.vma_start <= (uintptr_t)p && t.vma_end == (uintptr_t)p + 2 * page,
	   "TRANSLATE: its VMA");
	get_translation(fd, getpid(), (uintptr_t)p + page, &t);
	is(t.outcome, VMLAB_WALK_NONE, "TRANSLATE: a page that was not touched");
	is(t.vma_access, VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
	   "TRANSLATE: its VMA may be read and written");
	get_translation(fd, getpid(), 0, &t);
	is(t.outcome, VMLAB_WALK_NO_VMA, "TRANSLATE: address 0");
	is(t.steps, 0, "TRANSLATE: nothing is walked without a VMA");
	get_translation(fd, getpid(), (uintptr_t)test_outcomes, &t);
	is(t.access, VMLAB_ACCESS_READ | VMLAB_ACCESS_EXEC,
	   "TRANSLATE: program text may be read and executed");
	munmap(p, 2 * page);
}

/* The walk for the page at @p of this process: the index on the top level. */
static void check_walk(const char *p, unsigned int top, const char *what)
{
	struct vmlab_translation t;

	if (get_translation(fd, getpid(), (uintptr_t)p, &t))
		bail("TRANSLATE: %s", strerror(errno));
	is(t.outcome, VMLAB_WALK_MAPPED, "%s is mapped", what);
	is(t.steps, levels, "... by a walk of %u steps", levels);
	is(t.step[0].shift, 12 + 9 * (levels - 1), "... from the top level");
	is(t.step[0].index, top, "... index %u there", top);
}

/* Depth, and where the user half ends: as the processor has it. */
static void test_levels(void)
{
	char *cpuinfo = slurp("/proc/cpuinfo"), *p;
	const char *wanted = getenv("VMLAB_LEVELS");
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	bool five = cpuinfo && strstr(cpuinfo, " la57");
	uint64_t end = dev_task_size(fd, 0);
	char *top, *high = (char *)(1UL << 50);

	free(cpuinfo);
	is(levels, five ? 5 : 4, "levels, as /proc/cpuinfo has la57");
	is(dev_info().va_bits, five ? 56 : 47, "bits of a user address");
	is(end, (1ULL << (five ? 56 : 47)) - page, "the end of the user half");
	if (wanted && *wanted == '5' && !five)
		skip("this processor has no la57", "VMLAB_LEVELS");
	else if (wanted && *wanted)
		is(levels, strtoul(wanted, NULL, 10), "VMLAB_LEVELS");

	top = (char *)(uintptr_t)(end - page);
	p = mmap(top, page, PROT_READ | PROT_WRITE,
		 flags | MAP_FIXED_NOREPLACE, -1, 0);
	if (ok(p == top, "a page at the end of the user half")) {
		*p = 1;
		check_walk(p, 255, "the last page");
		munmap(p, page);
	}
	p = mmap(high, page, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	is(p == high, five, "a page above 47 bits: only with five levels");
	*p = 1;
	check_walk(p, (unsigned int)((uintptr_t)p >> (five ? 48 : 39)),
		   "the page where it went");
	munmap(p, page);
}

static void test_errors(void)
{
	struct vmlab_translation t;
	struct vmlab_pte pte;
	struct vmlab_ptes good = {
		.size = sizeof(good),
		.records = (uintptr_t)&pte,
		.nr = 1,
	}, q;

#define REFUSED(member, value, what) do {				\
	q = good;							\
	q.member = (value);						\
	fails(ioctl(fd, VMLAB_IOC_PTES, &q), EINVAL, "PTES: " what);	\
	q = good;							\
	q.member = (value);						\
	fails(ioctl(fd, VMLAB_IOC_PAGES, &q), EINVAL, "PAGES: " what);	\
} while (0)
	REFUSED(start, 1, "start inside a page");
	REFUSED(end, 1, "end inside a page");
	REFUSED(nr, 0, "no room");
	REFUSED(result, 1, "result not zero");
	REFUSED(flags, 1u << 30, "unknown flag");
	REFUSED(cursor, page, "a cursor that was not given");
	REFUSED(category_mask, 1ULL << 63, "unknown bit in a mask");
	REFUSED(category_inverted, 1ULL << 63, "unknown bit in a mask");
	REFUSED(category_anyof_mask, 1ULL << 63, "unknown bit in a mask");
	REFUSED(return_mask, 1ULL << 63, "unknown bit in a mask");
#undef REFUSED
	q = good;
	q.start = 2 * page;
	q.end = page;
	fails(ioctl(fd, VMLAB_IOC_PTES, &q), EINVAL, "PTES: end before start");
	q = good;
	q.flags = VMLAB_PTES_RAW;
	fails(ioctl(fd, VMLAB_IOC_PAGES, &q), EINVAL, "PAGES: flags of PTES");
	q = good;
	q.records = 0;
	fails(ioctl(fd, VMLAB_IOC_PTES, &q), EFAULT, "PTES: nowhere to write");
	fails(get_translation(fd, getpid(), ~0ULL, &t), EINVAL,
	      "TRANSLATE: an address of the kernel");
	fails(get_translation(fd, getpid(), dev_task_size(fd, getpid()), &t),
	      EINVAL, "TRANSLATE: the first address that is not the user's");
	/* kthreadd */
	fails(get_translation(fd, 2, 0, &t), ENXIO, "TRANSLATE: a kernel thread");
}

static int unprivileged(void *arg)
{
	struct vmlab_translation t;
	struct vmlab_ptes query = {};
	struct pte_list l;
	struct page_list p;
	uint64_t told = 0;

	(void)arg;
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 10;
	if (get_ptes_query(fd, 0, &query, 100, &l) ||
	    get_pages(fd, 0, 0, 0, 100, &p) ||
	    get_translation(fd, 0, (uintptr_t)&told, &t))
		return 11;
	for (size_t i = 0; i < l.nr; i++)
		told |= l.pte[i].raw | l.pte[i].phys | l.pte[i].swap_offset |
			l.pte[i].swap_type;
	for (size_t i = 0; i < p.nr; i++)
		told |= p.page[i].pfn | p.page[i].head_pfn | p.page[i].mapcount |
			p.page[i].refcount | p.page[i].page_flags |
			p.page[i].order | p.page[i].flags;
	for (unsigned int i = 0; i < t.levels; i++)
		told |= t.step[i].raw | t.step[i].phys | t.step[i].table;
	told |= t.phys;
	if (told)
		return 12;
	if (!(query.result & VMLAB_PT_HIDDEN) || !(t.result & VMLAB_PT_HIDDEN))
		return 13;
	return l.nr && p.nr && t.outcome == VMLAB_WALK_MAPPED ? 0 : 14;
}

static void test_hidden(void)
{
	is(reap(spawn(unprivileged, NULL)), 0,
	   "without CAP_SYS_ADMIN: bits, but no place in memory or swap");
}

/* --- debugfs ------------------------------------------------------------- */

static void test_debugfs(pid_t pid, const char *what)
{
	struct vmlab_pgtable_totals t;
	unsigned long long bytes = 0;
	struct pte_list l;
	char text[16], *all, *p, *line;
	bool same = true;
	size_t i = 0;
	int len = snprintf(text, sizeof(text), "%d", pid);

	if (write_file(DEBUGFS "/attach", text, (size_t)len))
		bail("attach: %s", strerror(errno));
	all = slurp(DEBUGFS "/%d/pagetable", pid);
	p = all;
	if (!all || get_ptes(fd, pid, 0, 0, 0, 0, 1000, &l))
		bail("pagetable: %s", strerror(errno));
	streq(next_line(&p), "start end level entries index phys raw pkey flags",
	      "debugfs, %s: header of pagetable", what);
	while ((line = next_line(&p))) {
		unsigned long long start, end, nr, raw;
		unsigned int index, pkey;
		char level[8], place[64];

		same = same && i < l.nr &&
		       sscanf(line, "%llx %llx %7s %llu %u %63s %llx %u",
			      &start, &end, level, &nr, &index, place, &raw,
			      &pkey) == 8 &&
		       start == l.pte[i].start && end == l.pte[i].end &&
		       nr == l.pte[i].nr && raw == l.pte[i].raw &&
		       index == l.pte[i].index && pkey == l.pte[i].pkey;
		i++;
	}
	ok(same && i == l.nr, "debugfs, %s: pagetable has what PTES has", what);
	free(all);
	free(l.pte);

	all = slurp(DEBUGFS "/%d/pgtotals", pid);
	if (!all || get_totals(fd, pid, &t))
		bail("pgtotals: %s", strerror(errno));
	p = strstr(all, "\nbytes ");
	if (p)
		bytes = strtoull(p + 7, NULL, 10);
	is(bytes, t.bytes, "debugfs, %s: pgtotals has the bytes", what);
	p = strstr(all, "\ntables_read ");
	is(p ? strtoull(p + 13, NULL, 10) : 0, t.tables_read,
	   "debugfs, %s: pgtotals cost the same", what);
	free(all);
	write_file(DEBUGFS "/detach", text, (size_t)len);
}

int main(void)
{
	pid_t pid;

	page = page_size();
	levels = dev_info().pgtable_levels;
	fd = dev_open(O_RDWR);
	if (!(dev_info().features & VMLAB_FEAT_PGTABLE))
		bail("no VMLAB_FEAT_PGTABLE on this kernel");
	vm_softdirty = vm_flag("sd");
	vm_pfnmap = vm_flag("pf");
	kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	if (kpageflags < 0 || kpagecount < 0)
		bail("/proc/kpageflags: %s", strerror(errno));
	diag("%u levels", levels);
	find_lies();

	swap_start();
	herd_start();
	ptzoo_start();
	test_all();
	test_kinds();
	test_soft_dirty();
	test_slots();
	test_sparse();
	test_filters();
	test_range();
	test_outcomes();
	test_levels();
	test_errors();
	test_hidden();
	pid = ptzoo_find("swapped");
	test_debugfs(pid ? pid : ptzoo_find("protnone"), "some process");
	pid = ptzoo_find("sparse");
	if (pid)
		test_debugfs(pid, "1 TiB");
	ptzoo_end();
	herd_end();
	swap_end();
	return tap_done();
}
