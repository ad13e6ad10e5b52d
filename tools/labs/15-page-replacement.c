// SPDX-License-Identifier: GPL-2.0
/* Lab 15: page replacement gives the numbers of the textbooks. */
#include <stdio.h>
#include <string.h>

#include "labs/replacement.h"

enum { CURVE_MAX = 8 };

/* published reference strings; pages are single digits */
static const struct string {
	const char *name;
	const char *digits;
} strings[] = {
	{ "silberschatz", "70120304230321201701" },
	{ "belady", "123412512345" },
	{ "exercise", "12342156212376321236" },
};

static const struct policy {
	const char *name;
	uint32_t policy;
} policies[] = {
	{ "FIFO", VMLAB_POLICY_FIFO },	 { "LRU", VMLAB_POLICY_LRU },
	{ "CLOCK", VMLAB_POLICY_CLOCK }, { "LFU", VMLAB_POLICY_LFU },
	{ "OPT", VMLAB_POLICY_OPT },
};

enum { NR_POLICIES = sizeof(policies) / sizeof(policies[0]) };

/* the numbers that books print */
static const struct book {
	const char *key;
	const char *string;
	uint32_t policy;
	size_t frames, faults;
	const char *what;
	const char *source;
} books[] = {
	{ "fifo", "silberschatz", VMLAB_POLICY_FIFO, 3, 15,
	  "FIFO, 3 frames, 7,0,1,2,0,3,0,4,2,3,0,3,2,1,2,0,1,7,0,1",
	  "Silberschatz, Galvin, Gagne, Operating System Concepts" },
	{ "lru", "silberschatz", VMLAB_POLICY_LRU, 3, 12,
	  "LRU, the same string", "the same book" },
	{ "opt", "silberschatz", VMLAB_POLICY_OPT, 3, 9,
	  "OPT, the same string", "the same book" },
	{ "belady-3", "belady", VMLAB_POLICY_FIFO, 3, 9,
	  "FIFO, 3 frames, 1,2,3,4,1,2,5,1,2,3,4,5",
	  "Belady, Nelson, Shedler 1969" },
	{ "belady-4", "belady", VMLAB_POLICY_FIFO, 4, 10,
	  "FIFO, 4 frames, the same string", "Belady's anomaly: one more" },
	{ "stack-3", "belady", VMLAB_POLICY_LRU, 3, 10,
	  "LRU, 3 frames, the same string",
	  "LRU keeps a subset of what it keeps with 4 frames" },
	{ "stack-4", "belady", VMLAB_POLICY_LRU, 4, 8,
	  "LRU, 4 frames, the same string", "so it has no anomaly" },
};

enum { NR_BOOKS = sizeof(books) / sizeof(books[0]) };

static const struct lab_param params[] = {
	{ "string", "exercise", "belady silberschatz exercise", 0, 0,
	  "the published string that the curves are made of" },
	{ "frames", "7", NULL, 1, CURVE_MAX, "the curves end at so many frames" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "policy", "evict by FIFO whatever the policy should be" },
	{ "budget", "give one frame more than the string assumes" },
	{ "stepping", "let the policy see first accesses only" },
	{ 0 },
};

/* Write the pages of a string to @pages and return how many. */
static size_t get_string(const char *name, uint64_t pages[32])
{
	const char *digits = strings[0].digits;
	size_t nr;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (!strcmp(strings[i].name, name))
			digits = strings[i].digits;
	for (nr = 0; digits[nr]; nr++)
		pages[nr] = (uint64_t)(digits[nr] - '0');
	return nr;
}

