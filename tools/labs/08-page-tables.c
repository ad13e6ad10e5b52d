// SPDX-License-Identifier: GPL-2.0
/* Lab 8: the page tables that pages at a stride need. */
#include <stdio.h>
#include <sys/mman.h>

#include "labs/memory.h"

enum { LEVELS = 3 }; /* levels 1 to 3 grow here; the one above exists once */

static const struct lab_param params[] = {
	{ "touched", "8", NULL, 1, 64, "pages to read at each stride" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "untouched", "map the range and read no page" },
	{ "shifted", "start a page below a multiple of 512 GiB" },
	{ "huge", "let one entry of level 2 map 2 MiB: the huge zero page" },
	{ 0 },
};

/* Strides: log2 of the bytes. */
static const struct stride {
	unsigned int shift;
	const char *name;
} strides[] = {
	{ 12, "4K" }, { 16, "64K" }, { 21, "2M" },
	{ 25, "32M" }, { 30, "1G" }, { 34, "16G" },
};

enum { STRIDES = sizeof(strides) / sizeof(strides[0]) };

/* The bytes that a table of a level covers: 512 entries of the level. */
static unsigned int table_shift(const struct lab_run *run, unsigned int level)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned int page = (unsigned int)__builtin_ctzll(m->page);

	return page + (unsigned int)__builtin_ctz(m->entries) * level;
}

/* The tables of a level that @touched pages from an aligned start need. */
static uint64_t tables(const struct lab_run *run, unsigned int shift,
		       unsigned int level)
{
	uint64_t last = (lab_number(run, "touched") - 1) << shift;

	if (shift >= table_shift(run, level))
		return lab_number(run, "touched");
	return (last >> table_shift(run, level)) + 1;
}

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "touched");

	for (unsigned int i = 0; i < STRIDES; i++) {
		unsigned int shift = strides[i].shift;
		uint64_t sum = 0;
		char key[40], what[80];

		for (unsigned int level = 1; level <= LEVELS; level++) {
			uint64_t nr = tables(run, shift, level);

			sum += nr;
			snprintf(key, sizeof(key), "level%u-%s", level,
				 strides[i].name);
			snprintf(what, sizeof(what),
				 "tables of level %u, stride %s", level,
				 strides[i].name);
			lab_predict(run, key, what, (double)nr, "tables",
				    "%llu pages at 2^%u, a table covers 2^%u "
				    "bytes", n, shift, table_shift(run, level));
		}
		snprintf(key, sizeof(key), "bytes-%s", strides[i].name);
		snprintf(what, sizeof(what), "VmPTE grows, stride %s",
			 strides[i].name);
		lab_predict(run, key, what,
			    (double)(sum * lab_machine(run)->page), "bytes",
			    "%llu tables x %llu", (unsigned long long)sum,
			    (unsigned long long)lab_machine(run)->page);
	}
}

/* Map a range that shares no table below the highest with anything else. */
static char *map_alone(struct lab_run *run, size_t length)
{
	size_t alone = (size_t)1 << table_shift(run, LEVELS);
	size_t shift = lab_broken(run, "shifted") ? lab_machine(run)->page : 0;
	size_t room = ((length + alone - 1) & ~(alone - 1)) + 2 * alone;
	char *start = lab_map_aligned(run, room, alone, PROT_NONE,
				      MAP_PRIVATE | MAP_ANONYMOUS |
					      MAP_NORESERVE, -1);

	start += alone - shift;
	if (mprotect(start, length, PROT_READ | PROT_WRITE))
		lab_fail(run, "mprotect of %zu bytes failed: this lab maps more "
			      "than memory, which vm.overcommit_memory=2 forbids",
			 length);
	madvise(start, length, lab_broken(run, "huge") ? MADV_HUGEPAGE :
							 MADV_NOHUGEPAGE);
	return start;
}

static void touch(struct lab_run *run, const struct stride *stride,
		  struct vmlab_pgtable_totals *before,
		  struct vmlab_pgtable_totals *after)
{
	size_t bytes = (size_t)1 << stride->shift;
	size_t length = bytes * lab_number(run, "touched");
	char *start = map_alone(run, length);

	lab_step(run, "read %llu pages at a stride of %s from %p",
		 (unsigned long long)lab_number(run, "touched"), stride->name,
		 (void *)start);
	*before = lab_page_tables(run, 0);
	if (!lab_broken(run, "untouched"))
		lab_read(start, length, bytes);
	*after = lab_page_tables(run, 0);
	munmap(start, length);
}

static void experiment(struct lab_run *run)
{
	unsigned int plot = lab_plot(run, "Page tables for the same number of pages",
				     "stride, bytes", "page tables", LAB_LOG_X);
	unsigned int series[LEVELS], all;
	char name[40];

	for (unsigned int level = 1; level <= LEVELS; level++) {
		snprintf(name, sizeof(name), "level %u", level);
		series[level - 1] = lab_series(run, plot, name);
	}
	all = lab_series(run, plot, "all levels");
	for (unsigned int i = 0; i < STRIDES; i++) {
		struct vmlab_pgtable_totals before, after;
		double x = (double)(1ull << strides[i].shift), sum = 0;

		touch(run, &strides[i], &before, &after);
		for (unsigned int level = 1; level <= LEVELS; level++) {
			double nr = (double)after.level[level - 1].tables -
				    (double)before.level[level - 1].tables;

			snprintf(name, sizeof(name), "level%u-%s", level,
				 strides[i].name);
			lab_measure(run, name, nr);
			lab_point(run, plot, series[level - 1], x, nr);
			sum += nr;
		}
		snprintf(name, sizeof(name), "bytes-%s", strides[i].name);
		lab_measure(run, name, (double)after.kernel_bytes -
					       (double)before.kernel_bytes);
		lab_point(run, plot, all, x, sum);
	}
}

static const struct lab page_tables = {
	.number = 8,
	.name = "page-tables",
	.title = "the page tables of pages near and far",
	.question = "How many page tables do eight pages need when they are 4 KiB, "
		    "2 MiB or 16 GiB apart?",
	.idea = "A page table is a page of 512 entries. A table of level 1 covers "
		"2 MiB, one of level 2 covers 1 GiB, one of level 3 covers "
		"512 GiB. A table exists if at least one page below it was "
		"touched: the number is that of the different ranges of its size "
		"that hold a touched page.",
	.pins = "The range starts at a multiple of 512 GiB and shares no table with "
		"other mappings. Huge pages are disabled for the process; they "
		"would need no table of level 1. A read needs the same tables as "
		"a write, and no frame.",
	.reads = "mm/memory.c: __handle_mm_fault(), __pte_alloc()\n"
		 "include/linux/mm.h: pud_alloc(), pmd_alloc()\n"
		 "mm/memory.c: free_pgtables()",
	.needs = LAB_DEVICE | LAB_PTES,
	.thp = true,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(page_tables);
