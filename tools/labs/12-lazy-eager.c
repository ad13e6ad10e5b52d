// SPDX-License-Identifier: GPL-2.0
/* Lab 12: the delay of loading pages at the first access, or all at once. */
#include <math.h>
#include <sys/mman.h>

#include "labs/delay.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { REPEAT = 3, WINDOWS = 8, POINTS = 4, CLUSTER = 4, LIMIT = 10000000 };

static const struct lab_param params[] = {
	{ "pages", "8", NULL, 4, 64, "pages of the region" },
	{ "touched", "25", NULL, 1, 100, "p: percent of the pages to access, rounded up" },
	{ "load", "20000", NULL, 10000, 100000, "L: time to load a page, us" },
	{ "fault", "20000", NULL, 10000, 100000,
	  "f: further time of a fault, us" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "touch-all", "access all pages, whatever p is" },
	{ "no-populate", "map without MAP_POPULATE where the lab is eager" },
	{ "no-delay", "load pages and handle faults without a delay" },
	{ 0 },
};

enum how { LAZY, EAGER, PREPAGING };

/** struct trial - faults in mmap(2), in the accesses after it, and the delay of both */
struct trial {
	uint64_t map, access;
	double us;
};

static uint64_t pages(const struct lab_run *run)
{
	return lab_number(run, "pages");
}

static uint64_t touched(const struct lab_run *run)
{
	return (pages(run) * lab_number(run, "touched") + 99) / 100;
}

/* The formulas, microseconds */
static double lazy_us(const struct lab_run *run, uint64_t n)
{
	return (double)n * (double)(lab_number(run, "load") +
				    lab_number(run, "fault"));
}

static double eager_us(const struct lab_run *run)
{
	return (double)pages(run) * (double)lab_number(run, "load");
}

/* Tell whether the formulas give delays that noise cannot swap. */
static bool comparable(const struct lab_run *run)
{
	double lazy = lazy_us(run, touched(run)), eager = eager_us(run);

	return lazy > 1.25 * eager || eager > 1.25 * lazy;
}

static uint64_t clusters(const struct lab_run *run)
{
	return (pages(run) + CLUSTER - 1) / CLUSTER;
}

static void predict_times(struct lab_run *run)
{
	unsigned long long load = lab_number(run, "load");
	unsigned long long fault = lab_number(run, "fault");
	double lazy = lazy_us(run, touched(run)), eager = eager_us(run);

	lab_predict_time(run, "lazy_time", "lazy delay / formula", 1, 2,
			 "p N (L + f) = %llu * (%llu + %llu) us = %.4g ms",
			 (unsigned long long)touched(run), load, fault,
			 lazy / 1000);
	lab_predict_time(run, "eager_time", "eager delay / formula", 1, 2,
			 "N L = %llu * %llu us = %.4g ms",
			 (unsigned long long)pages(run), load, eager / 1000);
	lab_predict_time(run, "prepaging_time", "delay of prepaging / formula",
			 1, 2, "N / cluster (L + f) = %llu * (%llu + %llu) us",
			 (unsigned long long)clusters(run), load, fault);
	if (comparable(run))
		lab_predict_words(run, "shorter", "shorter delay in total",
				  lazy < eager ? "lazy" : "eager",
				  "lazy below p = L / (L + f) = %.3g %%",
				  100.0 * (double)load / (double)(load + fault));
}

static void predict(struct lab_run *run)
{
	unsigned long long n = pages(run);

	lab_predict(run, "lazy_map", "lazy: faults in mmap", 0, "faults", "no access");
	lab_predict(run, "lazy_access", "lazy: faults in the accesses",
		    (double)touched(run), "faults", "p N = %llu %% of %llu",
		    (unsigned long long)lab_number(run, "touched"), n);
	lab_predict(run, "eager_map", "eager: faults in mmap", (double)n,
		    "faults", "MAP_POPULATE: one for each page");
	lab_predict(run, "eager_access", "eager: faults in the accesses", 0,
		    "faults", "all pages are mapped");
	lab_predict(run, "prepaging", "prepaging: faults, all pages accessed",
		    (double)clusters(run), "faults",
		    "N / cluster, rounded up = %llu / %d", n, CLUSTER);
	lab_predict(run, "around", "fault-around: faults in a cached file",
		    WINDOWS, "faults", "size / fault_around_bytes, %d windows",
		    WINDOWS);
	predict_times(run);
}

static struct vmlab_space *prepare(struct lab_run *run, enum how how)
{
	struct vmlab_space *space;
	struct vmlab_paging paging;

