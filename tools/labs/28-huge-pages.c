// SPDX-License-Identifier: GPL-2.0
/* Lab 28: the same memory in pages of 4 KiB and of 2 MiB. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/memory.h"
#include "labs/system.h"

#define ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

static const struct lab_param params[] = {
	{ "huge", "4", NULL, 1, 64, "huge pages in each region" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "small", "advise against huge pages where the lab advises them" },
	{ "unaligned", "map the region one page above a boundary of 2 MiB" },
	{ "unsplit", "leave the huge pages whole where the lab splits one" },
	{ 0 },
};

static bool has_huge_spaces(const struct lab_run *run)
{
	return vmlab_info_get(lab_device(run))->features & VMLAB_FEAT_HUGE;
}

static void predict_space(struct lab_run *run, double huge, double pages)
{
	lab_predict(run, "space_small", "space: faults with 4 KiB", pages,
		    "faults", "one a page");
	lab_predict(run, "space_huge", "space: faults with VMLAB_SPACE_HUGE",
		    huge, "faults", "one a huge frame");
	lab_predict(run, "space_filled", "huge frames that they fill", huge,
		    "frames", "vmlab_paging_stats.huge_filled");
	lab_predict(run, "space_tables", "PTE tables of the space's mapping", 0,
		    "tables", "the PMD entry maps the frame itself");
}

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long count = lab_number(run, "huge");
	unsigned long long each = m->huge / m->page;
	double huge = (double)count, pages = (double)(count * each);

	if (!m->huge)
		lab_skip(run, "this kernel has no transparent huge pages "
			      "(CONFIG_TRANSPARENT_HUGEPAGE)");
	lab_predict(run, "small_faults", "4 KiB: faults of writing all pages",
		    pages, "faults", "size / page = %llu * %llu / %llu", count,
		    (unsigned long long)m->huge, (unsigned long long)m->page);
	lab_predict(run, "small_tables", "4 KiB: PTE tables", huge, "tables",
		    "one for each 2 MiB");
	lab_predict(run, "huge_faults", "2 MiB: faults of the same writes", huge,
		    "faults", "size / huge page = %llu", count);
	lab_predict(run, "huge_tables", "2 MiB: PTE tables in use", 0, "tables",
		    "the PMD entry maps the frame itself");
	lab_predict(run, "huge_reserve", "2 MiB: PTE tables in reserve", huge,
		    "tables", "one a huge page, so that a split cannot fail");
	lab_predict(run, "entries", "2 MiB: entries that map frames", huge,
		    "entries", "%llu times fewer", each);
	lab_predict(run, "one_small", "4 KiB: frames for one byte in each 2 MiB",
		    huge, "frames", "one page each");
	lab_predict(run, "one_huge", "2 MiB: frames for the same", pages,
		    "frames", "%llu each: internal fragmentation", each);
	lab_predict(run, "split_tables", "PTE tables after mprotect of a page", 1,
		    "tables", "its huge page is split into entries");
	lab_predict(run, "split_reserve", "PTE tables in reserve after it",
		    huge - 1, "tables", "one came into use");
	if (has_huge_spaces(run))
		predict_space(run, huge, pages);
}

/**
 * struct region - a mapping, and what was counted before it was touched
 * @faults, @frames: of the touch
 */
struct region {
	char *start;
	size_t size;
	struct vmlab_pgtable_totals before;
	uint64_t faults, frames;
};

/* Return the PTE tables that came into use since the region was mapped. */
static double tables(struct lab_run *run, const struct region *r)
{
	struct vmlab_pgtable_totals now = lab_page_tables(run, 0);

	return (double)now.level[0].tables - (double)r->before.level[0].tables;
}

/* Return those that came into reserve. */
static double reserve(struct lab_run *run, const struct region *r)
{
	return (double)lab_page_tables(run, 0).deposited -
	       (double)r->before.deposited;
}

