// SPDX-License-Identifier: GPL-2.0
/* vmlab replay: a reference string through paging policies, access by access. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/paging_common.h"
#include "cmd/replay_arguments.h"
#include "paging/replay.h"
#include "show/replay.h"
#include "show/replay_curve.h"
#include "show/replay_steps.h"
#include "show/terminal.h"
#include "sys/clock.h"
#include "sys/xalloc.h"

#define PROGRESS_SECONDS 0.5

/**
 * struct progress - how far a long replay is
 * @references: accesses of each run
 * @last: when a line was printed last, or when the replay began
 * @shown: there is a line to clear
 */
struct progress {
	size_t references;
	double last;
	bool shown;
};

static void show_progress(void *arg, const struct replay_outcome *run,
			  size_t done)
{
	struct progress *progress = arg;
	double now = clock_now();

	if (now - progress->last < PROGRESS_SECONDS)
		return;
	progress->last = now;
	progress->shown = true;
	fprintf(stderr, "\r%s, %llu frames: %zu%% ", run->name,
		(unsigned long long)run->frames,
		100 * done / progress->references);
}

static int run_all(const struct cli *cli, const struct vmlab *lab,
		   struct replay_arguments *a, const struct replay_runs *runs)
{
	struct progress progress = {
		.references = a->replay.ref.nr,
		.last = clock_now(),
	};
	struct failure failure;
	int err = EXIT_OK;

	for (size_t i = 0; !err && i < runs->nr_policies * runs->nr_frames; i++)
		err = paging_find_policy(cli, lab, "--policy",
					 runs->run[i].name,
					 &runs->run[i].policy,
					 &runs->run[i].policy_id);
	if (err)
		return err;
	if (isatty(STDERR_FILENO)) {
		a->replay.on_progress = show_progress;
		a->replay.arg = &progress;
	}
	for (size_t i = 0; !err && i < runs->nr_policies * runs->nr_frames; i++)
		err = replay_run(lab, &a->replay, &runs->run[i], &failure);
	a->replay.on_progress = NULL;
	a->replay.arg = NULL;
	if (progress.shown)
		fprintf(stderr, "\r%60s\r", "");
	return err ? cli_failure(&failure) : EXIT_OK;
}

static void print_tables(const struct cli *cli,
			 const struct replay_arguments *a,
			 const struct replay_runs *runs)
{
	const struct table_options *t = &cli->table;
	unsigned int columns = terminal_columns(STDOUT_FILENO);

	if (a->curve) {
		replay_print_curves(cli->colour, runs);
		if (t->output || t->raw || t->no_headings)
			return;
		putchar('\n');
		replay_draw_curves(stdout, cli->colour, columns, runs);
		return;
	}
	if (a->steps && (t->output || t->raw || t->no_headings))
		replay_print_step_rows(cli->colour, &a->replay.ref, runs);
	else if (a->steps)
		replay_draw_steps(stdout, cli->colour, columns, &a->replay.ref,
				  runs);
	replay_print_outcomes(cli->colour, runs);
}

/* Evictions that fifo decided say nothing about the policy of the row. */
static void warn_fallbacks(const struct replay_runs *runs)
{
	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++) {
		const struct replay_outcome *run = &runs->run[i];

		if (run->fallbacks)
			cli_note("policy '%s' with %llu frames named no page that "
				 "can be evicted in %llu of %llu evictions: fifo "
				 "decided them", run->name,
				 (unsigned long long)run->frames,
				 (unsigned long long)run->fallbacks,
				 (unsigned long long)run->evicted);
	}
}

static int print(const struct cli *cli, struct replay_arguments *a,
		 const struct replay_runs *runs)
{
	struct failure failure;

	if (a->svg.file) {
		replay_curves_svg(a->svg.file, runs);
		if (output_close(&a->svg, &failure))
			return cli_failure(&failure);
	}
	if (cli->json)
		replay_print_json(&a->replay.ref, runs, a->file, a->curve);
	else if (!output_is_stdout(&a->svg))
		print_tables(cli, a, runs);
	warn_fallbacks(runs);
	return EXIT_OK;
}

/* Make a run for each policy and each budget. */
static struct replay_runs plan(const struct replay_arguments *a)
{
	struct replay_runs runs = {
		.nr_policies = a->nr_policies,
		.nr_frames = a->nr_frames,
	};

	runs.run = check_alloc(calloc(runs.nr_policies * runs.nr_frames,
				      sizeof(*runs.run)));
	for (size_t p = 0; p < a->nr_policies; p++)
		for (size_t f = 0; f < a->nr_frames; f++)
			runs.run[p * a->nr_frames + f] =
				(struct replay_outcome){
					.name = a->policy[p],
					.frames = a->frames[f],
				};
	return runs;
}

