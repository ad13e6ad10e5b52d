// SPDX-License-Identifier: GPL-2.0
/* vmlab compare: the same command with several policies and budgets. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "cmd/run_arguments.h"
#include "model/compare.h"
#include "model/parse.h"
#include "run/session.h"
#include "show/compare.h"
#include "show/terminal.h"
#include "sys/output.h"
#include "sys/xalloc.h"

enum {
	OPT_POLICIES = 0x100, OPT_BUDGETS, OPT_RUNS, OPT_SEED, OPT_PREFETCH, OPT_HUGE, OPT_SVG,
	OPT_TIMEOUT,
};

enum { RUNS_MAX = 1000, CODE_INTERRUPTED = 130 };

static const struct option_spec options[] = {
	{ "policies", OPT_POLICIES, "LIST", NULL,
	  "policies to try (default fifo,clock,lru): names, or FILE.bpf.o" },
	{ "budgets", OPT_BUDGETS, "LIST", NULL,
	  "budgets to try (default 25%,50%,75%): sizes, % of the peak, none" },
	{ "runs", OPT_RUNS, "N", NULL, "run the command N times with each (default 1)" },
	{ "timeout", OPT_TIMEOUT, "TIME", NULL,
	  "kill a run that takes longer, and go on with the next (default: no limit)" },
	{ "seed", OPT_SEED, "N", NULL, "seed of the random policy (default 0)" },
	{ "prefetch", OPT_PREFETCH, "KIND", "none next:8 stride:8 whole",
	  "pages to prefetch: none (default), next:N, stride:N, whole" },
	{ "huge", OPT_HUGE, NULL, NULL, "huge frames of 2 MiB where possible" },
	{ "svg", OPT_SVG, "FILE", NULL,
	  "write the curves to FILE as SVG, '-' is standard output" },
	{ 0 },
};

/**
 * struct policy - a policy to try
 * @name: as it was given, within struct request.policy_list
 * @paging: its numbers
 * @attached: of a file, else NULL
 */
struct policy {
	const char *name;
	struct vmlab_paging paging;
	struct policy_attached *attached;
};

/**
 * struct request - the command line
 * @plan: what all runs have in common
 * @policy_list, @budget_list: copies of the options
 * @start: where standard input begins, or -1 when it cannot be read again
 */
struct request {
	struct run_plan plan;
	char *policy_list, *budget_list;
	struct policy policies[COMPARE_LIST_MAX];
	size_t nr_policies;
	struct compare_budget budgets[COMPARE_LIST_MAX];
	size_t nr_budgets;
	uint64_t runs;
	bool seed_given;
	struct output svg;
	off_t start;
};

/* --- the command line --------------------------------------------------------------- */

static int parse_policies(struct request *q, const char *list)
{
	const char *name[COMPARE_LIST_MAX];
	int err;

	free(q->policy_list);
	q->policy_list = check_alloc(strdup(list));
	err = parse_list(q->policy_list, COMPARE_LIST_MAX, name, &q->nr_policies);
	for (size_t i = 0; !err && i < q->nr_policies; i++) {
		q->policies[i] = (struct policy){ .name = name[i] };
		if (!strcmp(name[i], "opt"))
			err = -EINVAL;
	}
	return err;
}

static int parse_budgets(struct request *q, const char *list)
{
	free(q->budget_list);
	q->budget_list = check_alloc(strdup(list));
	return compare_budgets_parse(q->budget_list, (uint64_t)sysconf(_SC_PAGESIZE),
				     q->budgets, &q->nr_budgets);
}

