// SPDX-License-Identifier: GPL-2.0
/* What the module reports about a process, as labs ask for it. */
#include <stdio.h>
#include <sys/mman.h>

#include "labs/lib/run.h"
#include "labs/memory.h"

struct vmlab_proc *lab_run_proc(struct lab_run *run, pid_t pid)
{
	struct vmlab_proc *proc = NULL;

	if (!lab_device(run))
		lab_fail(run, "the lab does not declare that it needs the module");
	lab_check(run, vmlab_proc_open(lab_device(run), pid, &proc),
		  "process %d", pid);
	return proc;
}

/*
 * Before 6.2 a task keeps up to 64 changes of RSS to itself and adds them to its
 * mm at a later fault (mm/memory.c: check_sync_rss_stat()).  Take as many faults
 * that change no counter: a read maps the zero page.
 */
static void add_own_rss(struct lab_run *run)
{
	enum { LINUX_6_2 = 6 << 16 | 2 << 8, FAULTS = 70 };
	const struct lab_machine *m = lab_machine(run);
	/* It stays: a later mapping would take page tables and reach limits of the lab. */
	static volatile char *p;

	if (m->kernel >= LINUX_6_2)
		return;
	if (!p) {
		p = lab_map(run, m->page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		/* nor does it merge with a mapping of the lab */
		madvise((void *)p, m->page, MADV_DONTDUMP);
	}
	for (unsigned int i = 0; i < FAULTS; i++) {
		(void)*p;
		madvise((void *)p, m->page, MADV_DONTNEED);
	}
	(void)*p; /* its page tables stay, too */
}

struct vmlab_mm lab_mm(struct lab_run *run, pid_t pid)
{
	struct vmlab_proc *proc;
	struct vmlab_mm mm;

	if (!pid)
		add_own_rss(run);
	proc = lab_run_proc(run, pid);
	lab_check(run, vmlab_mm_get(proc, &mm), "the mm of process %d", pid);
	vmlab_proc_close(proc);
	return mm;
}

bool lab_vma(struct lab_run *run, pid_t pid, const void *address,
	     struct vmlab_vma *vma, char *name, size_t size)
{
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	uint64_t start = (uintptr_t)address;
	const struct vmlab_vma *found;
	struct vmlab_vmas_iter *it;
	int ret;

	lab_check(run, vmlab_vmas_open(proc, start, start + 1, &it),
		  "the VMAs of process %d", pid);
	ret = lab_check(run, vmlab_vmas_next(it, &found),
			"the VMAs of process %d", pid);
	if (ret) {
		*vma = *found;
		if (name)
			snprintf(name, size, "%s", vmlab_vmas_name(it, found));
	}
	vmlab_vmas_close(it);
	vmlab_proc_close(proc);
	return ret;
}

uint64_t lab_vma_count(struct lab_run *run, pid_t pid, const void *start,
		       const void *end)
{
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	uint64_t nr = 0;

	lab_check(run,
		  vmlab_vmas_open(proc, (uintptr_t)start, (uintptr_t)end, &it),
		  "the VMAs of process %d", pid);
	while (lab_check(run, vmlab_vmas_next(it, &vma),
			 "the VMAs of process %d", pid))
		nr++;
	vmlab_vmas_close(it);
	vmlab_proc_close(proc);
	return nr;
}

struct vmlab_translation lab_translate(struct lab_run *run, pid_t pid,
				       const void *address)
{
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	struct vmlab_translation t;

	lab_check(run, vmlab_translate_get(proc, (uintptr_t)address, &t),
		  "translate %p", address);
	vmlab_proc_close(proc);
	return t;
}

/* Call @page for each page of a range that has an entry. */
static void each_page(struct lab_run *run, pid_t pid, const void *start,
		      size_t length,
		      void (*page)(const struct vmlab_page *page, void *arg),
		      void *arg)
{
	uint64_t mask = ~(lab_machine(run)->page - 1);
	const struct vmlab_pt_query query = {
		.start = (uintptr_t)start & mask,
		.end = ((uintptr_t)start + length + ~mask) & mask,
	};
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	const struct vmlab_page *found;
	struct vmlab_pages_iter *it;

	lab_check(run, vmlab_pages_open(proc, &query, &it),
		  "the pages of process %d", pid);
	while (lab_check(run, vmlab_pages_next(it, &found),
			 "the pages of process %d", pid))
		page(found, arg);
	vmlab_pages_close(it);
	vmlab_proc_close(proc);
}

struct one_page {
	struct vmlab_page *page;
	bool found;
};

static void keep_page(const struct vmlab_page *page, void *arg)
{
	struct one_page *one = arg;

	*one->page = *page;
	one->found = true;
}

bool lab_page(struct lab_run *run, pid_t pid, const void *address,
	      struct vmlab_page *page)
{
	struct one_page one = { page, false };

	each_page(run, pid, address, 1, keep_page, &one);
	return one.found;
}

static void count_page(const struct vmlab_page *page, void *arg)
{
	if (page->entry_flags & (VMLAB_PTE_PRESENT | VMLAB_PTE_PROTNONE))
		++*(uint64_t *)arg;
}

uint64_t lab_resident(struct lab_run *run, pid_t pid, const void *start,
		      size_t length)
{
	uint64_t nr = 0;

	each_page(run, pid, start, length, count_page, &nr);
	return nr;
}

struct vmlab_pgtable_totals lab_page_tables(struct lab_run *run, pid_t pid)
{
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	struct vmlab_pgtable_totals totals;

	lab_check(run, vmlab_pgtable_totals_get(proc, &totals),
		  "the page tables of process %d", pid);
	vmlab_proc_close(proc);
	return totals;
}
