// SPDX-License-Identifier: GPL-2.0
/* Lab 11: memory that was mapped and not touched costs no frame. */
#include <sys/mman.h>

#include "labs/memory.h"
#include "labs/system.h"

static const struct lab_param params[] = {
	{ "size", "64M", NULL, 4096, 1ull << 40, "bytes to map" },
	{ "touched", "25", NULL, 0, 100, "percent of the pages to write" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "untouched", "map with MAP_POPULATE: the kernel touches all pages" },
	{ "written", "read the pages instead of writing them" },
	{ 0 },
};

static uint64_t pages(const struct lab_run *run)
{
	return lab_number(run, "size") / lab_machine(run)->page;
}

static uint64_t touched(const struct lab_run *run)
{
	return pages(run) * lab_number(run, "touched") / 100;
}

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long size = lab_number(run, "size"), n = pages(run);
	unsigned long long t = touched(run);

	lab_predict(run, "virtual", "pages of address space after mmap",
		    (double)n, "pages", "size / page = %llu / %llu", size,
		    (unsigned long long)m->page);
	lab_predict(run, "before", "resident pages of it before a touch", 0,
		    "pages", "a page gets its frame at the first access");
	lab_predict(run, "faults", "minor faults while touching", (double)t,
		    "faults", "one a page: %llu %% of %llu",
		    (unsigned long long)lab_number(run, "touched"), n);
	lab_predict(run, "after", "anonymous frames after the touch", (double)t,
		    "pages", "one frame a page that was written");
	lab_predict(run, "end", "anonymous frames after munmap", 0, "pages",
		    "munmap frees every frame");
}

static uint64_t anonymous(struct lab_run *run)
{
	return lab_mm(run, 0).rss[VMLAB_RSS_ANON];
}

static void experiment(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	size_t size = pages(run) * page, part = touched(run) * page;
	int populate = lab_broken(run, "untouched") ? MAP_POPULATE : 0;
	uint64_t total = lab_mm(run, 0).total_vm;
	uint64_t before = anonymous(run), now;
	struct lab_counts counts;
	char *memory;

	lab_need_memory(run, populate ? size : part);
	lab_step(run, "mmap(NULL, %zu, PROT_READ | PROT_WRITE, MAP_PRIVATE | "
		      "MAP_ANONYMOUS | MAP_NORESERVE%s, -1, 0)",
		 size, populate ? " | MAP_POPULATE" : "");
	memory = lab_map(run, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | populate,
			 -1, 0);
	lab_measure(run, "virtual", (double)(lab_mm(run, 0).total_vm - total));
	lab_measure(run, "before", (double)lab_resident(run, 0, memory, size));

	lab_step(run, "%s one byte of each of the first %zu pages",
		 lab_broken(run, "written") ? "read" : "write", part / page);
	counts = lab_counts();
	if (lab_broken(run, "written"))
		lab_read(memory, part, page);
	else
		lab_write(memory, part, page, 1);
	counts = lab_counts_since(&counts);
	now = anonymous(run);
	lab_measure(run, "faults", (double)counts.minor);
	lab_effect(run, "faults",
		   "a kernel thread or a signal handler that the program needs "
		   "faults too; transparent huge pages serve 512 pages by one "
		   "fault");
	lab_measure(run, "after", (double)(now - before));
	lab_effect(run, "after",
		   "a read maps the one zero page of the system, "
		   "which takes no frame");

	lab_step(run, "munmap(%p, %zu)", (void *)memory, size);
	munmap(memory, size);
	lab_measure(run, "end", (double)(anonymous(run) - before));
}

static const struct lab demand_paging = {
	.number = 11,
	.name = "demand-paging",
	.title = "nothing is allocated until it is touched",
	.question = "How many frames does a mapping take before and after its "
		    "pages are written?",
	.idea = "mmap makes a VMA: a range of addresses with rights. No page table "
		"entry is made. The first access to a page faults, and the "
		"kernel then finds a zeroed frame and maps it: a minor fault.",
	.pins = "Transparent huge pages are disabled for the process, so that a "
		"fault maps one page. The pages are private and anonymous, so "
		"that the kernel maps no neighbours (fault-around is for page "
		"cache). MAP_NORESERVE keeps the overcommit heuristic from "
		"refusing a large size.",
	.reads = "mm/mmap.c: do_mmap()\n"
		 "mm/memory.c: handle_mm_fault(), do_anonymous_page()\n"
		 "mm/memory.c: unmap_page_range()",
	.needs = LAB_DEVICE | LAB_PTES | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(demand_paging);
