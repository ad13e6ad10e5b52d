// SPDX-License-Identifier: GPL-2.0
/* Lab 16: a budget below the working set makes each reference fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/process.h"
#include "labs/replacement.h"

enum {
	BUDGETS = 8, /* around the size of the loop */
	BELOW = 4, /* the budget of one frame less than the loop has pages */
	TRIES = 16, /* of the two runs that are compared, at most; the fastest counts */
	PHASES = 4, PHASE_FRAMES = 16,
	WINDOW = 16, /* references of a point of the second plot */
	REFERENCES_MAX = 64 * 32
};

/* what the program of the second part does, one phase after the other */
static const struct phase {
	const char *what;
	uint64_t first, pages, rounds;
} phases[PHASES] = {
	{ "8 pages in turn, 10 times", 0, 8, 10 },
	{ "8 other pages in turn, 10 times", 8, 8, 10 },
	{ "20 pages in turn, 8 times", 16, 20, 8 },
	{ "the first 8 pages again, 10 times", 0, 8, 10 },
};

static const struct lab_param params[] = {
	{ "pages", "16", NULL, 8, 64, "pages of the loop: its working set" },
	{ "rounds", "6", NULL, 2, 32, "how often the loop runs over them" },
	{ "delay", "2000", NULL, 1000, 20000, "microseconds that each fault waits" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "budget", "give the whole working set its frames at every budget" },
	{ "order", "go through the loop forwards and backwards in turn" },
	{ 0 },
};

static const size_t *budgets(const struct lab_run *run)
{
	static size_t list[BUDGETS];
	size_t n = lab_number(run, "pages");
	const size_t values[BUDGETS] = { n / 4, n / 2, n * 3 / 4, n - 2,
					 n - 1, n,     n + 1,	  n + n / 4 };

	memcpy(list, values, sizeof(list));
	return list;
}

static size_t loop(const struct lab_run *run, uint64_t *string)
{
	return lab_string_loop(string, 0, lab_number(run, "pages"),
			       lab_number(run, "rounds"));
}

static double references(const struct lab_run *run)
{
	return (double)(lab_number(run, "pages") * lab_number(run, "rounds"));
}

static void predict_curve(struct lab_run *run, const char *name,
			  uint32_t policy, const char *formula)
{
	static uint64_t string[REFERENCES_MAX];
	size_t nr = loop(run, string);
	char what[LAB_LIST + 32], frames[LAB_LIST] = "", text[LAB_LIST];

	for (size_t i = 0; i < BUDGETS; i++)
		lab_list_append(frames, budgets(run)[i]);
	lab_simulate_list(policy, budgets(run), BUDGETS, string, nr, text);
	snprintf(what, sizeof(what), "%s, faults with %s frames", name, frames);
	lab_predict_words(run, name, what, text, "%s", formula);
}

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "pages");
	double rounds = (double)lab_number(run, "rounds");

	predict_curve(run, "LRU", VMLAB_POLICY_LRU,
		      "frames < pages ? pages * rounds : pages");
	predict_curve(run, "FIFO", VMLAB_POLICY_FIFO,
		      "in a loop the oldest page is the least recently used");
	predict_curve(run, "OPT", VMLAB_POLICY_OPT,
		      "simulation; later (pages - frames) / (pages - 1) of the references");
	lab_predict_time(run, "knee", "time with pages - 1 / with pages frames",
			 rounds / 3, rounds * 20,
			 "%.0f faults / %llu faults of the same delay",
			 references(run), n);
	for (size_t i = 0; i < PHASES; i++) {
		const struct phase *p = &phases[i];
		bool fits = p->pages <= PHASE_FRAMES;
		char key[32];

		snprintf(key, sizeof(key), "phase-%zu", i + 1);
		lab_predict(run, key, p->what,
			    (double)(fits ? p->pages : p->pages * p->rounds),
			    "faults", "%llu pages, %d frames: each %s faults",
			    (unsigned long long)p->pages, (int)PHASE_FRAMES,
			    fits ? "page" : "reference");
	}
}

/* Play the loop; return the faults, and the time when @ns is not NULL. */
static uint64_t play(struct lab_run *run, uint32_t policy, size_t frames,
		     uint64_t *ns)
{
	static uint64_t string[REFERENCES_MAX];
	size_t nr = loop(run, string), n = lab_number(run, "pages");
	struct lab_paging paging;
	uint64_t faults, start;

	for (size_t i = 0; lab_broken(run, "order") && i < nr; i++)
		if (i / n % 2)
			string[i] = n - 1 - string[i];
	/* OPT must see each reference; in a run that is timed a hit must cost nothing. */
	paging = lab_paging_open(run, policy, 0,
				 lab_broken(run, "budget") ? n : frames,
				 ns ? 0 : VMLAB_PAGING_STEPPING, string, nr);
	if (ns)
		lab_paging_delay(run, &paging,
				 (uint32_t)lab_number(run, "delay"));
	start = lab_clock();
	lab_paging_play(run, &paging, string, nr);
	if (ns)
		*ns = lab_clock() - start;
	faults = lab_paging_faults(run, &paging);
	lab_paging_close(&paging);
	return faults;
}

