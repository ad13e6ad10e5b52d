// SPDX-License-Identifier: GPL-2.0
/* vmlab mrc: how many misses a command has, for any memory size. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "cmd/run_arguments.h"
#include "run/accesses.h"
#include "run/attach.h"
#include "show/mrc.h"
#include "show/terminal.h"
#include "sys/clock.h"
#include "sys/output.h"

enum {
	OPT_EXACT = 0x100, OPT_RATE, OPT_MAX_PAGES, OPT_WINDOW, OPT_SVG, OPT_HTML, OPT_VERIFY,
};

enum { CODE_INTERRUPTED = 130, MAX_PAGES = 8192, MAX_PAGES_LEAST = 64 };

static const struct option_spec options[] = {
	{ "exact", OPT_EXACT, NULL, NULL, "see all accesses, which can take 100 times as long" },
	{ "rate", OPT_RATE, "N", NULL, "sample one page of N, from 1 (default: adapt)" },
	{ "max-pages", OPT_MAX_PAGES, "N", NULL,
	  "track at most N pages of each process (default 8192)" },
	{ "window", OPT_WINDOW, "TIME", NULL,
	  "window of the working set (default: 1/20 of the run)" },
	{ "pid", 'p', "PID", NULL, "sample a process of 'vmlab run' instead of a command" },
	{ "duration", 'd', "TIME", NULL,
	  "with --pid, for so long (default: until it ends, or ^C)" },
	{ "svg", OPT_SVG, "FILE", NULL, "write the curve to FILE as SVG" },
	{ "html", OPT_HTML, "FILE", NULL, "write a page to FILE as HTML" },
	{ "verify", OPT_VERIFY, NULL, NULL,
	  "run again with three budgets, and show what was predicted" },
	{ "output-file", 'o', "FILE", NULL,
	  "write the report to FILE, '-' is standard output" },
	{ 0 },
};

/** struct request - the command line, and what is open meanwhile */
struct request {
	char *const *command;
	bool exact, verify, json;
	pid_t pid;
	uint64_t rate, max_pages;
	double window, duration;
	struct output svg, html, output;
};

static int parse_option(const struct cli *cli, void *request, int c)
{
	struct request *q = request;

	switch (c) {
	case OPT_EXACT:
		q->exact = true;
		return EXIT_OK;
	case OPT_RATE:
		return cli_number(cli, "pages", 1, VMLAB_SAMPLE_ALL, &q->rate);
	case OPT_MAX_PAGES:
		return cli_number(cli, "pages", MAX_PAGES_LEAST, UINT32_MAX, &q->max_pages);
	case OPT_WINDOW:
		return cli_duration(cli, 0.000001, 1000000, &q->window);
	case 'p':
		return cli_pid(cli, &q->pid);
	case 'd':
		return cli_duration(cli, 0.001, 1e9, &q->duration);
	case OPT_SVG:
		q->svg.path = optarg;
		return EXIT_OK;
	case OPT_HTML:
		q->html.path = optarg;
		return EXIT_OK;
	case OPT_VERIFY:
		q->verify = true;
		return EXIT_OK;
	default:
		q->output.path = optarg;
		return EXIT_OK;
	}
}

static int check(const struct cli *cli, void *request, int argc, char **argv)
{
	struct request *q = request;

	if (q->pid && optind != argc)
		return cli_usage(cli, "give a command or --pid=PID, not both");
	if (!q->pid && optind == argc)
		return cli_usage(cli, "nothing to run: give -- COMMAND or --pid=PID");
	if (q->duration > 0 && !q->pid)
		return cli_usage(cli, "--duration: a command has its own end: give --pid=PID");
	if (q->verify && q->pid)
		return cli_usage(cli, "--verify: only a COMMAND can run again");
	if (q->exact && (q->rate || q->max_pages))
		return cli_usage(cli, "--exact samples all pages: it excludes --rate and "
				 "--max-pages");
	if (output_is_stdout(&q->svg) + output_is_stdout(&q->html) +
	    output_is_stdout(&q->output) > 1)
		return cli_usage(cli, "only one of --svg, --html and --output-file can be '-', "
				 "standard output: give a FILE for the others");
	if (!q->pid)
		q->command = argv + optind;
	q->json = cli->json;
	return EXIT_OK;
}

/*
 * Run the command with a budget, and with LRU that sees each access; return an exit code,
 * with the error reported.
 */
