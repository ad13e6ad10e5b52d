// SPDX-License-Identifier: GPL-2.0
/* The entries that each sample process was made to have. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/pagetable/samples.h"
#include "inspect/ptwalk.h"

uint64_t count_pages(pid_t pid, uint64_t all_of, uint64_t none_of)
{
	struct page_list l;
	uint64_t nr = 0;

	if (get_pages(vmlab_fd, pid, 0, 0, 1000, &l))
		bail("PAGES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++)
		nr += (l.page[i].entry_flags & all_of) == all_of &&
		      !(l.page[i].entry_flags & none_of);
	free(l.page);
	return nr;
}

/* Test that each sample has the entries that it is meant to have. */
void test_kinds(void)
{
	static const struct {
		const char *name;
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
		pid_t pid = pagetable_sample_find(kinds[i].name);
		uint64_t nr;

		if (!pid) {
			skip("this sample could not be started", "%s: has its entries",
			     kinds[i].name);
			continue;
		}
		nr = count_pages(pid, kinds[i].bits, 0);
		if (!ok(nr >= kinds[i].at_least, "%s: has its entries",
			kinds[i].name))
			diag("  %llu pages, at least %llu expected",
			     (unsigned long long)nr,
			     (unsigned long long)kinds[i].at_least);
	}
}

/* Test that pages that were not written since clear_refs are clean. */
void test_soft_dirty(void)
{
	pid_t pid = pagetable_sample_find("soft_dirty");
	uint64_t clean;

	if (!pid) {
		skip("this sample could not be started", "soft_dirty: clean pages");
		return;
	}
	clean = count_pages(pid, VMLAB_PTE_ANON, VMLAB_PTE_SOFT_DIRTY) +
		count_pages(pid, VMLAB_PTE_SWAP, VMLAB_PTE_SOFT_DIRTY);
	ok(clean >= 61, "soft_dirty: %llu pages are clean",
	   (unsigned long long)clean);
}

/* Number of the swap area with the highest priority, or -1. */
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

/* Test that each page in swap has a slot of its own in the preferred area. */
void test_slots(void)
{
	static bool taken[1 << 16];
	pid_t pid = pagetable_sample_find("swapped");
	int area = first_area();
	unsigned int wrong = 0;
	struct page_list l;

	if (!pid) {
		skip("this sample could not be started", "swapped: slots");
		return;
	}
	if (get_pages(vmlab_fd, pid, 0, 0, 1000, &l))
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

/* Test that a sparse 1 TiB costs in proportion to the pages in it. */
void test_sparse(void)
{
	pid_t pid = pagetable_sample_find("sparse");
	struct vmlab_ptes query = {};
	struct vmlab_pgtable_totals t;
	struct pte_list l;
	uint64_t tables = 0;

	if (!pid) {
		skip("this sample could not be started", "sparse");
		return;
	}
	if (get_totals(vmlab_fd, pid, &t))
		bail("totals: %s", strerror(errno));
	for (unsigned int i = 0; i < levels; i++)
		tables += t.level[i].tables;
	ok(t.level[0].tables >= SPARSE_SAMPLE_PAGES,
	   "sparse: each page has a table of its own");
	/* A table that several VMAs share is read once for each. */
	ok(t.tables_read < 3 * tables,
	   "sparse: totals read tables in proportion to those present");
	diag("  %llu tables present, %llu read",
	     (unsigned long long)tables, (unsigned long long)t.tables_read);
	if (get_ptes_query(vmlab_fd, pid, &query, 1000, &l))
		bail("PTES: %s", strerror(errno));
	ok(query.tables_read < 3 * tables,
	   "sparse: PTES reads tables in proportion to those present");
	ok(l.nr >= SPARSE_SAMPLE_PAGES, "sparse: all pages are reported");
	free(l.pte);
	query = (struct vmlab_ptes){};
	if (get_ptes_query(vmlab_fd, pid, &query, 7, &l))
		bail("PTES: %s", strerror(errno));
	/* Each call reads the table again in which the last one ended. */
	ok(query.tables_read < 3 * tables + l.nr / 7 + 1,
	   "sparse: also with many calls, %llu tables for %zu records",
	   (unsigned long long)query.tables_read, l.nr);
	free(l.pte);
}
