// SPDX-License-Identifier: GPL-2.0
/* Lab 6: which VMA an address belongs to, and where mmap finds a free place. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/addresses.h"
#include "labs/memory.h"

/*
 * A reserved region of PAGES pages, "R" where it stays mapped without rights, with
 * the VMAs A and B and the holes between them: R ..A A....B.. R
 */
enum {
	PAGES = 32,
	LOW = 4, /* the first hole */
	A = 8,
	A_END = 10,
	B = 16,
	B_END = 20,
	HIGH = 26, /* the second R starts */
};

static const struct lab_param params[] = {
	{ "length", "3", NULL, 1, 400, "pages to find a free place for" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "hint", "map with a hint: the kernel takes it and does not search" },
	{ "filled", "map the hole between A and B before the lookups" },
	{ 0 },
};

/* An address to look up, in pages from the start of the region, and the answers. */
static const struct lookup {
	const char *key;
	const char *where;
	unsigned int page, bytes;
	const char *find, *intersection;
} lookups[] = {
	{ "inside", "the second page of A", A + 1, 0, "A", "A" },
	{ "last", "the last byte of A", A_END - 1, 4095, "A", "A" },
	{ "end", "the end of A", A_END, 0, "B", "none" },
	{ "between", "between A and B", A_END + 3, 1, "B", "none" },
	{ "before", "the byte before B", B - 1, 4095, "B", "none" },
	{ "first", "the first byte of B", B, 0, "B", "B" },
	{ "below", "in the hole below A", LOW, 0, "A", "none" },
	{ "above", "in the hole above B", B_END, 0, "R", "none" },
};

enum { LOOKUPS = sizeof(lookups) / sizeof(lookups[0]) };

static void predict(struct lab_run *run)
{
	char key[40], what[80];

	for (unsigned int i = 0; i < LOOKUPS; i++) {
		const struct lookup *l = &lookups[i];

		snprintf(key, sizeof(key), "find-%s", l->key);
		snprintf(what, sizeof(what), "find_vma: %s", l->where);
		lab_predict_words(run, key, what, l->find,
				  "the first VMA that ends above the address");
		snprintf(key, sizeof(key), "intersection-%s", l->key);
		snprintf(what, sizeof(what), "find_vma_intersection: %s",
			 l->where);
		lab_predict_words(run, key, what, l->intersection,
				  "the first VMA that ends above it, if it starts "
				  "at or below it");
	}
	lab_predict_words(run, "range", "find_vma_intersection from there to A's end",
			  "A", "[hole below A, end of A) overlaps A");
	lab_predict_words(run, "lowest", "find_vma: address 0", "the lowest VMA",
			  "all VMAs end above 0");
	lab_predict_words(run, "top", "find_vma: the last user address", "none",
			  "no VMA ends above it");
	lab_predict(run, "gaps", "gaps in the region", 3, "gaps",
		    "below A, between A and B, above B");
	lab_predict(run, "free", "pages in these gaps",
		    A - LOW + B - A_END + HIGH - B_END, "pages",
		    "(%d - %d) + (%d - %d) + (%d - %d)", A, LOW, B, A_END, HIGH,
		    B_END);
	lab_predict(run, "area", "mmap's address against the rule", 0, "bytes",
		    "the upper end of the highest gap below mmap_base that has "
		    "room, less the length");
	lab_predict(run, "asked", "the module's search against mmap's address",
		    0, "bytes", "vm_unmapped_area() is the same search");
}