static void predict(struct lab_run *run)
{
	static const size_t budgets[CURVE_MAX] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	size_t frames = lab_number(run, "frames");
	uint64_t pages[32];
	size_t nr;

	for (size_t i = 0; i < NR_BOOKS; i++) {
		const struct book *b = &books[i];

		nr = get_string(b->string, pages);
		if (lab_simulate(b->policy, b->frames, pages, nr) != b->faults)
			lab_fail(run, "%s: the simulation contradicts the book",
				 b->what);
		lab_predict(run, b->key, b->what, (double)b->faults, "faults",
			    "%s", b->source);
	}
	nr = get_string(lab_word(run, "string"), pages);
	for (size_t i = 0; i < NR_POLICIES; i++) {
		const struct policy *p = &policies[i];
		char key[32], what[64], text[LAB_LIST];

		lab_simulate_list(p->policy, budgets, frames, pages, nr, text);
		snprintf(key, sizeof(key), "curve-%s", p->name);
		snprintf(what, sizeof(what), "%s, faults with 1 to %zu frames",
			 p->name, frames);
		lab_predict_words(run, key, what, text,
				  "simulation of the string '%s', %zu references",
				  lab_word(run, "string"), nr);
	}
}

static uint64_t faults(struct lab_run *run, uint32_t policy, size_t frames,
		       const uint64_t *pages, size_t nr)
{
	if (lab_broken(run, "policy"))
		policy = VMLAB_POLICY_FIFO;
	return lab_paging_run(run, policy,
			      frames + lab_broken(run, "budget"),
			      lab_broken(run, "stepping") ?
				      0 :
				      VMLAB_PAGING_STEPPING,
			      pages, nr);
}

static void experiment(struct lab_run *run)
{
	size_t frames = lab_number(run, "frames");
	unsigned int plot;
	uint64_t pages[32];
	size_t nr;

	lab_step(run, "map /dev/vmlab with VMLAB_PAGING_STEPPING, so that each "
		      "access to another page faults and the policy sees it");
	for (size_t i = 0; i < NR_BOOKS; i++) {
		const struct book *b = &books[i];

		nr = get_string(b->string, pages);
		lab_step(run, "%s: read the %zu pages, count the fills", b->what,
			 nr);
		lab_measure(run, b->key,
			    (double)faults(run, b->policy, b->frames, pages,
					   nr));
	}
	nr = get_string(lab_word(run, "string"), pages);
	lab_step(run, "play '%s' under %d policies with 1 to %zu frames",
		 lab_word(run, "string"), (int)NR_POLICIES, frames);
	plot = lab_plot(run, "Faults against frames: more frames help every policy "
			     "but FIFO, which Belady's string can make worse",
			"frames", "faults", 0);
	for (size_t i = 0; i < NR_POLICIES; i++) {
		const struct policy *p = &policies[i];
		unsigned int series = lab_series(run, plot, p->name);
		char key[32], text[LAB_LIST] = "";

		for (size_t f = 1; f <= frames; f++) {
			uint64_t n = faults(run, p->policy, f, pages, nr);

			lab_list_append(text, n);
			lab_point(run, plot, series, (double)f, (double)n);
		}
		snprintf(key, sizeof(key), "curve-%s", p->name);
		lab_measure_words(run, key, "%s", text);
	}
}

static const struct lab page_replacement = {
	.number = 15,
	.name = "page-replacement",
	.title = "page replacement gives the numbers of the textbooks",
	.question = "How many faults do FIFO, LRU, clock, LFU and OPT have on the "
		    "strings that books print?",
	.idea = "A program owns a budget of frames. A reference to a page that is "
		"not resident faults; when the budget is used up, the policy "
		"names the victim. OPT needs the future and is the lower bound. "
		"LRU and OPT are stack algorithms: what they keep with n frames "
		"is a subset of what they keep with n + 1, so more frames never "
		"hurt. FIFO is none: Belady's anomaly.",
	.pins = "Stepping mode unmaps all pages but the last, so that the policy "
		"sees each reference, as the books assume; a repeated reference "
		"is unmapped first. Nothing is prefetched. One thread. Faults "
		"are fills of the space, which no other memory of the process "
		"can disturb. Ties of LFU are broken by FIFO; the clock sets the "
		"bit at load.",
	.reads = "module/pager/bring.c, module/pager/evict.c: the budget\n"
		 "module/policy/: one file a policy\n"
		 "mm/vmscan.c: shrink_inactive_list(), Linux's own approximation",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(page_replacement);
