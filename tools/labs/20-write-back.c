// SPDX-License-Identifier: GPL-2.0
/* Lab 20: how the kernel notices the first write to each clean page. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/frames.h"
#include "labs/memory.h"

enum { MAX = 64 };

static const struct lab_param params[] = {
	{ "pages", "32", NULL, 2, MAX, "pages of the mapping" },
	{ "again", "9", NULL, 1, MAX, "pages to write after the second cleaning" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "no-clean", "write again without msync before" },
	{ "private", "map with MAP_PRIVATE: writes go to copies" },
	{ "read", "read where the lab writes first" },
	{ 0 },
};

static uint64_t nr_again(const struct lab_run *run)
{
	uint64_t n = lab_number(run, "pages"), k = lab_number(run, "again");

	return k < n ? k : n;
}

static void predict(struct lab_run *run)
{
	unsigned long long count = lab_number(run, "pages");
	double n = (double)count, k = (double)nr_again(run);

	lab_predict(run, "write_calls", "first writes: calls of page_mkwrite", n,
		    "calls", "one for each page: N = %llu", count);
	lab_predict(run, "write_faults", "first writes: faults", n, "faults",
		    "the same fault fills the page and makes it writable");
	lab_predict(run, "dirty", "dirty frames after them", n, "frames",
		    "all N = %llu", count);
	lab_predict(run, "repeat_calls", "second writes: calls of page_mkwrite",
		    0, "calls", "the entries are writable");
	lab_predict(run, "repeat_faults", "second writes: faults", 0, "faults",
		    "the processor sets the dirty bit by itself");
	lab_predict(run, "written", "pages that msync writes back", n, "pages",
		    "the dirty ones: N = %llu", count);
	lab_predict(run, "clean", "dirty frames after msync", 0, "frames",
		    "the file has their contents");
	lab_predict(run, "writable", "entries that allow a write after it", 0,
		    "entries", "cleaning write-protects them: folio_mkclean()");
	lab_predict(run, "again_calls", "writes after it: calls of page_mkwrite",
		    n, "calls", "one for each page: N = %llu", count);
	lab_predict(run, "again_faults", "writes after it: faults", n, "faults",
		    "write faults of present pages");
	lab_predict(run, "again_fills", "... that fill or look up a page", 0,
		    "faults", "the page is mapped: only its rights change");
	lab_predict(run, "part_calls", "after VMLAB_DIRTY_CLEAR and k writes", k,
		    "calls", "k = %.0f pages are written", k);
	lab_predict(run, "part_dirty", "dirty pages among those k", k, "pages",
		    "the bitmap names exactly these");
	lab_predict(run, "part_others", "dirty pages among the others", 0,
		    "pages", "they were not written");
	lab_predict(run, "read_faults", "a page that is read, then written", 2,
		    "faults", "one to map it read-only, one to make it writable");
}

/**
 * struct world - the mapping, and what was counted so far
 * @last: the counters of the space before the last writes
 * @phase, @total: of the plot: its last x, and calls of page_mkwrite
 */
struct world {
	struct vmlab_space *space;
	char *memory;
	size_t size, page;
	struct vmlab_space_stats last;
	unsigned int plot, phase;
	double total;
};

static uint64_t count_dirty(struct lab_run *run, const struct world *w,
			    uint32_t flags, uint64_t start, uint64_t end)
{
	uint64_t nr;

	lab_check(run, vmlab_space_dirty(w->space, flags, start, end, NULL, &nr),
		  "the dirty pages");
	return nr;
}

static double frames_dirty(struct lab_run *run, const struct world *w)
{
	return (double)lab_space_stats(run, w->space).frames_dirty;
}

/* Add the points of the next phase to the plot. */
static void draw(struct lab_run *run, struct world *w)
{
	lab_point(run, w->plot, 0, ++w->phase, w->total);
	lab_point(run, w->plot, 1, w->phase, frames_dirty(run, w));
}

/* Write to a part of the mapping, and measure calls and faults by @keys. */
static void measure_writes(struct lab_run *run, struct world *w, size_t size,
			   char value, const char *calls, const char *faults)
{
	struct vmlab_space_stats now;
	struct lab_counts counts;

	lab_step(run, "write one byte of each of %zu pages", size / w->page);
	w->last = lab_space_stats(run, w->space);
	counts = lab_counts();
	if (value == 1 && lab_broken(run, "read"))
		lab_read(w->memory, size, w->page);
	else
		lab_write(w->memory, size, w->page, value);
	counts = lab_counts_since(&counts);
	now = lab_space_stats(run, w->space);
	lab_measure(run, calls, (double)(now.mkwrite - w->last.mkwrite));
	if (faults)
		lab_measure(run, faults, (double)counts.minor);
	w->total += (double)(now.mkwrite - w->last.mkwrite);
	draw(run, w);
}

