// SPDX-License-Identifier: GPL-2.0
/* Lab 18: a page is copied at its first write, and not before. */
#include <sys/mman.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/frames.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { MAX = 64, SEED = 7 };

static const struct lab_param params[] = {
	{ "pages", "16", NULL, 2, MAX, "pages of each region" },
	{ "written", "5", NULL, 1, MAX, "pages that are written after the fork" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "shared", "use MAP_SHARED memory: a write copies nothing" },
	{ "read", "read where the lab writes after the fork" },
	{ "file-shared", "map the file with MAP_SHARED where it was private" },
	{ 0 },
};

static uint64_t nr_written(const struct lab_run *run)
{
	uint64_t n = lab_number(run, "pages"), k = lab_number(run, "written");

	return k < n ? k : n;
}

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "pages");
	double pages = (double)n, k = (double)nr_written(run);

	lab_predict(run, "same", "after fork: frames that both map", pages,
		    "frames", "fork copies entries, no frame: N = %llu", n);
	lab_predict(run, "twice", "frames with mapcount 2 and refcount 2", pages,
		    "frames", "one entry in each process");
	lab_predict(run, "writable", "entries that allow a write", 0, "entries",
		    "fork write-protects both sides");
	lab_predict(run, "child_faults", "faults of the child's writes", k,
		    "faults", "one for each written page: k = %.0f", k);
	lab_predict(run, "differ", "pages with another frame in the child", k,
		    "pages", "exactly the written ones");
	lab_predict(run, "once", "the parent's frames with mapcount 1", k,
		    "frames", "the child has its own copies of these");
	lab_predict(run, "parent_faults", "faults of the parent's writes to them",
		    k, "faults", "the entries are still write-protected");
	lab_predict(run, "parent_copies", "frames that the parent copies", 0,
		    "frames", "it is the last user: the frame is reused");
	lab_predict(run, "zero", "pages read only that map the zero page", pages,
		    "pages", "all N: one frame for the whole system");
	lab_predict(run, "zero_written", "frames of their own after writes", k,
		    "frames", "one for each written page: k = %.0f", k);
	lab_predict(run, "file_same", "private file pages in the page cache",
		    pages, "pages", "a read maps the cached frame: N = %llu", n);
	lab_predict(run, "file_differ", "after writes: pages with a copy", k,
		    "pages", "exactly the written ones");
	lab_predict(run, "file_changed", "pages of the file that changed", 0,
		    "pages", "the writes went to copies");
}

/**
 * struct family - what parent and child share
 * @memory, @size: the range that is written after the fork
 * @read: whether the child reads instead
 * @go, @done: the child may write; it has written
 * @faults: the faults of the writes
 */
struct family {
	char *memory;
	size_t size, page;
	bool read;
	struct lab_gate go, done;
	uint64_t faults;
};

static int child(struct lab_run *run, void *arg)
{
	struct family *f = arg;
	struct lab_counts counts;

	lab_gate_pass(run, f->go);
	counts = lab_counts();
	if (f->read)
		lab_read(f->memory, f->size, f->page);
	else
		lab_write(f->memory, f->size, f->page, 2);
	f->faults = lab_counts_since(&counts).minor;
	lab_gate_open(f->done);
	pause();
	return 0;
}

static void after_fork(struct lab_run *run, struct family *f, pid_t pid)
{
	size_t n = lab_number(run, "pages");
	struct vmlab_page ours[MAX], theirs[MAX];
	struct lab_counts counts;
	uint64_t twice = 0, once = 0;
	unsigned int plot;

	plot = lab_plot(run, "Entries that map each frame of the parent",
			"page", "mapcount of its frame", LAB_STEPS);
	lab_series(run, plot, "after fork");
	lab_series(run, plot, "after the child's writes");
	lab_frames(run, 0, f->memory, n, ours);
	lab_frames(run, pid, f->memory, n, theirs);
	for (size_t i = 0; i < n; i++) {
		lab_point(run, plot, 0, (double)i, ours[i].mapcount);
		twice += ours[i].mapcount == 2 && ours[i].refcount == 2;
	}
	lab_measure(run, "same", (double)lab_frames_same(ours, theirs, n));
	lab_measure(run, "twice", (double)twice);
	lab_measure(run, "writable",
		    (double)(lab_frames_flags(ours, n, VMLAB_PTE_WRITE) +
			     lab_frames_flags(theirs, n, VMLAB_PTE_WRITE)));

	lab_step(run, "the child writes %zu pages", f->size / f->page);
	lab_gate_open(f->go);
	lab_gate_pass(run, f->done);
	lab_frames(run, 0, f->memory, n, ours);
	lab_frames(run, pid, f->memory, n, theirs);
	for (size_t i = 0; i < n; i++) {
		lab_point(run, plot, 1, (double)i, ours[i].mapcount);
		once += ours[i].mapcount == 1;
	}
	lab_measure(run, "child_faults", (double)f->faults);
	lab_measure(run, "differ",
		    (double)(n - lab_frames_same(ours, theirs, n)));
	lab_measure(run, "once", (double)once);

	lab_step(run, "the parent writes the same pages");
	counts = lab_counts();
	lab_write(f->memory, f->size, f->page, 3);
	counts = lab_counts_since(&counts);
	lab_frames(run, 0, f->memory, n, theirs);
	lab_measure(run, "parent_faults", (double)counts.minor);
	lab_measure(run, "parent_copies",
		    (double)(n - lab_frames_same(ours, theirs, n)));
}

