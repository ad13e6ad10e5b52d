// SPDX-License-Identifier: GPL-2.0
/* Filters and ranges of PTES and PAGES, requests that fail, and what is hidden. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/pagetable/samples.h"
#include "inspect/ptwalk.h"

void test_filters(void)
{
	pid_t pid = pagetable_sample_find("protnone");
	struct vmlab_ptes query = {
		.category_mask = VMLAB_PTE_PROTNONE,
		.return_mask = VMLAB_PTE_PROTNONE,
	};
	struct pte_list l;
	bool good = true;
	uint64_t nr = 0;

	if (get_ptes_query(vmlab_fd, pid, &query, 1000, &l))
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
	if (get_ptes_query(vmlab_fd, pid, &query, 1000, &l))
		bail("PTES: %s", strerror(errno));
	for (size_t i = 0; i < l.nr; i++)
		nr += l.pte[i].nr;
	is(nr, count_pages(pid, VMLAB_PTE_ANON, VMLAB_PTE_PROTNONE) +
	   count_pages(pid, VMLAB_PTE_FILE, VMLAB_PTE_PROTNONE),
	   "filter: inverted and any-of");
	free(l.pte);
}

void test_range(void)
{
	pid_t pid = pagetable_sample_find("protnone");
	struct page_list all, part;
	uint64_t start, end;
	size_t i = 0;

	if (get_pages(vmlab_fd, pid, 0, 0, 1000, &all) || all.nr < 20)
		bail("PAGES: %s", strerror(errno));
	start = all.page[5].addr;
	end = all.page[15].addr;
	if (get_pages(vmlab_fd, pid, start, end, 3, &part))
		bail("PAGES: %s", strerror(errno));
	is(part.nr, 10, "range: pages inside");
	while (i < part.nr && part.page[i].addr == all.page[5 + i].addr)
		i++;
	is(i, part.nr, "range: the right ones");
	free(all.page);
	free(part.page);
}

void test_errors(void)
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
	fails(ioctl(vmlab_fd, VMLAB_IOC_PTES, &q), EINVAL, "PTES: " what);	\
	q = good;							\
	q.member = (value);						\
	fails(ioctl(vmlab_fd, VMLAB_IOC_PAGES, &q), EINVAL, "PAGES: " what);	\
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
	fails(ioctl(vmlab_fd, VMLAB_IOC_PTES, &q), EINVAL, "PTES: end before start");
	q = good;
	q.flags = VMLAB_PTES_RAW;
	fails(ioctl(vmlab_fd, VMLAB_IOC_PAGES, &q), EINVAL, "PAGES: flags of PTES");
	q = good;
	q.records = 0;
	fails(ioctl(vmlab_fd, VMLAB_IOC_PTES, &q), EFAULT, "PTES: nowhere to write");
	fails(get_translation(vmlab_fd, getpid(), ~0ULL, &t), EINVAL,
	      "TRANSLATE: an address of the kernel");
	fails(get_translation(vmlab_fd, getpid(), dev_task_size(vmlab_fd, getpid()), &t),
	      EINVAL, "TRANSLATE: the first address that is not the user's");
	/* kthreadd has pid 2. */
	fails(get_translation(vmlab_fd, 2, 0, &t), ENXIO, "TRANSLATE: a kernel thread");
}

static int unprivileged(void *arg)
{
	struct vmlab_translation t;
	struct vmlab_ptes query = {};
	struct pte_list l;
	struct page_list p;
	uint64_t shown = 0;

	(void)arg;
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 10;
	if (get_ptes_query(vmlab_fd, 0, &query, 100, &l) ||
	    get_pages(vmlab_fd, 0, 0, 0, 100, &p) ||
	    get_translation(vmlab_fd, 0, (uintptr_t)&shown, &t))
		return 11;
	for (size_t i = 0; i < l.nr; i++)
		shown |= l.pte[i].raw | l.pte[i].phys | l.pte[i].swap_offset |
			 l.pte[i].swap_type;
	for (size_t i = 0; i < p.nr; i++)
		shown |= p.page[i].pfn | p.page[i].head_pfn | p.page[i].mapcount |
			 p.page[i].refcount | p.page[i].page_flags |
			 p.page[i].order | p.page[i].flags;
	for (unsigned int i = 0; i < t.levels; i++)
		shown |= t.step[i].raw | t.step[i].phys | t.step[i].table;
	shown |= t.phys;
	if (shown)
		return 12;
	if (!(query.result & VMLAB_PT_HIDDEN) || !(t.result & VMLAB_PT_HIDDEN))
		return 13;
	return l.nr && p.nr && t.outcome == VMLAB_WALK_MAPPED ? 0 : 14;
}

void test_hidden(void)
{
	is(reap(spawn(unprivileged, NULL)), 0,
	   "without CAP_SYS_ADMIN: bits, but no place in memory or swap");
}