static char *set_up(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	char *r = lab_map(run, PAGES * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	lab_step(run, "map %d pages; unmap pages %d to %d, leave A = [%d, %d) and "
		      "B = [%d, %d)",
		 PAGES, LOW, HIGH, A, A_END, B, B_END);
	munmap(r + LOW * page, (A - LOW) * page);
	munmap(r + A_END * page, (B - A_END) * page);
	munmap(r + B_END * page, (HIGH - B_END) * page);
	return r;
}

static const char *name(const struct lab_run *run, const char *region,
			const struct vmlab_find *find, unsigned int which)
{
	uint64_t start = find->vma[which].start;

	if (!(find->found >> which & 1))
		return "none";
	switch ((start - (uintptr_t)region) / lab_machine(run)->page) {
	case A:
		return "A";
	case B:
		return "B";
	case 0:
	case HIGH:
		return "R";
	default:
		return "another";
	}
}

static void look_up(struct lab_run *run, const char *region)
{
	size_t page = lab_machine(run)->page;
	uint64_t start = (uintptr_t)region;
	struct vmlab_find find;
	char key[40];

	lab_step(run, "look up %d addresses", LOOKUPS + 3);
	for (unsigned int i = 0; i < LOOKUPS; i++) {
		const struct lookup *l = &lookups[i];

		find = lab_look_up(run, 0, start + l->page * page + l->bytes, 0);
		snprintf(key, sizeof(key), "find-%s", l->key);
		lab_measure_words(run, key, "%s",
				  name(run, region, &find, VMLAB_FIND_VMA));
		snprintf(key, sizeof(key), "intersection-%s", l->key);
		lab_measure_words(run, key, "%s",
				  name(run, region, &find,
				       VMLAB_FIND_INTERSECTION));
	}
	find = lab_look_up(run, 0, start + LOW * page, start + A_END * page);
	lab_measure_words(run, "range", "%s",
			  name(run, region, &find, VMLAB_FIND_INTERSECTION));
	find = lab_look_up(run, 0, 0, 0);
	lab_measure_words(run, "lowest", "%s",
			  find.found & 1 << VMLAB_FIND_PREV ||
				  !(find.found & 1 << VMLAB_FIND_VMA) ?
				  "another" : "the lowest VMA");
	find = lab_look_up(run, 0, lab_machine(run)->task_end - 1, 0);
	lab_measure_words(run, "top", "%s",
			  name(run, region, &find, VMLAB_FIND_VMA));
}

struct highest {
	uint64_t length, below, address;
};

static bool keep_highest(const struct vmlab_gap *gap, void *arg)
{
	struct highest *h = arg;
	uint64_t end = gap->end - gap->guard;

	if (end > h->below)
		end = h->below;
	if (end > gap->start && end - gap->start >= h->length)
		h->address = end - h->length;
	return gap->end >= h->below;
}

static void search(struct lab_run *run, char *region)
{
	size_t page = lab_machine(run)->page;
	struct highest h = { .length = lab_number(run, "length") * page };
	struct vmlab_free_area area;
	char *hint = lab_broken(run, "hint") ? region + LOW * page : NULL;
	char *p;

	lab_step(run, "list all gaps, ask the module, and mmap(%s, %llu pages)",
		 hint ? "hint" : "NULL",
		 (unsigned long long)lab_number(run, "length"));
	h.below = lab_mm(run, 0).mmap_base;
	lab_each_gap(run, 0, 0, keep_highest, &h);
	area = lab_free_area(run, h.length);
	p = mmap(hint, h.length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		lab_fail(run, "mmap: %s", strerror(errno));
	lab_measure(run, "area", (double)(int64_t)((uintptr_t)p - h.address));
	lab_measure(run, "asked",
		    (double)(int64_t)((uintptr_t)p - area.address));
	munmap(p, h.length);
}

/* Map a free range. */
static void fill(struct lab_run *run, char *start, size_t length)
{
	if (mmap(start, length, PROT_READ,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		lab_fail(run, "mmap at %p: %s", (void *)start, strerror(errno));
}

static void experiment(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	char *region = set_up(run);
	struct vmlab_gap_stats gaps;

	if (lab_broken(run, "filled"))
		fill(run, region + A_END * page, (B - A_END) * page);
	look_up(run, region);
	gaps = lab_gaps(run, region, region + PAGES * page);
	lab_measure(run, "gaps", (double)gaps.gaps);
	lab_measure(run, "free", (double)gaps.free / (double)page);
	search(run, region);
}

static const struct lab find_vma = {
	.number = 6,
	.name = "find-vma",
	.title = "find_vma, the gaps, and the search for a free place",
	.question = "Which VMA does the kernel find for an address inside, between, "
		    "below and above the VMAs, and where does mmap map next?",
	.idea = "find_vma() returns the first VMA that ends above an address: the "
		"address may lie in the gap below it. find_vma_intersection() "
		"returns a VMA only if it overlaps the range. mmap without a hint "
		"searches top down from mmap_base: it takes the highest gap that "
		"has room, and the upper end of that gap.",
	.pins = "The addresses of libraries and of the stack are random: the lab "
		"looks up addresses in a region of its own. The length is below "
		"2 MiB, so that it is not aligned for huge pages.",
	.reads = "mm/mmap.c: find_vma(), find_vma_intersection()\n"
		 "mm/vma.c: unmapped_area_topdown()\n"
		 "mm/mmap.c: arch_get_unmapped_area_topdown()",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(find_vma);