static void measure_throughput(struct lab_run *run)
{
	double nr = references(run), seconds[BUDGETS];
	unsigned int plot, series;

	for (size_t i = 0; i < BUDGETS; i++) {
		int tries = i == BELOW || i == BELOW + 1 ? TRIES : 1;
		double delays = 1000.0 * (double)lab_number(run, "delay") *
				(i > BELOW ? (double)lab_number(run, "pages") : nr);
		uint64_t best = UINT64_MAX, ns;

		/* A busy machine only adds to the delays: try again. */
		for (; tries && (double)best > 1.2 * delays; tries--) {
			play(run, VMLAB_POLICY_LRU, budgets(run)[i], &ns);
			best = ns < best ? ns : best;
		}
		seconds[i] = (double)best / 1e9;
	}
	lab_measure(run, "knee", seconds[BELOW] / seconds[BELOW + 1]);
	plot = lab_plot(run, "Throughput against budget: it collapses as soon as the "
			     "budget is one frame below the working set",
			"budget, frames", "references per second", LAB_LOG_Y);
	series = lab_series(run, plot, "LRU, with the delay");
	for (size_t i = 0; i < BUDGETS; i++)
		lab_point(run, plot, series, (double)budgets(run)[i],
			  nr / seconds[i]);
}

static void measure_curve(struct lab_run *run, unsigned int plot,
			  const char *name, uint32_t policy)
{
	unsigned int series = lab_series(run, plot, name);
	char text[LAB_LIST] = "";

	for (size_t i = 0; i < BUDGETS; i++) {
		uint64_t faults = play(run, policy, budgets(run)[i], NULL);

		lab_list_append(text, faults);
		lab_point(run, plot, series, (double)budgets(run)[i],
			  100 * (double)faults / references(run));
	}
	lab_measure_words(run, name, "%s", text);
}

static void measure_phases(struct lab_run *run)
{
	static uint64_t string[REFERENCES_MAX];
	size_t ends[PHASES + 1] = { 0 };
	struct lab_paging paging;
	unsigned int plot;

	for (size_t i = 0; i < PHASES; i++)
		ends[i + 1] = ends[i] + lab_string_loop(string + ends[i],
							phases[i].first,
							phases[i].pages,
							phases[i].rounds);
	paging = lab_paging_open(run, VMLAB_POLICY_LRU, 0,
				 lab_broken(run, "budget") ? 40 : PHASE_FRAMES,
				 VMLAB_PAGING_STEPPING, string, ends[PHASES]);
	plot = lab_plot(run, "Faults over time: a burst where the working set changes, "
			     "and no end of faults where it exceeds 16 frames",
			"references", "in the last 16 references", LAB_STEPS);
	for (size_t i = 0; i < PHASES; i++) {
		char key[32];

		snprintf(key, sizeof(key), "phase-%zu", i + 1);
		lab_measure(run, key,
			    (double)lab_paging_timeline(run, &paging, string,
							ends[i], ends[i + 1],
							WINDOW, plot));
	}
	lab_paging_close(&paging);
}

static void experiment(struct lab_run *run)
{
	unsigned int plot;

	lab_step(run, "read the pages in turn, with budgets of %zu to %zu frames",
		 budgets(run)[0], budgets(run)[BUDGETS - 1]);
	plot = lab_plot(run, "Fault rate against budget: LRU and FIFO fall off a cliff "
			     "at the working set, OPT declines steadily",
			"budget, frames", "references that fault, percent", 0);
	measure_curve(run, plot, "LRU", VMLAB_POLICY_LRU);
	measure_curve(run, plot, "FIFO", VMLAB_POLICY_FIFO);
	measure_curve(run, plot, "OPT", VMLAB_POLICY_OPT);
	lab_step(run, "the same under LRU, each fault delayed by %llu us; time it",
		 (unsigned long long)lab_number(run, "delay"));
	measure_throughput(run);
	lab_step(run, "run four phases with %d frames", (int)PHASE_FRAMES);
	measure_phases(run);
}

static const struct lab thrashing = {
	.number = 16,
	.name = "thrashing",
	.title = "a budget below the working set makes each reference fault",
	.question = "How do fault rate and throughput depend on a program's frames?",
	.idea = "The working set is the set of pages that a program uses in a while. With "
		"as many frames, each page faults once. With one frame less, LRU "
		"evicts in a loop just the page that is needed next: each reference "
		"faults, at the speed of the disk. OPT would keep part of the loop.",
	.pins = "The budget is that of a space of /dev/vmlab. Nothing is prefetched. Counts "
		"are made in stepping mode, times without; the shortest of 16 counts.",
	.reads = "module/pager/bring.c, module/pager/evict.c\n"
		 "mm/workingset.c: workingset_refault(), how Linux notices it",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(thrashing);
