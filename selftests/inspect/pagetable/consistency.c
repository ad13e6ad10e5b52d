// SPDX-License-Identifier: GPL-2.0
/* PTES, PAGES, PGTABLE_TOTALS and TRANSLATE of a process against each other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"

/* Bits that may differ between the pages of one huge page. */
#define PER_PAGE_BITS	((uint64_t)VMLAB_PTE_EXCLUSIVE)

/* Compare page @a of the PTES record @r with the PAGES record @g. */
static bool page_agrees(const struct vmlab_pte *r, uint64_t a,
			const struct vmlab_page *g)
{
	uint64_t phys = r->phys + (a - r->start);

	if (g->addr != a || g->level != r->level ||
	    (g->entry_flags | PER_PAGE_BITS) != (r->flags | PER_PAGE_BITS)) {
		differs("%llx: PTES and PAGES differ", (unsigned long long)a);
		return false;
	}
	if (r->flags & VMLAB_PTE_PRESENT && !(r->flags & VMLAB_PTE_ZERO) &&
	    g->pfn * page != phys)
		differs("%llx: phys %llx in PTES, pfn %llx",
			(unsigned long long)a, (unsigned long long)phys,
			(unsigned long long)g->pfn);
	if (r->flags & VMLAB_PTE_SWAP &&
	    g->swap_offset != r->swap_offset + (a - r->start) / page)
		differs("%llx: swap slots differ", (unsigned long long)a);
	return true;
}

bool ptes_agree(const struct page_list *l, const struct pte_list *p)
{
	size_t i = 0;

	differences_reset();
	for (size_t k = 0; k < p->nr; k++) {
		const struct vmlab_pte *r = &p->pte[k];

		for (uint64_t a = r->start; a < r->end; a += page, i++) {
			if (i == l->nr) {
				differs("%llx: not in PAGES",
					(unsigned long long)a);
				return false;
			}
			if (!page_agrees(r, a, &l->page[i]))
				return false;
		}
	}
	if (i != l->nr)
		differs("PTES has %zu pages, PAGES %zu", i, l->nr);
	return !differences();
}

/* Compare a level of the totals with the tables that PTES reports. */
static void check_level(const struct vmlab_pgtable_totals *t, unsigned int i,
			const uint64_t *seen)
{
	const struct vmlab_pgtable_level *l = &t->level[i];
	bool top = i + 1 == levels;
	uint64_t tables = top ? 1 : seen[i + 1];
	/* Of the top level only the user half is counted. */
	uint64_t entries = top ? 256 : 512 * l->tables;

	if (l->tables != tables || l->bytes != l->tables * page)
		differs("level %u: %llu tables in the totals, %llu reported",
			i + 1, (unsigned long long)l->tables,
			(unsigned long long)tables);
	if (l->none + l->table + l->leaf + l->other != entries)
		differs("level %u: entries do not add up", i + 1);
	if (l->table != (i ? seen[i] : 0) && !top)
		differs("level %u: %llu entries point to tables", i + 1,
			(unsigned long long)l->table);
}

static void check_bytes(pid_t pid, const struct vmlab_pgtable_totals *t)
{
	char *status = slurp("/proc/%d/status", pid);
	unsigned long long vmpte;

	if (!status || !proc_field(status, "VmPTE", &vmpte))
		bail("status of %d: %s", pid, strerror(errno));
	free(status);
	if (t->bytes != vmpte * 1024 || t->kernel_bytes != vmpte * 1024)
		differs("totals %llu bytes, the kernel's %llu, VmPTE %llu",
			(unsigned long long)t->bytes,
			(unsigned long long)t->kernel_bytes, vmpte * 1024);
}

bool totals_agree(pid_t pid, const struct pte_list *raw,
		  const struct pte_list *tables)
{
	struct vmlab_pgtable_totals t;
	uint64_t seen[VMLAB_PT_LEVELS_MAX + 1] = {}, leaf = 0, all = 0;

	differences_reset();
	if (get_totals(vmlab_fd, pid, &t))
		bail("totals of %d: %s", pid, strerror(errno));
	check_bytes(pid, &t);
	for (size_t i = 0; i < tables->nr; i++)
		if (tables->pte[i].flags & VMLAB_PTE_TABLE)
			seen[tables->pte[i].level - 1]++;
	for (unsigned int i = 0; i < levels; i++) {
		check_level(&t, i, seen);
		leaf += t.level[i].leaf + t.level[i].other;
		all += t.level[i].tables;
	}
	if (leaf != raw->nr)
		differs("%llu leaves in the totals, %zu reported",
			(unsigned long long)leaf, raw->nr);
	if (t.levels != levels || t.tables_read < all - levels)
		differs("levels %u, %llu tables read", t.levels,
			(unsigned long long)t.tables_read);
	return !differences();
}

static bool translation_agrees(pid_t pid, const struct vmlab_page *r)
{
	struct vmlab_translation t;
	const uint64_t offset = 0x123;
	uint64_t index = 0;

	if (get_translation(vmlab_fd, pid, r->addr + offset, &t))
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

bool translations_agree(pid_t pid, const struct page_list *l)
{
	differences_reset();
	/* Translate every page of a small process, some pages of a large one. */
	for (size_t i = 0; i < l->nr; i += 1 + l->nr / 500)
		if (!translation_agrees(pid, &l->page[i]))
			differs("%llx: TRANSLATE is not right",
				(unsigned long long)l->page[i].addr);
	return !differences();
}

/*
 * Test that small batches yield what large ones do: the cursor neither loses nor
 * repeats a record.  Whether a frame is exclusive is left out, because other
 * processes change that meanwhile.
 */
bool batches_agree(pid_t pid, uint32_t flags)
{
	const uint64_t mask = VMLAB_PTE_ALL & ~VMLAB_PTE_EXCLUSIVE;
	struct pte_list all, few;
	bool same;

	if (get_ptes(vmlab_fd, pid, 0, 0, flags, mask, 1000, &all) ||
	    get_ptes(vmlab_fd, pid, 0, 0, flags, mask, 3, &few))
		bail("PTES: %s", strerror(errno));
	same = all.nr == few.nr &&
	       !memcmp(all.pte, few.pte, all.nr * sizeof(*all.pte));
	free(all.pte);
	free(few.pte);
	return same;
}
