// SPDX-License-Identifier: GPL-2.0
/* Lab 33: a major fault puts the process to sleep and another one runs. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/fuse.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { SERVER_PRIORITY = 1, PROGRAM_PRIORITY = 2, PAGES_MAX = 256 };

static const struct lab_param params[] = {
	{ "pages", "32", NULL, 16, PAGES_MAX, "pages of the file" },
	{ "delay", "5000", NULL, 1000, 1000000,
	  "microseconds until a page of it arrives" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "warm", "read the file first, so that its pages are cached" },
	{ "readahead", "let the kernel read ahead: no MADV_RANDOM" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long n = lab_number(run, "pages");
	unsigned long long window = m->fault_around / m->page;

	lab_predict(run, "major", "major faults: pages not in the page cache",
		    (double)n, "faults", "one a page: MADV_RANDOM, no readahead");
	lab_predict(run, "requests", "pages that the disk provided", (double)n,
		    "requests", "one a major fault");
	lab_predict(run, "sleeps", "times that the program slept", (double)n,
		    "switches", "voluntary switches = major faults");
	lab_predict(run, "overlap", "faults during which the other process ran",
		    (double)n, "faults", "the processor is free while one sleeps");
	lab_predict(run, "minor", "minor faults of the second pass",
		    lab_count((n + window - 1) / window), "faults",
		    "pages / fault-around = %llu / %llu", n, window);
	lab_predict(run, "minor-major", "major faults of it", 0, "faults",
		    "all pages are in the page cache");
	lab_predict(run, "minor-sleeps", "times that the program slept in it", 0,
		    "switches", "the kernel maps the page without waiting");
	lab_predict(run, "minor-overlap", "steps of the other process meanwhile", 0,
		    "steps", "the program never gave up the processor");
}

static void be_real_time(struct lab_run *run)
{
	const struct sched_param param = { .sched_priority = PROGRAM_PRIORITY };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		lab_fail(run, "sched_setscheduler: %s", strerror(errno));
}

/* The other process: count for ever. */
static int compute(struct lab_run *run, void *arg)
{
	volatile uint64_t *steps = arg;

	(void)run;
	for (;;)
		++*steps;
	return 0;
}

/* one pass over the pages of the file */
struct pass {
	struct lab_counts counts;
	uint64_t steps; /* of the other process, in all */
	uint64_t overlaps; /* accesses during which it made a step */
	uint64_t step[PAGES_MAX]; /* ... in each access */
};

static void read_pages(const char *memory, size_t pages, size_t page,
		       volatile const uint64_t *steps, struct pass *pass)
{
	uint64_t first = *steps;

	memset(pass, 0, sizeof(*pass));
	pass->counts = lab_counts();
	for (size_t i = 0; i < pages; i++) {
		uint64_t before = *steps;

		lab_read(memory + i * page, 1, 1);
		pass->step[i] = *steps - before;
		pass->overlaps += pass->step[i] != 0;
	}
	pass->counts = lab_counts_since(&pass->counts);
	pass->steps = *steps - first;
}

static void plot(struct lab_run *run, size_t pages, const struct pass *cold,
		 const struct pass *warm)
{
	unsigned int plot = lab_plot(run, "The other process runs while the program "
					  "sleeps in major faults, and stands "
					  "still during minor ones",
				     "page", "steps of the other process", 0);
	unsigned int major = lab_series(run, plot, "major faults, first pass");
	unsigned int minor = lab_series(run, plot, "minor faults, second pass");

	for (size_t i = 0; i < pages; i++) {
		lab_point(run, plot, major, (double)i, (double)cold->step[i]);
		lab_point(run, plot, minor, (double)i, (double)warm->step[i]);
	}
}

static void experiment(struct lab_run *run)
{
	static struct pass cold, warm;
	size_t page = lab_machine(run)->page, n = lab_number(run, "pages");
	unsigned int delay = (unsigned int)lab_number(run, "delay");
	volatile uint64_t *steps = lab_shared(run, sizeof(*steps));
	struct lab_fuse file;
	char *memory;

	lab_one_cpu(run);
	lab_step(run, "mount a FUSE file system: a process that answers each read "
		      "after %u us is the disk", delay);
	file = lab_fuse_start(run, n * page, delay, SERVER_PRIORITY, steps);
	memory = lab_map_aligned(run, n * page, lab_machine(run)->fault_around,
				 PROT_READ, MAP_SHARED, file.fd);
	if (!lab_broken(run, "readahead") &&
	    madvise(memory, n * page, MADV_RANDOM))
		lab_fail(run, "madvise: %s", strerror(errno));
	lab_step(run, "start another process that computes on the same processor; "
		      "become SCHED_FIFO, so that it runs only while this one sleeps");
	lab_spawn(run, compute, (void *)steps);
	if (lab_broken(run, "warm"))
		lab_read(memory, n * page, page);
	be_real_time(run);
	*file.reads = 0;

	lab_step(run, "read one byte of each of the %zu pages", n);
	read_pages(memory, n, page, steps, &cold);
	lab_measure(run, "major", (double)cold.counts.major);
	lab_measure(run, "requests", (double)*file.reads);
	lab_measure(run, "sleeps", (double)cold.counts.voluntary);
	lab_measure(run, "overlap", (double)cold.overlaps);

	lab_step(run, "madvise(MADV_DONTNEED) drops the entries, not the cache; read "
		      "the pages again");
	if (madvise(memory, n * page, MADV_DONTNEED))
		lab_fail(run, "madvise: %s", strerror(errno));
	read_pages(memory, n, page, steps, &warm);
	lab_measure(run, "minor", (double)warm.counts.minor);
	lab_measure(run, "minor-major", (double)warm.counts.major);
	lab_measure(run, "minor-sleeps", (double)warm.counts.voluntary);
	lab_measure(run, "minor-overlap", (double)warm.steps);
	plot(run, n, &cold, &warm);
}

static const struct lab sleeping = {
	.number = 33,
	.name = "sleeping",
	.title = "a major fault puts the process to sleep and another one runs",
	.question = "What does the processor do while a page comes from the disk?",
	.idea = "A major fault needs the device. The kernel starts the read and puts "
		"the process to sleep: a voluntary context switch. The scheduler "
		"runs another process until the page arrives. A minor fault needs "
		"no device: the kernel maps the page and returns.",
	.pins = "The disk is a FUSE server that sleeps for each read: zram would "
		"answer before the program sleeps at all, and a real disk "
		"sometimes would. All processes stay on one processor. The "
		"program is SCHED_FIFO above the server, so that a read never "
		"ends before the program sleeps, and nothing preempts it. "
		"MADV_RANDOM turns readahead off.",
	.reads = "mm/filemap.c: filemap_fault(), folio_wait_bit_common()\n"
		 "fs/fuse/file.c: fuse_read_folio(); fs/fuse/dev.c: "
		 "request_wait_answer()\n"
		 "kernel/sched/core.c: __schedule(), nvcsw and nivcsw",
	.needs = LAB_ROOT,
	.changes = "a FUSE file system below /tmp, and real-time priority for the lab",
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(sleeping);
