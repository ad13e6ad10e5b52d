// SPDX-License-Identifier: GPL-2.0
/* Lab 12: the delay of loading pages at the first access, or all at once. */
#include <sys/mman.h>

#include "labs/delay.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { REPEAT = 3, WINDOWS = 8, POINTS = 4 };

static const struct lab_param params[] = {
	{ "pages", "16", NULL, 4, 256, "pages of the region" },
	{ "touched", "25", NULL, 1, 100, "p: percent of the pages to access" },
	{ "load", "5000", NULL, 1000, 100000, "L: time to load a page, us" },
	{ "fault", "5000", NULL, 1000, 100000,
	  "f: further time of a fault, us" },
	{ "cluster", "4", NULL, 2, 64, "pages that prepaging loads at once" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "touch-all", "access all pages, whatever p is" },
	{ "no-populate", "map without MAP_POPULATE where the lab is eager" },
	{ "no-delay", "load pages and handle faults without a delay" },
	{ 0 },
};

enum how { LAZY, EAGER, PREPAGING };

/**
 * struct trial - one run over a region
 * @map, @access: faults in mmap(2), and in the accesses after it
 * @us: the delay of both, microseconds
 * @map_us: that of mmap(2)
 */
struct trial {
	uint64_t map, access;
	double us, map_us;
};

static uint64_t pages(const struct lab_run *run)
{
	return lab_number(run, "pages");
}

static uint64_t touched(const struct lab_run *run)
{
	return pages(run) * lab_number(run, "touched") / 100;
}

/* The formulas, for @n pages accessed; microseconds */
static double lazy_us(const struct lab_run *run, uint64_t n)
{
	return (double)n * (double)(lab_number(run, "load") +
				    lab_number(run, "fault"));
}

static double eager_us(const struct lab_run *run)
{
	return (double)pages(run) * (double)lab_number(run, "load");
}

static uint64_t clusters(const struct lab_run *run)
{
	uint64_t w = lab_number(run, "cluster");

	return (pages(run) + w - 1) / w;
}

static void predict_times(struct lab_run *run)
{
	unsigned long long load = lab_number(run, "load");
	unsigned long long fault = lab_number(run, "fault");
	double lazy = lazy_us(run, touched(run)), eager = eager_us(run);

	lab_predict_time(run, "lazy_time", "lazy delay / formula", 1, 1.5,
			 "p N (L + f) = %llu (%llu + %llu) us = %.4g ms",
			 (unsigned long long)touched(run), load, fault,
			 lazy / 1000);
	lab_predict_time(run, "eager_time", "eager delay / formula", 1, 1.5,
			 "N L = %llu %llu us = %.4g ms",
			 (unsigned long long)pages(run), load, eager / 1000);
	lab_predict_time(run, "prepaging_time",
			 "delay of prepaging / formula, all pages accessed", 1,
			 1.5, "N / cluster (L + f) = %llu (%llu + %llu) us",
			 (unsigned long long)clusters(run), load, fault);
	lab_predict_words(run, "shorter", "shorter delay in total",
			  lazy < eager ? "lazy" : "eager",
			  "lazy below p = L / (L + f) = %.3g %%",
			  100.0 * (double)load / (double)(load + fault));
}

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long n = pages(run);

	lab_predict(run, "lazy_map", "lazy: faults in mmap", 0, "faults",
		    "mmap makes a VMA only");
	lab_predict(run, "lazy_access", "lazy: faults in the accesses",
		    (double)touched(run), "faults", "p N = %llu %% of %llu",
		    (unsigned long long)lab_number(run, "touched"), n);
	lab_predict(run, "eager_map", "eager: faults in mmap", (double)n,
		    "faults", "MAP_POPULATE: one for each of N pages");
	lab_predict(run, "eager_access", "eager: faults in the accesses", 0,
		    "faults", "all pages are mapped");
	lab_predict(run, "prepaging", "prepaging: faults, all pages accessed",
		    (double)clusters(run), "faults",
		    "N / cluster, rounded up = %llu / %llu", n,
		    (unsigned long long)lab_number(run, "cluster"));
	lab_predict(run, "around",
		    "fault-around: minor faults in a cached file", WINDOWS,
		    "faults", "size / fault_around_bytes = %llu / %llu",
		    (unsigned long long)m->fault_around * WINDOWS,
		    (unsigned long long)m->fault_around);
	predict_times(run);
}

static struct vmlab_space *prepare(struct lab_run *run, enum how how)
{
	struct vmlab_space *space;
	struct vmlab_paging paging;

	lab_check(run,
		  vmlab_space_open(pages(run) * lab_machine(run)->page, &space),
		  "open /dev/vmlab");
	if (!lab_broken(run, "no-delay"))
		lab_delay(run, space, lab_number(run, "load"),
			  how == EAGER ? 0 : lab_number(run, "fault"));
	if (how != PREPAGING)
		return space;
	lab_check(run, vmlab_space_paging_get(space, &paging), "paging");
	paging.flags = VMLAB_PAGING_AROUND;
	paging.prefetch = VMLAB_PREFETCH_NEXT;
	paging.prefetch_pages = (uint32_t)lab_number(run, "cluster") - 1;
	lab_check(run, vmlab_space_paging_set(space, &paging), "prefetching");
	return space;
}

static struct trial try(struct lab_run *run, enum how how, uint64_t nr)
{
	bool populate = how == EAGER && !lab_broken(run, "no-populate");
	size_t page = lab_machine(run)->page, size = pages(run) * page;
	struct vmlab_space *space = prepare(run, how);
	struct trial t;
	uint64_t start, mapped, end;
	void *memory;

