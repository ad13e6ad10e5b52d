// SPDX-License-Identifier: GPL-2.0
/* The page tables of every process of the machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"

enum { TRIES = 8 };	/* LRU flags of pages change even while a process is stopped */

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

	if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, 256, 1 << 16, &vmas) ||
	    get_ptes(vmlab_fd, pid, 0, 0, 0, 0, 1000, &folded) ||
	    get_ptes(vmlab_fd, pid, 0, 0, VMLAB_PTES_RAW, 0, 1000, &raw) ||
	    get_ptes(vmlab_fd, pid, 0, 0, VMLAB_PTES_TABLES, 0, 1000, &tables) ||
	    get_pages(vmlab_fd, pid, 0, 0, 1000, &pages))
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

static unsigned int repeated;

static void test_process(pid_t pid, const char *name)
{
	struct verdict v = {};

	for (int try = 0; try < TRIES; try++) {
		differences_quiet(try + 1 < TRIES);
		v = compare(pid);
		if (all_right(&v))
			break;
		repeated++;
		msleep(30 * (unsigned int)try);
	}
	differences_quiet(false);
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

void test_all(void)
{
	int *pids;
	ssize_t nr = numbers_in("/proc", &pids);
	struct vmlab_mm mm;
	char name[64];

	for (ssize_t i = 0; i < nr; i++) {
		if (pids[i] == getpid())
			continue;
		/* Kernel threads have no page tables; a process may have exited. */
		if (get_mm(vmlab_fd, VMLAB_TARGET_PID, pids[i], &mm) ||
		    mm.flags & VMLAB_MM_KTHREAD)
			continue;
		snprintf(name, sizeof(name), "%d (%.15s)", pids[i], mm.comm);
		/* A newline or # would break the TAP line. */
		for (char *p = name; *p; p++)
			if (*p == '\n' || *p == '#')
				*p = '?';
		test_process(pids[i], name);
	}
	diag("%u comparisons repeated", repeated);
	free(pids);
}