static int parse_option(const struct cli *cli, void *request, int c)
{
	struct request *q = request;

	switch (c) {
	case OPT_POLICIES:
		if (parse_policies(q, optarg))
			return cli_bad_value(cli, "give up to 32 different policies of "
					     "'vmlab policy list' but opt, or files with "
					     "one in BPF, such as fifo,lru,./sieve.bpf.o");
		return EXIT_OK;
	case OPT_BUDGETS:
		if (parse_budgets(q, optarg))
			return cli_bad_value(cli, "give up to 32 different sizes of a page or "
					     "more, percentages from 1%% to 1000%%, or none, "
					     "such as 25%%,50%%,64M");
		return EXIT_OK;
	case OPT_RUNS:
		return cli_number(cli, "runs", 1, RUNS_MAX, &q->runs);
	case OPT_TIMEOUT:
		return cli_duration(cli, 0.1, 1e9, &q->plan.timeout);
	case OPT_SEED:
		q->seed_given = true;
		return run_parse_seed(cli, &q->plan.paging);
	case OPT_PREFETCH:
		return run_parse_prefetch(cli, &q->plan.paging);
	case OPT_HUGE:
		q->plan.space_flags |= VMLAB_SPACE_HUGE;
		return EXIT_OK;
	default:
		q->svg.path = optarg;
		return EXIT_OK;
	}
}

static bool has_policy(const struct request *q, const char *name)
{
	for (size_t i = 0; i < q->nr_policies; i++)
		if (!strcmp(q->policies[i].name, name))
			return true;
	return false;
}

static int check(const struct cli *cli, void *request, int argc, char **argv)
{
	struct request *q = request;

	if (optind == argc)
		return cli_usage(cli, "nothing to run: give -- COMMAND");
	q->plan.command = argv + optind;
	if (q->seed_given && !has_policy(q, "random"))
		return cli_usage(cli, "--seed: only the random policy has a seed: give "
				 "--policies=random");
	if (output_is_stdout(&q->svg) && cli->json)
		return cli_usage(cli, "--svg -: --json excludes it: give a FILE");
	return EXIT_OK;
}

/* --- the runs ----------------------------------------------------------------------- */