static int verify_one(const struct request *q, struct mrc_verified *v)
{
	struct run_plan plan = {
		.command = q->command,
		.paging = {
			.budget = v->pages,
			.policy = VMLAB_POLICY_LRU,
			.flags = VMLAB_PAGING_SAMPLE,
			.sample = VMLAB_SAMPLE_ALL,
		},
		.input = open("/dev/null", O_RDONLY | O_CLOEXEC),
		.output = open("/dev/null", O_WRONLY | O_CLOEXEC),
	};
	struct run_report report;
	struct failure failure;
	int code = EXIT_OK;

	if (run_command(&plan, &report, &failure))
		code = run_failed(&report, &failure);
	else if (report.interrupted)
		code = CODE_INTERRUPTED;
	else
		v->measured = report.stats.filled;
	if (!code && report.status)
		cli_note("--verify: the command failed with a budget of %llu pages: the misses "
			 "are those until then", (unsigned long long)v->pages);
	run_report_free(&report);
	close(plan.input);
	close(plan.output);
	return code;
}

/* The runs that are complete are shown, and what the first one has found. */
static int verify(const struct request *q, struct mrc_result *r)
{
	const size_t nr = r->nr_verified;
	int code = EXIT_OK;

	for (r->nr_verified = 0; r->nr_verified < nr; r->nr_verified++) {
		code = verify_one(q, &r->verified[r->nr_verified]);
		if (code)
			break;
	}
	return code;
}

static int write_files(struct request *q, const struct mrc_result *r)
{
	struct failure failure;

	if (q->svg.file)
		mrc_svg(q->svg.file, r);
	if (q->html.file)
		mrc_html(q->html.file, r);
	if (output_close(&q->svg, &failure) || output_close(&q->html, &failure))
		return cli_failure(&failure);
	return EXIT_OK;
}

static int print(const struct cli *cli, struct request *q, const struct mrc_result *r)
{
	FILE *out = q->output.file ? q->output.file : stderr;
	const bool colour = (out == stdout || out == stderr) && cli_colour_on(cli, fileno(out));
	const struct table_options *t = &cli->table;
	struct failure failure;

	if (q->json) {
		mrc_print_json(out, r);
	} else {
		mrc_print(out, colour, r);
		if (!t->output && !t->raw && !t->no_headings) {
			fputc('\n', out);
			mrc_draw(out, colour, terminal_columns(fileno(out)), r);
		}
	}
	return output_close(&q->output, &failure) ? cli_failure(&failure) : EXIT_OK;
}

static int finish(const struct cli *cli, struct request *q, struct accesses *a, double seconds)
{
	struct mrc_result result = {
		.command = q->command,
		.pid = q->pid,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.lost = a->lost,
		.seconds = seconds,
		.in_faults = (double)a->in_faults_ns / 1e9,
	};
	int code, err;

	if (q->verify)
		mrc_verify_pages(&result, a->process, a->nr);
	mrc_make(&result, a->process, a->nr, (uint64_t)(q->window * 1e9));
	if (!result.tracked)
		cli_note("no access was seen, so that the curve says nothing: %s",
			 result.rate < 1 ? "give --rate a smaller number" :
					   "the process accessed none of its spaces meanwhile");
	code = verify(q, &result);
	err = write_files(q, &result);
	if (!err)
		err = print(cli, q, &result);
	mrc_free(&result);
	return code ? code : err;
}

/* Record the accesses of a process that runs. */
static int perform_pid(const struct cli *cli, struct request *q, struct accesses *a)
{
	const double begin = clock_now();
	struct failure failure;

	if (attach_accesses(a, q->pid, q->duration > 0 ? q->duration : INFINITY, &failure))
		return cli_failure(&failure);
	return finish(cli, q, a, clock_now() - begin);
}

/* Run the command once, and record its accesses; or those of a process. */
static int perform(const struct cli *cli, struct request *q)
{
	struct accesses a = {
		.sample = q->rate ? (uint32_t)(VMLAB_SAMPLE_ALL / q->rate) : VMLAB_SAMPLE_ALL,
		.max_pages = q->exact ? 0 : q->max_pages ? q->max_pages : MAX_PAGES,
		.adapt = !q->exact && !q->rate,
	};
	struct run_plan plan = { .command = q->command, .input = -1, .output = -1 };
	struct run_report report = { 0 };
	struct failure failure;
	int code;

	if (q->pid) {
		code = perform_pid(cli, q, &a);
		accesses_free(&a);
		return code;
	}
	/*
	 * Allocators choose offsets by the addresses that they get.  Where the curve falls
	 * steeply, another layout would have other misses.
	 */
	if (q->verify)
		personality((unsigned long)personality(0xffffffff) | ADDR_NO_RANDOMIZE);
	accesses_plan(&a, &plan);
	if (run_command(&plan, &report, &failure)) {
		code = run_failed(&report, &failure);
	} else if (!a.nr) {
		code = cli_error("no memory of the command was managed: 'vmlab run' says why");
	} else {
		/* ^C ends this run, and is not for three more */
		q->verify = q->verify && !report.interrupted;
		code = finish(cli, q, &a, report.seconds);
		if (!code)
			code = run_report_code(&report);
	}
	run_report_free(&report);
	accesses_free(&a);
	return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
	static const struct run_syntax syntax = { options, parse_option, check };
	struct failure failure, ignored;
	struct request q = { 0 };
	struct vmlab *lab;
	int err;

	if (!run_begin(cli, argc, argv, &syntax, &q, &lab, &err))
		return err;
	vmlab_close(lab);
	if (output_open(&q.svg, &failure) || output_open(&q.html, &failure) ||
	    output_open(&q.output, &failure))
		err = cli_failure(&failure);
	else
		err = perform(cli, &q);
	output_close(&q.svg, &ignored);
	output_close(&q.html, &ignored);
	output_close(&q.output, &ignored);
	return err;
}

