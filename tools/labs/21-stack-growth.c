// SPDX-License-Identifier: GPL-2.0
/* Lab 21: the stack grows by faults, up to a limit and to a gap. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/memory.h"
#include "labs/process.h"
#include "labs/stack.h"

static const struct lab_param params[] = {
	{ "limit", "1M", NULL, 512 << 10, 4 << 20,
	  "RLIMIT_STACK in bytes, a multiple of the page size" },
	{ "jump", "16", NULL, 1, 32, "pages below the VMA to touch at once" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "limit", "set a limit that is 64 KiB higher" },
	{ "accessible", "map the neighbour below the stack with PROT_NONE" },
	{ "jump", "touch one page further below" },
	{ 0 },
};

/* What a child did to its stack: shared with the parent. */
struct outcome {
	struct vmlab_vma vma; /* at the end */
	struct lab_signal sig;
	uint64_t grown, faults, resident; /* of one touch */
	uint64_t gap; /* pages between the neighbour and the stack */
};

static uint64_t limit_pages(const struct lab_run *run)
{
	return lab_number(run, "limit") / lab_machine(run)->page;
}

static void predict(struct lab_run *run)
{
	const struct lab_machine *m = lab_machine(run);
	unsigned long long page = m->page, limit = limit_pages(run);
	unsigned long long jump = lab_number(run, "jump");

	lab_predict(run, "grown", "pages that the VMA grows by one touch",
		    (double)jump, "pages", "it starts at the page touched");
	lab_predict(run, "faults", "faults of that touch", 1, "faults",
		    "the fault both grows the VMA and maps the page");
	lab_predict(run, "resident", "pages that it maps", 1, "pages",
		    "the pages between are not touched");
	lab_predict(run, "size", "pages of the stack at its limit",
		    (double)limit, "pages", "RLIMIT_STACK / page = %llu / %llu",
		    limit * page, page);
	lab_predict_words(run, "signal", "signal at the limit",
			  "SIGSEGV SEGV_MAPERR",
			  "expand_stack() fails: no VMA holds the address");
	lab_predict(run, "address", "page that faulted, from the stack's end",
		    (double)limit + 1, "", "the first page beyond the limit");
	lab_predict(run, "gap", "pages kept free above a neighbour",
		    lab_count(m->stack_guard / page), "pages",
		    "stack_guard_gap = %llu / %llu",
		    (unsigned long long)m->stack_guard, page);
	lab_predict_words(run, "gap-signal", "signal at the gap",
			  "SIGSEGV SEGV_MAPERR", "as at the limit");
}

/* In the process of the run, whose own pages are faulted in. */
static void touch_below(struct lab_run *run, struct outcome *out)
{
	uint64_t page = lab_machine(run)->page;
	uint64_t jump = lab_number(run, "jump") + lab_broken(run, "jump");
	struct lab_counts counts;
	struct vmlab_vma before;
	volatile char *address;

	lab_stack_limit(run, 8 << 20);
	lab_stack_vma(run, &before);
	address = (volatile char *)(uintptr_t)(before.start - jump * page);
	counts = lab_counts();
	*address = 1;
	counts = lab_counts_since(&counts);
	lab_stack_vma(run, &out->vma);
	out->faults = counts.minor + counts.major;
	out->grown = (before.start - out->vma.start) / page;
	out->resident = lab_resident(run, 0, (void *)(uintptr_t)out->vma.start,
				     before.start - out->vma.start);
}

static int reach_limit(struct lab_run *run, void *arg)
{
	struct outcome *out = arg;
	uint64_t more = lab_broken(run, "limit") ? 64 << 10 : 0;

	lab_stack_limit(run, limit_pages(run) * lab_machine(run)->page + more);
	out->sig = lab_catch(run, lab_stack_overflow, NULL);
	lab_stack_vma(run, &out->vma);
	return 0;
}