static void measure_fork(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	size_t size = lab_number(run, "pages") * page;
	int kind = lab_broken(run, "shared") ? MAP_SHARED : MAP_PRIVATE;
	struct family *f = lab_shared(run, sizeof(*f));
	pid_t pid;

	*f = (struct family){
		.memory = lab_map(run, size, PROT_READ | PROT_WRITE,
				  kind | MAP_ANONYMOUS, -1, 0),
		.size = nr_written(run) * page,
		.page = page,
		.read = lab_broken(run, "read"),
		.go = lab_gate_make(run),
		.done = lab_gate_make(run),
	};
	lab_step(run, "write %zu pages, and fork", size / page);
	lab_write(f->memory, size, page, 1);
	lab_drain(run);
	pid = lab_spawn(run, child, f);
	after_fork(run, f, pid);
	lab_kill(run, pid);
}

static void measure_zero(struct lab_run *run)
{
	size_t page = lab_machine(run)->page, n = lab_number(run, "pages");
	char *memory = lab_map(run, n * page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vmlab_page before[MAX], after[MAX];

	lab_step(run, "read new anonymous pages, then write some of them");
	lab_read(memory, n * page, page);
	lab_frames(run, 0, memory, n, before);
	lab_measure(run, "zero",
		    (double)lab_frames_flags(before, n, VMLAB_PTE_ZERO));
	lab_write(memory, nr_written(run) * page, page, 1);
	lab_frames(run, 0, memory, n, after);
	lab_measure(run, "zero_written",
		    (double)(n - lab_frames_same(before, after, n)));
}

static void measure_file(struct lab_run *run)
{
	size_t page = lab_machine(run)->page, n = lab_number(run, "pages");
	int fd = lab_file(run, "/tmp", n * page, SEED);
	int kind = lab_broken(run, "file-shared") ? MAP_SHARED : MAP_PRIVATE;
	char *cache = lab_map(run, n * page, PROT_READ, MAP_SHARED, fd, 0);
	char *memory = lab_map(run, n * page, PROT_READ | PROT_WRITE, kind, fd,
			       0);
	struct vmlab_page frames[MAX], cached[MAX];
	uint64_t changed = 0;

	lab_step(run, "read a private mapping of a file, then write some pages");
	lab_read(cache, n * page, page);
	lab_read(memory, n * page, page);
	lab_frames(run, 0, cache, n, cached);
	lab_frames(run, 0, memory, n, frames);
	lab_measure(run, "file_same",
		    (double)lab_frames_same(frames, cached, n));
	lab_write(memory, nr_written(run) * page, page, 1);
	lab_frames(run, 0, memory, n, frames);
	lab_measure(run, "file_differ",
		    (double)(n - lab_frames_same(frames, cached, n)));
	for (size_t i = 0; i < n; i++)
		changed += cache[i * page] != (char)(i + SEED);
	lab_measure(run, "file_changed", (double)changed);
}

static void experiment(struct lab_run *run)
{
	lab_one_cpu(run);
	measure_fork(run);
	measure_zero(run);
	measure_file(run);
}

static const struct lab copy_on_write = {
	.number = 18,
	.name = "copy-on-write",
	.title = "fork copies no frame, the first write does",
	.question = "How many frames does fork copy, and which writes copy one?",
	.idea = "fork copies page-table entries and write-protects private ones: both "
		"processes map the same frames. The first write to a page faults; if "
		"the frame has another user it is copied, else it is reused. A read "
		"of new anonymous memory maps the one zero page, and a private file "
		"mapping maps the page cache: the first write copies them too.",
	.pins = "Transparent huge pages are disabled, so that one page is copied. "
		"Parent and child run on one processor: new frames wait in a batch "
		"of their processor, and the reference of another one's batch would "
		"forbid reuse. KSM merges only memory that asked for it. The frames "
		"are compared right after the writes, before they could migrate.",
	.reads = "mm/memory.c: copy_present_ptes(), do_wp_page(), wp_page_copy()\n"
		 "mm/memory.c: wp_can_reuse_anon_folio(), do_cow_fault()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(copy_on_write);