/* Map @fd or anonymous memory, advise on huge pages, and write. */
static struct region touch(struct lab_run *run, int fd, bool huge,
			   size_t stride)
{
	const struct lab_machine *m = lab_machine(run);
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	size_t shift = huge && lab_broken(run, "unaligned") ? m->page : 0;
	struct region r = { .size = lab_number(run, "huge") * m->huge };
	struct lab_counts counts;

	huge = huge && !lab_broken(run, "small");
	r.start = lab_map_aligned(run, r.size + shift, m->huge,
				  PROT_READ | PROT_WRITE, flags, fd);
	if (shift)
		munmap(r.start, shift);
	r.start += shift;
	if (madvise(r.start, r.size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		lab_fail(run, "madvise: %s", strerror(errno));
	r.before = lab_page_tables(run, 0);
	r.frames = lab_mm(run, 0).rss[VMLAB_RSS_ANON];
	counts = lab_counts();
	lab_write(r.start, r.size, stride, 1);
	r.faults = lab_counts_since(&counts).minor;
	r.frames = lab_mm(run, 0).rss[VMLAB_RSS_ANON] - r.frames;
	return r;
}

static void measure_anonymous(struct lab_run *run, unsigned int plot)
{
	const struct lab_machine *m = lab_machine(run);
	struct vmlab_pgtable_totals now;
	struct region r;

	lab_step(run, "mmap, madvise(MADV_NOHUGEPAGE), write each page");
	r = touch(run, -1, false, m->page);
	lab_measure(run, "small_faults", (double)r.faults);
	lab_measure(run, "small_tables", tables(run, &r));
	lab_point(run, plot, 0, 1, (double)r.faults);
	lab_point(run, plot, 0, 2, tables(run, &r));
	munmap(r.start, r.size);

	lab_step(run, "mmap, madvise(MADV_HUGEPAGE), write each page");
	r = touch(run, -1, true, m->page);
	now = lab_page_tables(run, 0);
	lab_measure(run, "huge_faults", (double)r.faults);
	lab_effect(run, "huge_faults", "without a free frame of 2 MiB the kernel "
				       "takes small ones");
	lab_measure(run, "huge_tables", tables(run, &r));
	lab_measure(run, "huge_reserve", reserve(run, &r));
	lab_measure(run, "entries",
		    (double)(now.level[1].leaf - r.before.level[1].leaf));
	lab_point(run, plot, 1, 1, (double)r.faults);
	lab_point(run, plot, 1, 2, tables(run, &r));

	lab_step(run, "mprotect the first page of it, PROT_READ");
	if (!lab_broken(run, "unsplit") &&
	    mprotect(r.start, m->page, PROT_READ))
		lab_fail(run, "mprotect: %s", strerror(errno));
	lab_measure(run, "split_tables", tables(run, &r));
	lab_measure(run, "split_reserve", reserve(run, &r));
	munmap(r.start, r.size);

	lab_step(run, "write one byte in each 2 MiB, without and with them");
	r = touch(run, -1, false, m->huge);
	lab_measure(run, "one_small", (double)r.frames);
	munmap(r.start, r.size);
	r = touch(run, -1, true, m->huge);
	lab_measure(run, "one_huge", (double)r.frames);
	munmap(r.start, r.size);
}

static void measure_space(struct lab_run *run, bool huge)
{
	const struct lab_machine *m = lab_machine(run);
	struct vmlab_space_config config = {
		.bytes = lab_number(run, "huge") * m->huge + m->page,
		.flags = huge ? VMLAB_SPACE_HUGE : 0,
	};
	struct vmlab_space *space;
	struct region r;

	lab_step(run, "map /dev/vmlab %s VMLAB_SPACE_HUGE, write each page",
		 huge ? "with" : "without");
	lab_check(run, vmlab_space_open(config.bytes, &space),
		  "open /dev/vmlab");
	lab_check(run, vmlab_space_set(space, &config), "huge frames");
	r = touch(run, vmlab_space_fd(space), huge, m->page);
	lab_measure(run, huge ? "space_huge" : "space_small",
		    (double)r.faults);
	if (huge) {
		lab_measure(run, "space_filled",
			    (double)lab_space_paging_stats(run, space)
				    .huge_filled);
		lab_measure(run, "space_tables", tables(run, &r));
	}
	munmap(r.start, r.size);
	vmlab_space_close(space);
}

static void experiment(struct lab_run *run)
{
	char setting[80] = "";
	unsigned int plot;

	lab_read_text(ENABLED, setting, sizeof(setting));
	if (strstr(setting, "[never]"))
		lab_skip(run, "transparent huge pages are off: write madvise to "
			 ENABLED);
	plot = lab_plot(run, "Faults and PTE tables of the same writes",
			"1 faults, 2 PTE tables", "number", LAB_BARS | LAB_LOG_Y);
	lab_series(run, plot, "pages of 4 KiB");
	lab_series(run, plot, "huge pages of 2 MiB");
	measure_anonymous(run, plot);
	if (has_huge_spaces(run)) {
		measure_space(run, false);
		measure_space(run, true);
	} else {
		lab_note(run, "Huge frames of a space need Linux 6.15: not "
			      "measured here.");
	}
}

static const struct lab huge_pages = {
	.number = 28,
	.name = "huge-pages",
	.title = "pages of 2 MiB: fewer faults, fewer tables",
	.question = "What do huge pages save, in faults and in page tables, and "
		    "what do they cost?",
	.idea = "An entry of the PMD can map 2 MiB at once, where a PTE table with "
		"512 entries stood. So one fault does the work of 512, and no PTE "
		"table is in use; for anonymous memory one is kept in reserve, for "
		"a split. A huge page is allocated as a whole, even for one byte.",
	.pins = "madvise decides for each region, MADV_HUGEPAGE or MADV_NOHUGEPAGE, "
		"so that the setting of the system does not matter unless it is "
		"never. The regions start at multiples of 2 MiB. khugepaged is too "
		"slow to collapse small pages meanwhile, and may not.",
	.reads = "mm/huge_memory.c: do_huge_pmd_anonymous_page(), "
		 "__split_huge_pmd_locked()\n"
		 "mm/pgtable-generic.c: pgtable_trans_huge_deposit()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.thp = true,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(huge_pages);