/* Map a page below the stack, and recurse until the gap stops it. */
static int reach_gap(struct lab_run *run, void *arg)
{
	bool accessible = !lab_broken(run, "accessible");
	uint64_t page = lab_machine(run)->page;
	struct outcome *out = arg;
	struct vmlab_vma vma;
	char *neighbour;

	lab_stack_limit(run, 8 << 20);
	lab_stack_vma(run, &vma);
	neighbour = (char *)(uintptr_t)(vma.end - (4 << 20));
	if (mmap(neighbour, page, accessible ? PROT_READ : PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		 0) != neighbour)
		lab_fail(run, "mmap below the stack: %s", strerror(errno));
	out->sig = lab_catch(run, lab_stack_overflow, NULL);
	lab_stack_vma(run, &out->vma);
	out->gap = (out->vma.start - (uintptr_t)neighbour) / page - 1;
	return 0;
}

/* Draw how the VMA follows a touch further and further below. */
static int draw(struct lab_run *run, void *arg)
{
	uint64_t page = lab_machine(run)->page, limit = limit_pages(run);
	struct vmlab_vma vma;
	unsigned int plot, size, used;

	(void)arg;
	plot = lab_plot(run, "The VMA of the stack follows the lowest page "
			     "touched, to the limit; frames only where touched",
			"pages below the end of the stack", "pages", 0);
	size = lab_series(run, plot, "pages of the VMA");
	used = lab_series(run, plot, "resident pages");
	lab_stack_limit(run, limit * page);
	lab_stack_vma(run, &vma);
	for (uint64_t i = (vma.end - vma.start) / page; i <= limit; i += 8) {
		*(volatile char *)(uintptr_t)(vma.end - i * page) = 1;
		lab_stack_vma(run, &vma);
		lab_point(run, plot, size, (double)i,
			  lab_count((vma.end - vma.start) / page));
		lab_point(run, plot, used, (double)i,
			  (double)lab_resident(run, 0,
					       (void *)(uintptr_t)vma.start,
					       vma.end - vma.start));
	}
	return 0;
}

static void experiment(struct lab_run *run)
{
	struct outcome *out = lab_shared(run, sizeof(*out));
	uint64_t page = lab_machine(run)->page;
	char text[40];

	lab_step(run, "write to the page that is %llu pages below the VMA",
		 (unsigned long long)lab_number(run, "jump"));
	touch_below(run, out);
	lab_measure(run, "grown", (double)out->grown);
	lab_measure(run, "faults", (double)out->faults);
	lab_measure(run, "resident", (double)out->resident);

	lab_step(run, "fork(); setrlimit(RLIMIT_STACK, %llu); recurse without "
		      "end",
		 (unsigned long long)limit_pages(run) * page);
	lab_wait_ok(run, lab_spawn(run, reach_limit, out));
	lab_measure(run, "size", lab_count((out->vma.end - out->vma.start) / page));
	lab_measure_words(run, "signal", "%s", lab_signal_name(&out->sig, text));
	lab_measure(run, "address",
		    lab_count((out->vma.end - out->sig.address + page - 1) / page));
	lab_effect(run, "address", "a call can skip pages with a large frame");

	lab_step(run, "fork(); map a page 4 MiB below the end of the stack; "
		      "recurse without end");
	lab_wait_ok(run, lab_spawn(run, reach_gap, out));
	lab_measure(run, "gap", (double)out->gap);
	lab_measure_words(run, "gap-signal", "%s",
			  lab_signal_name(&out->sig, text));
	lab_wait_ok(run, lab_spawn(run, draw, NULL));
}

static const struct lab stack_growth = {
	.number = 21,
	.name = "stack-growth",
	.title = "the stack grows by faults, to a limit and to a gap",
	.question = "When does the VMA of the main stack grow, and what stops "
		    "it?",
	.idea = "The VMA of the main stack has VM_GROWSDOWN. An access below it "
		"faults in no VMA; the kernel then lets the VMA above grow down "
		"to the page that faulted, unless its size would exceed "
		"RLIMIT_STACK or an accessible VMA would be nearer than "
		"stack_guard_gap. Otherwise the access raises SIGSEGV.",
	.pins = "Each overflow happens in a child of its own, made by fork, whose "
		"stack starts alike. The lab sets RLIMIT_STACK itself and chooses the "
		"address of the neighbour. Every call touches its frame, which "
		"is smaller than a page, so that none is skipped.",
	.reads = "mm/mmap_lock.c: lock_mm_and_find_vma()\n"
		 "mm/vma.c: expand_downwards(), acct_stack_growth()\n"
		 "arch/x86/mm/fault.c: do_user_addr_fault()",
	.needs = LAB_DEVICE | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(stack_growth);