/* Every run reads the same input: a file again from here, and nothing else. */
static void prepare_input(struct request *q)
{
	struct stat st;

	q->start = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (q->start >= 0 && !fstat(STDIN_FILENO, &st) && S_ISREG(st.st_mode))
		return;
	if (!fstat(STDIN_FILENO, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		cli_note("standard input is a pipe, which cannot be read once more for each run: "
			 "the command gets an empty one; give a file");
	q->start = -1;
	q->plan.input = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Run the command once; return an exit code, with the error reported. */
static int run_once(struct request *q, struct compare_cell *cell, size_t run)
{
	struct run_report report;
	struct failure failure;
	int code = EXIT_OK;

	if (q->start >= 0)
		lseek(STDIN_FILENO, q->start, SEEK_SET);
	if (run_command(&q->plan, &report, &failure)) {
		code = run_failed(&report, &failure);
	} else {
		cell->runs[run] = compare_run_take(&report);
		cell->nr = run + 1;
		if (report.nr_running && !report.timed_out)
			cli_note("%zu processes of the command still run, and take time from the "
				 "next run", report.nr_running);
		if (report.interrupted)
			code = CODE_INTERRUPTED;
	}
	run_report_free(&report);
	return code;
}

static void show_progress(const struct compare_cell *cell, size_t run, uint64_t runs)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s, %s: run %zu of %llu\033[K",
			cell->policy ? cell->policy : "no budget",
			cell->budget ? cell->budget->text : "first", run + 1,
			(unsigned long long)runs);
}

static void clear_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* The run without a budget: it has the peak, and shows that the command works. */
static int run_first(struct request *q, struct compare_result *result)
{
	const struct compare_run *failed;
	int code = EXIT_OK;

	for (size_t run = 0; !code && run < q->runs; run++) {
		show_progress(&result->first, run, q->runs);
		code = run_once(q, &result->first, run);
	}
	clear_progress();
	failed = compare_failed(&result->first);
	if (!code && failed)
		cli_note(failed->timed_out ? "the command takes too long without a budget, too: "
			 "the peak is that until it was killed" :
			 "the command fails without a budget, too: see STATUS");
	if (!code && !COMPARE_MEDIAN(&result->first, frames_peak))
		code = cli_error("no memory of the command was managed: 'vmlab run' says why");
	return code;
}

static int run_all(struct request *q, struct compare_result *result)
{
	const size_t nr = q->nr_policies * q->nr_budgets;
	int code = run_first(q, result);

	for (size_t b = 0; b < q->nr_budgets; b++)
		compare_budget_set(&q->budgets[b], COMPARE_MEDIAN(&result->first, frames_peak));
	/* the runs of one cell are apart, so that a change of the machine concerns all cells */
	for (size_t run = 0; !code && run < q->runs; run++) {
		for (size_t i = 0; !code && i < nr; i++) {
			const struct policy *p = &q->policies[i / q->nr_budgets];

			q->plan.paging.policy = p->paging.policy;
			q->plan.paging.policy_id = p->paging.policy_id;
			q->plan.paging.budget = q->budgets[i % q->nr_budgets].pages;
			show_progress(&result->cells[i], run, q->runs);
			code = run_once(q, &result->cells[i], run);
		}
	}
	clear_progress();
	return code;
}

static struct compare_run *alloc_runs(const struct request *q)
{
	return check_alloc(calloc(q->runs, sizeof(struct compare_run)));
}

static int print(const struct cli *cli, struct request *q, const struct compare_result *r)
{
	const struct table_options *t = &cli->table;
	struct failure failure;

	if (q->svg.file) {
		compare_svg(q->svg.file, r);
		if (!output_is_stdout(&q->svg) && output_close(&q->svg, &failure))
			return cli_failure(&failure);
	}
	if (cli->json) {
		compare_print_json(r);
	} else if (!output_is_stdout(&q->svg)) {
		compare_print(cli->colour, r);
		if (q->nr_budgets > 1 && !t->output && !t->raw && !t->no_headings) {
			putchar('\n');
			compare_draw(stdout, cli->colour, terminal_columns(STDOUT_FILENO), r);
		}
	}
	return EXIT_OK;
}

/* Say that some runs failed; return the exit code for it. */
static int report_failed(const struct compare_result *r)
{
	size_t failed = !!compare_failed(&r->first);

	for (size_t i = 0; i < r->nr_policies * r->nr_budgets; i++)
		failed += !!compare_failed(&r->cells[i]);
	return failed ? cli_error("the command failed in %zu of %zu rows: see STATUS", failed,
				  r->nr_policies * r->nr_budgets + 1) :
			EXIT_OK;
}

static int compare(const struct cli *cli, struct request *q)
{
	const size_t nr = q->nr_policies * q->nr_budgets;
	const char *names[COMPARE_LIST_MAX] = { NULL };
	struct compare_result result = {
		.command = q->plan.command,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.first = { .runs = alloc_runs(q) },
		.cells = check_alloc(calloc(nr, sizeof(*result.cells))),
		.policies = names,
		.nr_policies = q->nr_policies,
		.budgets = q->budgets,
		.nr_budgets = q->nr_budgets,
	};
	int code;

	for (size_t i = 0; i < q->nr_policies; i++)
		names[i] = q->policies[i].name;
	for (size_t i = 0; i < nr; i++)
		result.cells[i] = (struct compare_cell){
			.policy = names[i / q->nr_budgets],
			.budget = &q->budgets[i % q->nr_budgets],
			.runs = alloc_runs(q),
		};
	code = run_all(q, &result);
	if (!code)
		code = print(cli, q, &result);
	if (!code)
		code = report_failed(&result);
	free(result.first.runs);
	for (size_t i = 0; i < nr; i++)
		free(result.cells[i].runs);
	free(result.cells);
	return code;
}

static int find_policies(const struct cli *cli, struct request *q, const struct vmlab *lab)
{
	int err = run_check_huge(lab, q->plan.space_flags);

	for (size_t i = 0; !err && i < q->nr_policies; i++) {
		struct policy *p = &q->policies[i];

		err = run_find_policy(cli, lab, "--policies", p->name, &p->paging, &p->attached);
		if (err)
			p->attached = NULL;
	}
	return err;
}

static int perform(const struct cli *cli, struct request *q)
{
	struct failure failure, ignored;
	int err;

	if (output_open(&q->svg, &failure))
		return cli_failure(&failure);
	q->plan.output = open("/dev/null", O_WRONLY | O_CLOEXEC);
	prepare_input(q);
	err = compare(cli, q);
	if (q->plan.output >= 0)
		close(q->plan.output);
	if (q->plan.input >= 0)
		close(q->plan.input);
	output_close(&q->svg, &ignored);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	static const struct run_syntax syntax = { options, parse_option, check };
	struct request q = {
		.runs = 1,
		.plan = RUN_PLAN_DEFAULT,
	};
	struct vmlab *lab;
	int err;

	parse_policies(&q, "fifo,clock,lru");
	parse_budgets(&q, "25%,50%,75%");
	if (run_begin(cli, argc, argv, &syntax, &q, &lab, &err)) {
		err = find_policies(cli, &q, lab);
		vmlab_close(lab);
		if (!err)
			err = perform(cli, &q);
	}
	for (size_t i = 0; i < q.nr_policies; i++)
		policy_detach(q.policies[i].attached);
	free(q.policy_list);
	free(q.budget_list);
	return err;
}

static const char help[] =
	"Runs COMMAND as 'vmlab run' does, first without a budget, then with each policy\n"
	"at each budget, and shows how many page faults and how much time each took.\n"
	"\n"
	"The standard output of COMMAND is discarded, its standard error is not.  Each\n"
	"run reads a file on standard input from where it is now; any other input is\n"
	"empty.  A COMMAND that changes files must be able to do so several times.\n"
	"\n"
	"BUDGET     of each process of COMMAND; a percentage is one of the peak, the most\n"
	"           memory that was resident at once in the run without a budget\n"
	"SIZE       the same in bytes\n"
	"FAULTS     calls of the module's fault handler\n"
	"FILLED     those that filled a frame: page faults as a textbook counts them\n"
	"REFAULTS   frames filled after an eviction\n"
	"EVICTED    frames evicted; STORED: with contents written to the swap store\n"
	"IN_FAULTS  time in the fault handler, of all threads\n"
	"TIME       from the start of COMMAND to its end\n"
	"SLOWER     TIME divided by that without a budget\n"
	"STATUS     ok, or how the first run that failed ended; timeout: see below\n"
	"\n"
	"With --runs=N each number is the median of N runs; --output also has TIME_MIN,\n"
	"TIME_MAX and RUNS, and --json has each run.  The curves show FILLED against\n"
	"BUDGET.\n"
	"\n"
	"With --timeout=TIME, all processes of a run that takes longer are killed; its\n"
	"numbers end there: a policy that evicts what COMMAND needs next can\n"
	"take hundreds of times as long.  Such a run has failed.\n"
	"\n"
	"When COMMAND fails in any run, the exit code is 1.  It is 127 when COMMAND was\n"
	"not found, 126 when it cannot be run, and 130 after SIGINT, SIGTERM or SIGHUP.\n"
	"\n"
	"Example: which policy suits sort with half of its memory?\n"
	"  vmlab compare --policies fifo,clock,lru,random --budgets 50% -- sort words\n"
	"Example: a policy of your own, five runs each, and a picture\n"
	"  vmlab compare --policies lru,./sieve.bpf.o --runs 5 --svg x.svg -- sort words\n";

const struct command cmd_compare = {
	.name = "compare",
	.group = GROUP_MEMORY,
	.operands = "-- COMMAND [ARG...]",
	.operand = OPERAND_COMMAND,
	.more_operands = OPERANDS_ANY,
	.summary = "run a command with several policies and budgets",
	.help = help,
	.options = options,
	.tables = compare_tables,
	.run = run,
};