	start = lab_clock();
	lab_check(run,
		  vmlab_space_map(space, 0, size, PROT_READ | PROT_WRITE,
				  MAP_SHARED | (populate ? MAP_POPULATE : 0),
				  &memory),
		  "map the space");
	mapped = lab_clock();
	t.map = lab_space_stats(run, space).faults;
	lab_read(memory, nr * page, page);
	end = lab_clock();
	t.access = lab_space_stats(run, space).faults - t.map;
	t.us = (double)(end - start) / 1000;
	t.map_us = (double)(mapped - start) / 1000;
	munmap(memory, size);
	vmlab_space_close(space);
	return t;
}

/* A delay of the host only adds: take the shortest of some runs. */
static struct trial best(struct lab_run *run, enum how how, uint64_t nr)
{
	struct trial shortest = try(run, how, nr);

	for (int i = 1; i < REPEAT; i++) {
		struct trial t = try(run, how, nr);

		if (t.us < shortest.us)
			shortest = t;
	}
	return shortest;
}

static void measure_around(struct lab_run *run)
{
	size_t window = lab_machine(run)->fault_around, size = window * WINDOWS;
	int fd = lab_file(run, "/tmp", size, 0);
	char *file = lab_map_aligned(run, size, window, PROT_READ, MAP_SHARED,
				     fd);
	struct lab_counts counts = lab_counts();

	lab_step(run, "map a cached file of %zu bytes and read each page",
		 size);
	lab_read(file, size, lab_machine(run)->page);
	lab_measure(run, "around", (double)lab_counts_since(&counts).minor);
}

/* Draw delay against the part of the pages that is accessed. */
static void draw(struct lab_run *run)
{
	unsigned int plot = lab_plot(run, "Delay of lazy and eager loading: "
				     "lazy is shorter left of the crossing",
				     "pages accessed (%)", "delay (ms)", 0);
	unsigned int lazy = lab_series(run, plot, "lazy, measured");
	unsigned int eager = lab_series(run, plot, "eager, measured");
	unsigned int lazy_line = lab_series(run, plot, "lazy, p N (L + f)");
	unsigned int eager_line = lab_series(run, plot, "eager, N L");

	for (uint64_t i = 0; i <= POINTS; i++) {
		uint64_t nr = pages(run) * i / POINTS;
		double percent = 100.0 * (double)nr / (double)pages(run);

		lab_point(run, plot, lazy, percent,
			  try(run, LAZY, nr).us / 1000);
		lab_point(run, plot, eager, percent,
			  try(run, EAGER, nr).us / 1000);
		lab_point(run, plot, lazy_line, percent,
			  lazy_us(run, nr) / 1000);
		lab_point(run, plot, eager_line, percent, eager_us(run) / 1000);
	}
}

static void experiment(struct lab_run *run)
{
	bool all = lab_broken(run, "touch-all");
	uint64_t nr = all ? pages(run) : touched(run);
	struct trial lazy, eager, prepaging;

	lab_step(run, "lazy: mmap /dev/vmlab, then read %llu of %llu pages; "
		      "each fault is delayed by L and by f",
		 (unsigned long long)nr, (unsigned long long)pages(run));
	lazy = best(run, LAZY, nr);
	lab_measure(run, "lazy_map", (double)lazy.map);
	lab_measure(run, "lazy_access", (double)lazy.access);
	lab_measure(run, "lazy_time", lazy.us / lazy_us(run, touched(run)));

	lab_step(run, "eager: mmap with MAP_POPULATE, then the same reads; each "
		      "page is delayed by L");
	eager = best(run, EAGER, nr);
	lab_measure(run, "eager_map", (double)eager.map);
	lab_measure(run, "eager_access", (double)eager.access);
	lab_measure(run, "eager_time", eager.us / eager_us(run));
	lab_measure_words(run, "shorter", lazy.us < eager.us ? "lazy" : "eager");
	lab_note(run, "The first access waits for %.1f ms of mmap when eager, "
		      "and for %.1f ms when lazy.",
		 eager.map_us / 1000, lazy_us(run, 1) / 1000);

	lab_step(run, "prepaging: each fault loads %llu pages, and maps them; "
		      "read all pages",
		 (unsigned long long)lab_number(run, "cluster"));
	prepaging = best(run, PREPAGING, pages(run));
	lab_measure(run, "prepaging", (double)prepaging.access);
	lab_measure(run, "prepaging_time",
		    prepaging.us / lazy_us(run, clusters(run)));
	measure_around(run);
	lab_step(run, "repeat lazy and eager for other p, for the plot");
	draw(run);
}

static const struct lab lazy_eager = {
	.number = 12,
	.name = "lazy-eager",
	.title = "load a page at its first access, or all before",
	.question = "From which part of the accessed pages on does eager loading "
		    "delay a program less than lazy loading?",
	.idea = "Let a page take L to load, and a fault f more: the trap, the "
		"lookup, the return. Lazy loading of p of N pages costs p N (L + "
		"f), spread over the run. Eager loading costs N L at the start, "
		"whatever p is. Prepaging and fault-around lie between: one "
		"fault maps a cluster of neighbours.",
	.pins = "L and f are delays that rules of the module inject into faults. "
		"They are long, so that the cost of the machine itself is small "
		"beside them. A delay can only become longer on a busy machine, so "
		"the shortest of three runs counts. Fault-around is counted in a "
		"cached file that is aligned to fault_around_bytes.",
	.reads = "mm/gup.c: populate_vma_page_range()\n"
		 "mm/memory.c: do_read_fault(), do_fault_around()\n"
		 "mm/filemap.c: filemap_map_pages()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(lazy_eager);