static const char help[] =
	"Runs COMMAND as 'vmlab run' does, without a budget, and predicts how many misses\n"
	"(page faults that fill a frame) it would have with any: for LRU from the stack\n"
	"distances of its accesses, and for OPT, which knows the future.  An access is\n"
	"seen because the page is unmapped when another page is accessed.\n"
	"\n"
	"Each thread keeps the last five pages that it accessed mapped: its accesses to\n"
	"them are not seen.  When faults take more than 20% of the time, it keeps up to\n"
	"129, and one page of 7 at most; then fewer pages are seen: those whose hash is\n"
	"lowest (SHARDS), as also when more than --max-pages of a process were accessed.\n"
	"1024 pages are seen at least; 128 where fewer leave an error of 3% at most.  All\n"
	"others cost nothing.  A program whose accesses are spread at random over many\n"
	"pages can take ten times as long as below 'vmlab run', another hardly\n"
	"longer: the report says how long it was in faults.  The curve begins at one\n"
	"and a half times the pages kept.  ERROR is the standard error of LRU that\n"
	"follows from differences between eight parts of the sample, 0 with all pages in\n"
	"it.  --rate sets the rate and keeps no pages, whatever the time; --exact sees\n"
	"each access.\n"
	"\n"
	"BUDGET   memory of each process; with as much, LRU and OPT have so many misses,\n"
	"         the first accesses included, which no memory avoids\n"
	"RATIO    misses of LRU for each access to another page than those mapped\n"
	"EXTRA    misses of LRU beyond those with unlimited memory\n"
	"PAGES    BUDGET in pages; shown with --output\n"
	"knee     the size with the largest distance of the curve below its chord\n"
	"         (Kneedle): more memory gains less than before\n"
	"working set  how many pages were accessed within --window, over time\n"
	"PREDICTED, MEASURED, OFF  of --verify: misses of LRU by the curve, those of a\n"
	"         run with that budget, and how far the prediction is off\n"
	"\n"
	"Accesses of several processes are kept apart, and their misses added up.\n"
	"Repeated accesses to a page without another one between are not seen, nor those\n"
	"to a page that another thread just accessed: sizes of a few pages are\n"
	"uncertain with threads, and with a sample sizes of a few sampled pages.\n"
	"--pid samples a process that 'vmlab run' started, from its next access on: pages\n"
	"that it accessed before count as accessed before all others.  That takes the\n"
	"right to trace it (root), and ends a recording of 'vmlab run --events'.  The\n"
	"process is as fast as before afterwards; only after SIGKILL of vmlab mrc it is\n"
	"still sampled, and slow, until the next 'vmlab mrc --pid' ends.\n"
	"--verify runs COMMAND three times more, with a quarter, half and three quarters\n"
	"of the memory beyond which there are no more misses.  These runs are slow,\n"
	"because LRU sees each access; their standard input is empty, and all four runs\n"
	"are at the same addresses.  ^C ends all runs, and shows what was found by then.\n"
	"Without stepping, 'vmlab run --policy lru' sees few accesses to resident pages,\n"
	"and has more misses than LRU.\n"
	"\n"
	"The report goes to standard error, or to the FILE of -o, and the exit code is\n"
	"that of COMMAND, as for 'vmlab run'.\n"
	"\n"
	"Example: how much memory does sort need?\n"
	"  vmlab mrc -- sort words >sorted\n"
	"Example: ten seconds of a server\n"
	"  vmlab mrc --pid redis-server --duration 10\n"
	"Example: each access of a small program, and a test of the prediction\n"
	"  vmlab mrc --exact --verify -- ls\n";

const struct command cmd_mrc = {
	.name = "mrc",
	.group = GROUP_MEMORY,
	.operands = "-- COMMAND [ARG...] | --pid=PID",
	.operand = OPERAND_COMMAND,
	.more_operands = OPERANDS_ANY,
	.summary = "predict the misses of a command for any memory size",
	.help = help,
	.options = options,
	.tables = mrc_tables,
	.run = run,
};
