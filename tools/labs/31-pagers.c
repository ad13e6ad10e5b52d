// SPDX-License-Identifier: GPL-2.0
/* Lab 31: the same policy in a pager of user space, in the kernel and in BPF. */
#include "labs/memory.h"
#include "labs/policy.h"
#include "labs/process.h"
#include "labs/replacement.h"
#include "labs/userfault.h"

enum { TRIES = 3, TRIES_MAX = 16, REFERENCES_MAX = 4096 };

/* A user pager takes at least so many times as long for a fault. */
#define USER_COST 1.3

static const struct lab_param params[] = {
	{ "pages", "32", NULL, 2, 256, "pages of the program" },
	{ "frames", "16", NULL, 1, 256, "frames that it gets" },
	{ "references", "256", NULL, 1, REFERENCES_MAX,
	  "random references to its pages" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "policy", "the user pager evicts the newest page, not the oldest" },
	{ "frames", "the user pager has one frame more" },
	{ 0 },
};

/* Random references, the same each time. */
static size_t make_string(const struct lab_run *run, uint64_t *string)
{
	size_t nr = lab_number(run, "references");
	uint64_t state = 1;

	for (size_t i = 0; i < nr; i++) {
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		string[i] = (state >> 33) % lab_number(run, "pages");
	}
	return nr;
}

static void predict(struct lab_run *run)
{
	unsigned long long frames = lab_number(run, "frames");
	uint64_t string[REFERENCES_MAX];
	size_t nr = make_string(run, string);
	double faults = (double)lab_simulate(VMLAB_POLICY_FIFO, frames, string,
					     nr);

	lab_predict(run, "user", "faults that the pager in user space handles",
		    faults, "faults",
		    "simulation of FIFO: %zu references, %llu frames", nr,
		    frames);
	lab_predict(run, "module", "faults that the module handles with FIFO",
		    faults, "faults", "the policy is the same, so the faults are");
	if (!lab_policy_missing(run))
		lab_predict(run, "bpf", "faults with FIFO in BPF", faults,
			    "faults", "the policy is the same");
	lab_predict(run, "sleeps", "times that the program slept in the module's",
		    0, "switches", "the module fills a frame without waiting");
	lab_predict_time(run, "user-cost",
			 "time of a fault: user pager / module", USER_COST, 10000,
			 "two switches of thread and three system calls more");
	if (!lab_policy_missing(run))
		lab_predict_time(run, "bpf-cost", "time of a fault: BPF / module",
				 0.1, 100, "a call more, in the kernel");
}

/* what it took to play the string once */
struct cost {
	uint64_t ns, sleeps;
};

static struct cost play(struct lab_run *run, const char *memory)
{
	uint64_t string[REFERENCES_MAX], start;
	size_t nr = make_string(run, string), page = lab_machine(run)->page;
	struct lab_counts counts = lab_counts();

	start = lab_clock();
	for (size_t i = 0; i < nr; i++)
		lab_read(memory + string[i] * page, 1, 1);
	return (struct cost){ lab_clock() - start,
			      lab_counts_since(&counts).voluntary };
}

static uint64_t user_pager(struct lab_run *run, struct cost *cost)
{
	struct lab_user_pager *pager;
	char *memory;

	pager = lab_user_pager_start(run, lab_number(run, "pages"),
				     lab_number(run, "frames") +
					     lab_broken(run, "frames"),
				     lab_broken(run, "policy"), &memory);
	*cost = play(run, memory);
	return lab_user_pager_stop(run, pager);
}

static uint64_t kernel_pager(struct lab_run *run, uint32_t policy, uint32_t id,
			     struct cost *cost)
{
	uint64_t string[REFERENCES_MAX], faults;
	size_t nr = make_string(run, string);
	struct lab_paging paging = lab_paging_open(run, policy, id,
						   lab_number(run, "frames"), 0,
						   string, nr);

	*cost = play(run, paging.memory);
	faults = lab_paging_faults(run, &paging);
	lab_paging_close(&paging);
	return faults;
}

/* what each pager took for a fault, nanoseconds: the best of some runs */
struct costs {
	double user, module, bpf;
};

