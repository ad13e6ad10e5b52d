// SPDX-License-Identifier: GPL-2.0
/* Lab 13: a major fault waits for a device, a minor fault finds its frame. */
#include <sys/mman.h>

#include "labs/frames.h"
#include "labs/memory.h"
#include "labs/system.h"

enum { DISK = 32 * 1024 * 1024 };

static const struct lab_param params[] = {
	{ "pages", "64", NULL, 1, 4096, "pages of the file" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "warm", "leave the file in the page cache before the first pass" },
	{ "readahead", "map without MADV_RANDOM: a major fault reads more pages" },
	{ "mapped", "keep the mapping between the passes" },
	{ 0 },
};

static const char *const passes[] = { "cold", "cached", "private", "anonymous" };

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long n = lab_number(run, "pages"), page = m->page;
	unsigned long long around = m->fault_around / page;

	lab_predict(run, "evicted", "pages in the page cache at the start", 0,
		    "pages", "all were written back and dropped");
	lab_predict(run, "cold_major", "cold file: major faults", (double)n,
		    "faults", "each page is read from the disk: N = %llu", n);
	lab_predict(run, "cold_minor", "cold file: minor faults", 0, "faults",
		    "no page was cached");
	lab_predict(run, "cached_major", "cached file: major faults", 0,
		    "faults", "no page is read from the disk");
	lab_predict(run, "cached_minor", "cached file: minor faults",
		    (double)lab_windows(run, n), "faults",
		    "N / fault-around, rounded up = %llu / %llu", n, around);
	lab_predict(run, "private_major", "private copy of it: major faults", 0,
		    "faults", "the page to copy is cached");
	lab_predict(run, "private_minor", "private copy of it: minor faults",
		    (double)n, "faults",
		    "each write copies its own page: N = %llu", n);
	lab_predict(run, "anonymous_major", "anonymous memory: major faults", 0,
		    "faults", "a page of zeros is not read from anywhere");
	lab_predict(run, "anonymous_minor", "anonymous memory: minor faults",
		    (double)n, "faults", "one a page: N = %llu", n);
}

static void *map_file(struct lab_run *run, size_t size, int flags, int fd)
{
	void *file = lab_map_aligned(run, size, lab_machine(run)->fault_around,
				     PROT_READ | PROT_WRITE, flags, fd);

	if (!lab_broken(run, "readahead") &&
	    madvise(file, size, MADV_RANDOM))
		lab_fail(run, "madvise(MADV_RANDOM)");
	return file;
}

/* Measure the faults of one pass, the keys of which start with @pass. */
static void measure(struct lab_run *run, unsigned int pass, bool write,
		    void *memory, size_t size, unsigned int plot)
{
	static const char *const keys[][2] = {
		{ "cold_minor", "cold_major" },
		{ "cached_minor", "cached_major" },
		{ "private_minor", "private_major" },
		{ "anonymous_minor", "anonymous_major" },
	};
	size_t page = lab_machine(run)->page;
	struct lab_counts counts;

	lab_step(run, "%s one byte of each page: %s", write ? "write" : "read",
		 passes[pass]);
	counts = lab_counts();
	if (write)
		lab_write(memory, size, page, 1);
	else
		lab_read(memory, size, page);
	counts = lab_counts_since(&counts);
	lab_measure(run, keys[pass][0], (double)counts.minor);
	lab_measure(run, keys[pass][1], (double)counts.major);
	lab_point(run, plot, 0, pass + 1, (double)counts.minor);
	lab_point(run, plot, 1, pass + 1, (double)counts.major);
}

static void experiment(struct lab_run *run)
{
	size_t size = lab_number(run, "pages") * lab_machine(run)->page;
	char directory[LAB_PATH];
	unsigned int plot;
	void *memory;
	int fd;

	plot = lab_plot(run, "Faults of four passes over the same number of pages",
			"1 cold file, 2 cached file, 3 private copy, 4 anonymous",
			"faults", LAB_BARS);
	lab_series(run, plot, "minor");
	lab_series(run, plot, "major");

	lab_step(run, "make a file of %zu bytes on ext4 on a zram disk", size);
	lab_disk(run, DISK, directory);
	fd = lab_file(run, directory, size, 0);
	if (!lab_broken(run, "warm")) {
		lab_step(run, "fsync(file); posix_fadvise(file, 0, 0, "
			      "POSIX_FADV_DONTNEED)");
		lab_file_evict(run, fd);
	}
	memory = map_file(run, size, MAP_SHARED, fd);
	lab_measure(run, "evicted", (double)lab_cached(run, memory, size));
	measure(run, 0, false, memory, size, plot);

	if (!lab_broken(run, "mapped")) {
		lab_step(run, "munmap the file, and mmap it again");
		munmap(memory, size);
		memory = map_file(run, size, MAP_SHARED, fd);
	}
	measure(run, 1, false, memory, size, plot);
	lab_effect(run, "cached_minor",
		   "a page with the mark of readahead is left out by fault-around, "
		   "and a mapping that was kept does not fault");

	lab_step(run, "mmap the file with MAP_PRIVATE");
	memory = map_file(run, size, MAP_PRIVATE, fd);
	measure(run, 2, true, memory, size, plot);

	lab_step(run, "mmap %zu bytes of anonymous memory", size);
	memory = lab_map(run, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	measure(run, 3, true, memory, size, plot);
}

static const struct lab minor_major = {
	.number = 13,
	.name = "minor-major",
	.title = "minor and major faults",
	.question = "Which page faults wait for a disk, and how many do the same "
		    "accesses have when the file is cached?",
	.idea = "A fault is major when the kernel had to read the page from a "
		"device, and minor when a frame was there already or is filled "
		"without a device: a cached page, a page of zeros, a copy. A read "
		"fault in a cached file also maps cached neighbours (fault-around), "
		"so it serves several pages; a write to a private mapping copies "
		"one page.",
	.pins = "MADV_RANDOM turns readahead off, so that a major fault reads one "
		"page. The mapping is aligned to fault_around_bytes, the file is "
		"evicted by fsync and POSIX_FADV_DONTNEED, and mincore checks it. "
		"Transparent huge pages are disabled for the process.",
	.changes = "it makes a zram disk and mounts ext4 on it",
	.reads = "mm/filemap.c: filemap_fault(), do_sync_mmap_readahead()\n"
		 "mm/memory.c: do_read_fault(), do_cow_fault(), do_anonymous_page()\n"
		 "mm/memory.c: mm_account_fault()",
	.needs = LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(minor_major);