static int replay(const struct cli *cli, struct replay_arguments *a)
{
	struct replay_runs runs = plan(a);
	struct failure failure, ignored;
	struct vmlab *lab;
	int err;

	err = cli_open(&lab);
	if (err)
		goto out;
	err = output_open(&a->svg, &failure) ? cli_failure(&failure) :
					       run_all(cli, lab, a, &runs);
	if (!err)
		err = print(cli, a, &runs);
	output_close(&a->svg, &ignored);
	vmlab_close(lab);
out:
	for (size_t i = 0; i < runs.nr_policies * runs.nr_frames; i++)
		replay_log_free(&runs.run[i].log);
	free(runs.run);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct replay_arguments a = { 0 };
	int err;

	if (replay_arguments_parse(cli, &a, argc, argv) == CLI_STOP)
		err = cli->exit_code;
	else
		err = replay(cli, &a);
	replay_arguments_free(&a);
	return err;
}

static const char help[] =
	"STRING is a reference string: page numbers, or letters from A to Z, with commas\n"
	"or blanks between; - reads it from standard input.  Each is an access to that\n"
	"page of a real mapping with a budget of --frames, and the page faults are those\n"
	"that the kernel counts.  r or w after a reference makes it a read or a write:\n"
	"1w,2r,3.  --file replays a trace instead, a line an access: 0041f7a0 R, also\n"
	"0x41f7a0 w or R 41f7a0; the pages have the size of the mapping's, and lines that\n"
	"begin with # are skipped.\n"
	"\n"
	"The policy decides as in a textbook, because it sees each access: the space runs\n"
	"in stepping mode, where each access to another page than the one before it\n"
	"faults.  fifo and random ignore accesses to resident pages, and run without it.\n"
	"\n"
	"POLICY      fifo          evicts the page that has been resident the longest\n"
	"            second-chance as fifo, but a page whose reference bit is set goes to\n"
	"                          the end of the queue once, with the bit cleared\n"
	"            clock         the queue as a circle with a hand; it evicts the same\n"
	"                          pages as second-chance, and is the same policy here\n"
	"            lru, mru      evict the least, or the most, recently used page\n"
	"            lfu           evicts the page with the fewest accesses since it was\n"
	"                          loaded, the one that loaded it included; --lfu-ties\n"
	"                          decides among equals: fifo, the longest resident, or\n"
	"                          lru\n"
	"            random        evicts any page, by --seed\n"
	"            opt           evicts the page whose next access lies farthest ahead;\n"
	"                          of those without one, the longest resident\n"
	"            or a BPF policy, see 'vmlab policy'\n"
	"FRAMES      the budget: at most so many pages are resident\n"
	"FAULTS      accesses whose page was not resident; the other accesses are HITS\n"
	"HIT%        hits of 100 accesses\n"
	"EVICTED     pages evicted\n"
	"SAVED       dirty write-outs: evicted pages that were written since they were\n"
	"            last saved, so that the kernel saved their contents to the swap\n"
	"            store\n"
	"FALLBACKS   of a BPF policy: evictions for which it named no page that can be\n"
	"            evicted, so that fifo decided; a note says so\n"
	"\n"
	"--clock-load=0 leaves the reference bit clear when a page is loaded, so that\n"
	"only a later access sets it; textbooks differ.  --loaded reads its pages in this\n"
	"order before the string begins, and counts neither faults nor evictions for\n"
	"them.\n"
	"\n"
	"--steps draws the page in each frame after each access; '.' is a free frame, -4\n"
	"after 'fault' is the evicted page.  With --output, --raw or --noheadings it\n"
	"prints a row an access instead, with the RESIDENT pages, the longest resident\n"
	"first.\n"
	"\n"
	"--curve prints a column for each policy, draws it, and names each budget that\n"
	"has more faults than a smaller one.  The highest budget is that of --frames, or\n"
	"the number of different pages, at most 32.\n"
	"\n"
	"Example: letters, and frames that are loaded at the beginning\n"
	"  $ vmlab replay --steps --policy fifo,lru --loaded A,B,C A,Dw,A\n"
	"  STEP  PAGE   fifo, 3 frames    lru, 3 frames\n"
	"     1    A    A B C  hit        A B C  hit\n"
	"     2    Dw   D B C  fault -A   A D C  fault -B\n"
	"     3    A    D A C  fault -B   A D C  hit\n"
	"\n"
	"  POLICY  FRAMES  REFERENCES  FAULTS  HITS  HIT%  EVICTED  SAVED\n"
	"  fifo         3           3       2     1  33.3        2      0\n"
	"  lru          3           3       1     2  66.7        1      0\n"
	"Example: Belady's anomaly, FIFO with more faults on more frames\n"
	"  vmlab replay --frames 3,4 --policy fifo,lru,opt 1,2,3,4,1,2,5,1,2,3,4,5\n"
	"Example: every step of it\n"
	"  vmlab replay --steps --policy fifo,lru,opt 1,2,3,4,1,2,5,1,2,3,4,5\n"
	"Example: faults against frames\n"
	"  vmlab replay --curve --policy fifo,lru,opt 1,2,3,4,1,2,5,1,2,3,4,5\n"
	"Example: a trace\n"
	"  vmlab replay --file gzip.trace --policy lru,clock --frames 64\n";

const struct command cmd_replay = {
	.name = "replay",
	.group = GROUP_MEMORY,
	.operands = "STRING | --file FILE",
	.more_operands = 1,
	.summary = "run a reference string through paging policies",
	.help = help,
	.options = replay_options,
	.tables = replay_tables,
	.run = run,
};
