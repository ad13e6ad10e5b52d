// SPDX-License-Identifier: GPL-2.0
/* Lab 27: memory lost in the last page, and holes that are too small. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/addresses.h"
#include "labs/memory.h"

enum { POINTS = 16 };

static const struct lab_param params[] = {
	{ "request", "5000", NULL, 1, 1 << 20, "bytes of the first request" },
	{ "more", "777", NULL, 0, 1 << 20, "bytes that each request is longer" },
	{ "requests", "64", NULL, 1, 1000, "requests" },
	{ "blocks", "64", NULL, 4, 1024, "blocks of the region, an even number" },
	{ "block", "4", NULL, 1, 64, "pages of a block" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "whole", "request whole pages" },
	{ "pairs", "free two neighbours of each four blocks, not every second" },
	{ "ordered", "free the first half of the blocks" },
	{ 0 },
};

/* The size of request @i. */
static uint64_t request(const struct lab_run *run, uint64_t i)
{
	return lab_number(run, "request") + i * lab_number(run, "more");
}

static uint64_t round_up(const struct lab_run *run, uint64_t bytes)
{
	uint64_t page = lab_machine(run)->page;

	return (bytes + page - 1) / page * page;
}

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "requests"), asked = 0, given = 0;
	unsigned long long blocks = lab_number(run, "blocks") & ~1ull;
	unsigned long long block = lab_number(run, "block");

	for (uint64_t i = 0; i < n; i++) {
		asked += request(run, i);
		given += round_up(run, request(run, i));
	}
	lab_predict(run, "given", "address space that the requests take",
		    (double)given, "bytes",
		    "sum over i of %llu + %llu i, each rounded up to pages",
		    (unsigned long long)lab_number(run, "request"),
		    (unsigned long long)lab_number(run, "more"));
	lab_predict(run, "internal", "internal fragmentation",
		    (double)(given - asked), "bytes", "%llu - %llu", given,
		    asked);
	lab_predict(run, "gaps", "gaps after every second block was freed",
		    lab_count(blocks / 2), "gaps", "%llu / 2", blocks);
	lab_predict(run, "free", "pages that are free",
		    lab_count(blocks / 2 * block), "pages", "%llu x %llu",
		    blocks / 2, block);
	lab_predict(run, "largest", "pages of the largest gap", (double)block,
		    "pages", "neighbours of a gap are in use");
	lab_predict(run, "external", "free memory that a request of two blocks "
		    "cannot use", 100, "percent",
		    "no gap has %llu pages", 2 * block);
	lab_predict_words(run, "fits", "mmap of one block into a gap", "fits",
			  "a gap has %llu pages", block);
	lab_predict_words(run, "refused", "mmap of two blocks at a gap", "EEXIST",
			  "the second half is in use (MAP_FIXED_NOREPLACE)");
}

static void internal(struct lab_run *run)
{
	uint64_t n = lab_number(run, "requests"), asked = 0;
	uint64_t before = lab_mm(run, 0).total_vm, given;

	lab_step(run, "mmap %llu times: %llu, %llu, ... bytes",
		 (unsigned long long)n, (unsigned long long)request(run, 0),
		 (unsigned long long)request(run, 1));
	for (uint64_t i = 0; i < n; i++) {
		uint64_t bytes = request(run, i);

		if (lab_broken(run, "whole"))
			bytes = round_up(run, bytes);
		asked += bytes;
		/* Neighbours with other rights do not share a VMA. */
		lab_map(run, bytes, i % 2 ? PROT_READ : PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
	given = (lab_mm(run, 0).total_vm - before) * lab_machine(run)->page;
	lab_measure(run, "given", (double)given);
	lab_measure(run, "internal", (double)(given - asked));
}

/* Is block @i one of those to free? */
static bool chosen(const struct lab_run *run, uint64_t i, uint64_t blocks)
{
	if (lab_broken(run, "pairs"))
		return i % 4 / 2;
	if (lab_broken(run, "ordered"))
		return i < blocks / 2;
	return i % 2;
}

struct usable {
	uint64_t need, bytes;
};

static bool add_usable(const struct vmlab_gap *gap, void *arg)
{
	struct usable *u = arg;

	if (gap->end - gap->start >= u->need)
		u->bytes += gap->end - gap->start;
	return false;
}

static const char *try_map(void *at, size_t length)
{
	void *p = mmap(at, length, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		return strerrorname_np(errno);
	munmap(p, length);
	return p == at ? "fits" : "elsewhere";
}

static void external(struct lab_run *run)
{
	uint64_t page = lab_machine(run)->page;
	uint64_t blocks = lab_number(run, "blocks") & ~1ull;
	uint64_t block = lab_number(run, "block") * page;
	unsigned int plot = lab_plot(run, "Free memory and the largest gap, while "
				     "every second block is freed",
				     "blocks freed", "pages", 0);
	unsigned int all = lab_series(run, plot, "free");
	unsigned int one = lab_series(run, plot, "largest gap");
	char *start = lab_map(run, blocks * block, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *first = NULL;
	struct usable usable = { .need = 2 * block };
	struct vmlab_gap_stats gaps = { 0 };

	lab_step(run, "map %llu blocks of %llu bytes, unmap half of them",
		 (unsigned long long)blocks, (unsigned long long)block);
	for (uint64_t i = 0, freed = 0; i < blocks; i++) {
		if (!chosen(run, i, blocks))
			continue;
		munmap(start + i * block, block);
		first = first ? first : start + i * block;
		if (++freed % ((blocks + POINTS - 1) / POINTS) &&
		    freed < blocks / 2)
			continue;
		gaps = lab_gaps(run, start, start + blocks * block);
		lab_point(run, plot, all, (double)freed,
			  lab_count(gaps.free / page));
		lab_point(run, plot, one, (double)freed,
			  lab_count((gaps.largest_end - gaps.largest_start) /
				   page));
	}
	lab_each_gap(run, (uintptr_t)start, (uintptr_t)start + blocks * block,
		     add_usable, &usable);
	lab_measure(run, "gaps", (double)gaps.gaps);
	lab_measure(run, "free", lab_count(gaps.free / page));
	lab_measure(run, "largest",
		    lab_count((gaps.largest_end - gaps.largest_start) / page));
	lab_measure(run, "external",
		    100 - 100 * (double)usable.bytes / (double)gaps.free);
	lab_measure_words(run, "fits", "%s", try_map(first, block));
	lab_measure_words(run, "refused", "%s", try_map(first, 2 * block));
}

static void experiment(struct lab_run *run)
{
	internal(run);
	external(run);
}

static const struct lab fragmentation = {
	.number = 27,
	.name = "fragmentation",
	.title = "the last page, and holes between the VMAs",
	.question = "How much memory does a pattern of requests waste in its last "
		    "pages, and how much free memory can a larger request not use?",
	.idea = "mmap gives whole pages: a request of s bytes wastes the rest of its "
		"last page, half a page on average (internal fragmentation). When "
		"blocks are freed between blocks in use, free memory grows and the "
		"largest gap does not: a request larger than the gaps cannot use "
		"any of it (external fragmentation).",
	.pins = "The external part is counted in a region of the lab's own, which "
		"no library maps into. No page is touched: this is about address "
		"space.",
	.reads = "mm/mmap.c: do_mmap() (PAGE_ALIGN)\n"
		 "mm/vma.c: unmapped_area(), unmapped_area_topdown()\n"
		 "lib/maple_tree.c: mas_empty_area_rev()",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(fragmentation);