static void keep_best(double *best, struct cost run, uint64_t faults)
{
	double cost = (double)run.ns / (double)faults;

	if (*best <= 0 || cost < *best)
		*best = cost;
}

static void measure_user(struct lab_run *run, struct costs *costs)
{
	uint64_t faults = 0;
	struct cost cost;

	lab_step(run, "userfaultfd(2): a thread gets each fault as a message, evicts "
		      "by madvise(MADV_DONTNEED), fills by UFFDIO_COPY");
	for (int i = 0; i < TRIES; i++) {
		faults = user_pager(run, &cost);
		keep_best(&costs->user, cost, faults);
	}
	lab_measure(run, "user", (double)faults);
}

static void measure_module(struct lab_run *run, struct costs *costs)
{
	uint64_t faults = 0, sleeps = 0;
	struct cost cost;

	lab_step(run, "/dev/vmlab with VMLAB_POLICY_FIFO");
	/* A busy machine only adds to the time: try again. */
	for (int i = 0; i < TRIES || (i < TRIES_MAX &&
				      costs->user < USER_COST * costs->module); i++) {
		faults = kernel_pager(run, VMLAB_POLICY_FIFO, 0, &cost);
		sleeps += cost.sleeps;
		keep_best(&costs->module, cost, faults);
	}
	lab_measure(run, "module", (double)faults);
	lab_measure(run, "sleeps", (double)sleeps);
}

static void measure_bpf(struct lab_run *run, struct costs *costs)
{
	uint64_t faults = 0;
	struct cost cost;
	uint32_t id;

	if (lab_policy_missing(run)) {
		lab_note(run, "SKIP of the part with BPF: %s",
			 lab_policy_missing(run));
		return;
	}
	lab_step(run, "/dev/vmlab with tools/bpf/policies/fifo.bpf.c");
	id = lab_policy_load(run, "fifo");
	for (int i = 0; i < TRIES; i++) {
		faults = kernel_pager(run, VMLAB_POLICY_BPF, id, &cost);
		keep_best(&costs->bpf, cost, faults);
	}
	lab_measure(run, "bpf", (double)faults);
	lab_measure(run, "bpf-cost", costs->bpf / costs->module);
}

static void experiment(struct lab_run *run)
{
	struct costs costs = { 0 };
	unsigned int plot, series;

	measure_user(run, &costs);
	measure_module(run, &costs);
	lab_measure(run, "user-cost", costs.user / costs.module);
	measure_bpf(run, &costs);
	plot = lab_plot(run, "Cost of a fault: 1 the pager in user space, 2 the "
			     "module, 3 the module with a policy in BPF",
			"pager", "microseconds a fault", LAB_BARS);
	series = lab_series(run, plot, "best of some runs");
	lab_point(run, plot, series, 1, costs.user / 1000);
	lab_point(run, plot, series, 2, costs.module / 1000);
	if (costs.bpf > 0)
		lab_point(run, plot, series, 3, costs.bpf / 1000);
}

static const struct lab pagers = {
	.number = 31,
	.name = "pagers",
	.title = "the same policy in user space, in the kernel and in BPF",
	.question = "What does it cost to handle page faults in a process, as a "
		    "microkernel does?",
	.idea = "A policy decides which page to evict, and its decision is the same "
		"wherever it runs: so are the faults. The mechanism differs. A "
		"pager in user space gets each fault as a message: the program "
		"sleeps, another thread runs, asks the kernel to evict and to "
		"fill, and wakes it. In the kernel, a fault is one entry and one "
		"return; a policy in BPF runs there too, checked by the verifier.",
	.pins = "FIFO needs no accesses besides the faults. Each pager starts without "
		"a resident page. Nothing is prefetched; new pages are zeros and "
		"only read, so that no pager has to keep contents. The best "
		"of some runs counts, and only ratios are compared.",
	.reads = "fs/userfaultfd.c: handle_userfault()\n"
		 "mm/userfaultfd.c: mfill_atomic()\n"
		 "module/policy/fifo.c, module/policy/bpf/\n"
		 "tools/bpf/policies/fifo.bpf.c",
	.needs = LAB_DEVICE | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(pagers);
