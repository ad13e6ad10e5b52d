// SPDX-License-Identifier: GPL-2.0
/* Lab 10: the entries that a TLB needs for a walk, with and without huge pages. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/processor.h"
#include "labs/process.h"
#include "labs/system.h"

enum { ROUNDS = 20 };

static const struct lab_param params[] = {
	{ "size", "16M", NULL, 2 << 20, 1 << 30,
	  "bytes to walk, a multiple of 2 MiB" },
	{ "stride", "16", NULL, 1, 512, "pages from one access to the next" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "half", "walk the first half of the memory only" },
	{ "small", "do not use huge pages for the second walk" },
	{ 0 },
};

struct walk {
	uint64_t entries; /* that the processor loaded into its TLB */
	unsigned int reads; /* of page tables for one of them */
	double time; /* nanoseconds a round */
	double misses; /* dTLB load misses a round, or -1 */
};

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long size = lab_number(run, "size") & ~(m->huge - 1);
	unsigned long long stride = lab_number(run, "stride");
	unsigned long long pages = size / m->page, step = stride * m->page;

	if (!m->huge)
		lab_skip(run, "this kernel has no transparent huge pages");
	lab_predict(run, "small-all", "entries of 4 KiB, each page read",
		    (double)pages, "entries", "size / page = %llu / %llu", size,
		    (unsigned long long)m->page);
	lab_predict(run, "small-stride", "entries of 4 KiB, at the stride",
		    lab_count((pages + stride - 1) / stride), "entries",
		    "%llu pages / %llu", pages, stride);
	lab_predict(run, "huge-all", "entries of 2 MiB, each page read",
		    lab_count(size / m->huge), "entries",
		    "size / huge page = %llu / %llu", size,
		    (unsigned long long)m->huge);
	lab_predict(run, "huge-stride", "entries of 2 MiB, at the stride",
		    lab_count(size / m->huge), "entries",
		    "a stride of %llu touches each huge page", step);
	lab_predict(run, "small-reads", "entries read for a miss, 4 KiB",
		    m->levels, "reads", "one a level, nothing cached");
	lab_predict(run, "huge-reads", "entries read for a miss, 2 MiB",
		    m->levels - 1, "reads", "the walk ends at level 2");
	/* An emulator translates addresses by software tables of its own. */
	if (!lab_emulated())
		lab_predict_time(run, "time",
				 "time with 4 KiB against time with 2 MiB", 0.8,
				 100, "at least as long: more misses, each longer");
}

static void *make(struct lab_run *run, size_t size, bool huge)
{
	char *p = lab_map_aligned(run, size, lab_machine(run)->huge,
				  PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1);

	madvise(p, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	lab_write(p, size, lab_machine(run)->page, 1);
	/* Also with transparent huge pages disabled in the system (Linux 6.1). */
	for (int i = 0; huge && i < 5; i++)
		if (!madvise(p, size, 25 /* MADV_COLLAPSE */))
			break;
	return p;
}

/* Clear the accessed bits of all entries, and drop the range from the TLB. */
static void forget(struct lab_run *run, void *p, size_t size)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		lab_skip(run, "/proc/self/clear_refs: %s", strerror(errno));
	close(fd);
	/*
	 * clear_refs drops nothing from the TLB; neither does PROT_READ, once entries are
	 * read-only, as they stay before Linux 6.2 until a write.
	 */
	if (mprotect(p, size, PROT_NONE) ||
	    mprotect(p, size, PROT_READ | PROT_WRITE))
		lab_fail(run, "mprotect: %s", strerror(errno));
}

/* Count the entries of a range that the processor marked as accessed. */
static uint64_t accessed(struct lab_run *run, const void *p, size_t size)
{
	const struct vmlab_pt_query query = {
		.start = (uintptr_t)p,
		.end = (uintptr_t)p + size,
		.flags = VMLAB_PTES_RAW,
		.category_mask = VMLAB_PTE_ACCESSED | VMLAB_PTE_PRESENT,
		.return_mask = VMLAB_PTE_ACCESSED | VMLAB_PTE_PRESENT,
	};
	const struct vmlab_pte *pte;
	struct vmlab_ptes_iter *it;
	struct vmlab_proc *proc;
	uint64_t nr = 0;

	lab_check(run, vmlab_proc_open(lab_device(run), 0, &proc), "entries");
	lab_check(run, vmlab_ptes_open(proc, &query, &it), "entries");
	while (lab_check(run, vmlab_ptes_next(it, &pte), "entries"))
		nr += pte->nr;
	vmlab_ptes_close(it);
	vmlab_proc_close(proc);
	return nr;
}