static void make_world(struct lab_run *run, struct world *w)
{
	int kind = lab_broken(run, "private") ? MAP_PRIVATE : MAP_SHARED;
	int fd = lab_file(run, "/tmp", w->size, 0);
	void *memory;

	lab_step(run, "open /dev/vmlab, with a file of %zu bytes behind it",
		 w->size);
	lab_check(run, vmlab_space_open(w->size, &w->space), "open /dev/vmlab");
	lab_check(run,
		  vmlab_space_backing_set(w->space, VMLAB_BACKING_FILE, fd, 0),
		  "a file behind the space");
	lab_check(run,
		  vmlab_space_map(w->space, 0, w->size, PROT_READ | PROT_WRITE,
				  kind, &memory),
		  "map the space");
	w->memory = memory;
	w->plot = lab_plot(run, "Calls of page_mkwrite in all, and dirty frames",
			   "1 write, 2 write again, 3 msync, 4 write, "
			   "5 clear, 6 write a part",
			   "calls, frames", LAB_STEPS);
	lab_series(run, w->plot, "calls of page_mkwrite, total");
	lab_series(run, w->plot, "dirty frames");
}

static void write_back_all(struct lab_run *run, struct world *w)
{
	struct vmlab_page pages[MAX];

	lab_step(run, "msync(%p, %zu, MS_SYNC)", (void *)w->memory, w->size);
	if (!lab_broken(run, "no-clean") &&
	    msync(w->memory, w->size, MS_SYNC))
		lab_fail(run, "msync: %s", strerror(errno));
	lab_measure(run, "written",
		    (double)lab_space_paging_stats(run, w->space).written_back);
	lab_measure(run, "clean", frames_dirty(run, w));
	lab_frames(run, 0, w->memory, w->size / w->page, pages);
	lab_measure(run, "writable",
		    (double)lab_frames_flags(pages, w->size / w->page,
					     VMLAB_PTE_WRITE));
	draw(run, w);
}

static void measure_part(struct lab_run *run, struct world *w)
{
	size_t part = nr_again(run) * w->page;

	lab_step(run, "clear all dirty bits by VMLAB_DIRTY_CLEAR");
	count_dirty(run, w, VMLAB_DIRTY_CLEAR, 0, w->size);
	draw(run, w);
	measure_writes(run, w, part, 4, "part_calls", NULL);
	lab_measure(run, "part_dirty", (double)count_dirty(run, w, 0, 0, part));
	lab_measure(run, "part_others",
		    (double)(count_dirty(run, w, 0, 0, w->size) -
			     count_dirty(run, w, 0, 0, part)));
}

static void measure_read_first(struct lab_run *run, struct world *w)
{
	struct lab_counts counts;

	lab_step(run, "evict page 0, read it, then write it");
	lab_check(run,
		  vmlab_space_range(w->space, VMLAB_RANGE_EVICT, 0, w->page,
				    NULL),
		  "evict page 0");
	counts = lab_counts();
	lab_read(w->memory, 1, 1);
	lab_write(w->memory, 1, 1, 5);
	lab_measure(run, "read_faults", (double)lab_counts_since(&counts).minor);
}

static void experiment(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	struct world w = {
		.size = lab_number(run, "pages") * page,
		.page = page,
	};
	uint64_t faults;

	make_world(run, &w);
	measure_writes(run, &w, w.size, 1, "write_calls", "write_faults");
	lab_measure(run, "dirty", frames_dirty(run, &w));
	measure_writes(run, &w, w.size, 2, "repeat_calls", "repeat_faults");
	write_back_all(run, &w);
	measure_writes(run, &w, w.size, 3, "again_calls", "again_faults");
	lab_effect(run, "again_calls", "a page that was not cleaned is writable");
	faults = lab_space_stats(run, w.space).faults;
	lab_measure(run, "again_fills", (double)(faults - w.last.faults));
	measure_part(run, &w);
	measure_read_first(run, &w);
}

static const struct lab write_back = {
	.number = 20,
	.name = "write-back",
	.title = "dirty pages, cleaned and written again",
	.question = "How does the kernel learn which pages of a shared mapping it "
		    "has to write back, and what does each write cost?",
	.idea = "Entries of a clean shared page are write-protected. The first "
		"write faults, and page_mkwrite tells the file system (here: the "
		"module) that the page becomes dirty; further writes are free. "
		"Write-back saves the page, and before that marks it clean and "
		"write-protects it again: the next write faults again.",
	.pins = "The space has no budget, so that nothing is evicted and written "
		"back between the steps; no other process maps it. msync is the only "
		"cause of write-back. The file behind it is in /tmp.",
	.reads = "mm/memory.c: do_shared_fault(), do_page_mkwrite(), wp_page_shared()\n"
		 "mm/page-writeback.c: folio_clear_dirty_for_io()\n"
		 "mm/rmap.c: folio_mkclean()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(write_back);