	lab_check(run, vmlab_space_open(pages(run) * lab_machine(run)->page, &space),
		  "open /dev/vmlab");
	if (!lab_broken(run, "no-delay"))
		lab_delay(run, space, lab_number(run, "load"),
			  how == EAGER ? 0 : lab_number(run, "fault"));
	if (how != PREPAGING)
		return space;
	lab_check(run, vmlab_space_paging_get(space, &paging), "paging");
	paging.flags = VMLAB_PAGING_AROUND;
	paging.prefetch = VMLAB_PREFETCH_NEXT;
	paging.prefetch_pages = CLUSTER - 1;
	lab_check(run, vmlab_space_paging_set(space, &paging), "prefetching");
	return space;
}

static struct trial try(struct lab_run *run, enum how how, uint64_t nr)
{
	bool populate = how == EAGER && !lab_broken(run, "no-populate");
	size_t page = lab_machine(run)->page, size = pages(run) * page;
	struct vmlab_space *space = prepare(run, how);
	uint64_t start = lab_clock();
	struct trial t;
	void *memory;

	memory = lab_map_aligned(run, size, page * lab_machine(run)->entries,
				 PROT_READ | PROT_WRITE,
				 MAP_SHARED | (populate ? MAP_POPULATE : 0),
				 vmlab_space_fd(space));
	t.map = lab_space_stats(run, space).faults;
	lab_read(memory, nr * page, page);
	t.us = (double)(lab_clock() - start) / 1000;
	t.access = lab_space_stats(run, space).faults - t.map;
	munmap(memory, size);
	vmlab_space_close(space);
	return t;
}

/* A busy machine only adds to a delay: take the shortest; LIMIT us of tries are enough. */
static struct trial best(struct lab_run *run, enum how how, uint64_t nr, double us)
{
	struct trial t, shortest = { .us = INFINITY };
	double spent = 0;

	for (int i = 0; i < REPEAT || (shortest.us > us * 1.2 && spent < LIMIT); i++) {
		t = try(run, how, nr);
		spent += t.us;
		shortest = t.us < shortest.us ? t : shortest;
	}
	return shortest;
}

static void draw(struct lab_run *run)
{
	unsigned int plot = lab_plot(run, "Delay of lazy and eager loading",
				     "pages accessed (%)", "delay (ms)", 0);

	lab_series(run, plot, "lazy, measured");
	lab_series(run, plot, "eager, measured");
	lab_series(run, plot, "lazy, p N (L + f)");
	lab_series(run, plot, "eager, N L");
	for (uint64_t i = 0; i <= POINTS; i++) {
		uint64_t nr = pages(run) * i / POINTS;
		double p = 100.0 * (double)nr / (double)pages(run);

		lab_point(run, plot, 0, p, try(run, LAZY, nr).us / 1000);
		lab_point(run, plot, 1, p, try(run, EAGER, nr).us / 1000);
		lab_point(run, plot, 2, p, lazy_us(run, nr) / 1000);
		lab_point(run, plot, 3, p, eager_us(run) / 1000);
	}
}

static void experiment(struct lab_run *run)
{
	uint64_t nr = lab_broken(run, "touch-all") ? pages(run) : touched(run);
	struct trial lazy, eager, cluster;

	lab_step(run, "lazy: mmap /dev/vmlab, read %llu pages; L + f a fault",
		 (unsigned long long)nr);
	lazy = best(run, LAZY, nr, lazy_us(run, touched(run)));
	lab_measure(run, "lazy_map", (double)lazy.map);
	lab_measure(run, "lazy_access", (double)lazy.access);
	lab_measure(run, "lazy_time", lazy.us / lazy_us(run, touched(run)));

	lab_step(run, "eager: mmap with MAP_POPULATE, then the reads; L a page");
	eager = best(run, EAGER, nr, eager_us(run));
	lab_measure(run, "eager_map", (double)eager.map);
	lab_measure(run, "eager_access", (double)eager.access);
	lab_measure(run, "eager_time", eager.us / eager_us(run));
	if (comparable(run))
		lab_measure_words(run, "shorter", lazy.us < eager.us ? "lazy" : "eager");

	lab_step(run, "prepaging: %d pages a fault; read all pages", CLUSTER);
	cluster = best(run, PREPAGING, pages(run), lazy_us(run, clusters(run)));
	lab_measure(run, "prepaging", (double)cluster.access);
	lab_measure(run, "prepaging_time",
		    cluster.us / lazy_us(run, clusters(run)));
	lab_step(run, "read a cached file of %d windows of fault_around_bytes", WINDOWS);
	lab_measure(run, "around", lab_count(lab_around_faults(run, WINDOWS)));
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
		"the shortest of several runs counts. The mapping starts where a "
		"page table does, since a fault maps no neighbours beyond its "
		"table. Fault-around is counted in a "
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