static struct walk walk(struct lab_run *run, char *p, size_t size,
			unsigned int stride)
{
	size_t step = stride * lab_machine(run)->page;
	struct walk w = { .misses = -1 };
	int counter = lab_counter_open(LAB_COUNTER_DTLB_MISSES);
	uint64_t start;

	if (lab_broken(run, "half"))
		size /= 2;
	forget(run, p, size);
	lab_read(p, size, step);
	w.entries = accessed(run, p, size);
	w.reads = lab_translate(run, 0, p).steps;
	start = lab_clock();
	if (counter >= 0)
		w.misses = -(double)lab_counter_read(counter);
	for (int i = 0; i < ROUNDS; i++)
		lab_read(p, size, step);
	if (counter >= 0) {
		w.misses += (double)lab_counter_read(counter);
		w.misses /= ROUNDS;
		close(counter);
	}
	w.time = (double)(lab_clock() - start) / ROUNDS;
	return w;
}

static void note(struct lab_run *run, const char *pages, const struct walk *w)
{
	if (w->misses < 0)
		lab_note(run, "%s: dTLB misses are not counted: the processor has "
			      "no such counter, or perf_event_open(2) is denied",
			 pages);
	else
		lab_note(run, "%s: %.0f dTLB load misses a walk", pages,
			 w->misses);
}

static void experiment(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	size_t size = lab_number(run, "size") & ~(m->huge - 1);
	unsigned int stride = (unsigned int)lab_number(run, "stride");
	bool huge = !lab_broken(run, "small");
	struct walk all, at_stride, huge_all, huge_stride;
	struct vmlab_translation t;
	char *small, *large;

	lab_need_memory(run, 2 * size);
	small = make(run, size, false);
	large = make(run, size, huge);
	t = lab_translate(run, 0, large);
	if (huge && t.steps != m->levels - 1)
		lab_skip(run, "the kernel found no free huge page for this lab");
	lab_step(run, "clear accessed bits, read a byte of each page of %zu bytes, "
		      "count accessed entries; again at a stride of %u pages",
		 size, stride);
	all = walk(run, small, size, 1);
	at_stride = walk(run, small, size, stride);
	lab_step(run, "the same with huge pages: madvise(MADV_COLLAPSE)");
	huge_all = walk(run, large, size, 1);
	huge_stride = walk(run, large, size, stride);
	lab_measure(run, "small-all", (double)all.entries);
	lab_measure(run, "small-stride", (double)at_stride.entries);
	lab_measure(run, "huge-all", (double)huge_all.entries);
	lab_measure(run, "huge-stride", (double)huge_stride.entries);
	lab_measure(run, "small-reads", all.reads);
	lab_measure(run, "huge-reads", huge_all.reads);
	note(run, "4 KiB", &all);
	note(run, "2 MiB", &huge_all);
	if (lab_emulated())
		lab_note(run, "times are not compared: this processor is emulated, "
			      "and its TLB is a table of QEMU (skipped)");
	else
		lab_measure(run, "time", all.time / huge_all.time);
}

static const struct lab tlb = {
	.number = 10,
	.name = "tlb",
	.title = "translations that a walk needs, by the size of the page",
	.question = "How many TLB entries does a walk over memory need, and how many "
		    "entries of page tables does a miss read, with pages of 4 KiB "
		    "and of 2 MiB?",
	.idea = "The TLB holds translations, one for each page, whatever its size. A "
		"miss reads one entry of each level, and the processor sets the "
		"accessed bit in the last: after the bits were cleared, the number "
		"of set bits is that of the entries that the TLB was filled with. "
		"A switch to another process without PCID drops all of them.",
	.pins = "The sizes of pages are forced by madvise. mprotect drops old "
		"translations, which would be used without setting a bit. The "
		"processor may set a bit ahead of an access: at a stride of many "
		"pages it does not. Times depend on the machine.",
	.reads = "arch/x86/mm/tlb.c: switch_mm_irqs_off(), flush_tlb_mm_range()\n"
		 "mm/khugepaged.c: madvise_collapse()\n"
		 "fs/proc/task_mmu.c: clear_refs_pte_range()",
	.needs = LAB_DEVICE | LAB_PTES,
	.thp = true,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(tlb);
