// SPDX-License-Identifier: GPL-2.0
/* vmlab run: a command whose memory is managed by the module. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "cmd/run_arguments.h"
#include "model/paging_words.h"
#include "run/session.h"
#include "show/json.h"
#include "show/paging.h"
#include "show/run.h"
#include "sys/output.h"

enum { OPT_BUDGET = 0x100, OPT_POLICY, OPT_SEED, OPT_PREFETCH, OPT_HUGE };

static const struct option_spec options[] = {
	{ "budget", OPT_BUDGET, "SIZE", NULL,
	  "at most so much memory of each process stays resident" },
	{ "policy", OPT_POLICY, "NAME", "fifo clock lru mru lfu random",
	  "what to evict: fifo (default)..., or a FILE.bpf.o" },
	{ "seed", OPT_SEED, "N", NULL, "seed of the random policy (default 0)" },
	{ "prefetch", OPT_PREFETCH, "KIND", "none next:8 stride:8 whole",
	  "pages to prefetch: none (default), next:N, stride:N, whole" },
	{ "huge", OPT_HUGE, NULL, NULL, "huge frames of 2 MiB where possible" },
	{ "events", 'e', "FILE", NULL, "write the events of all spaces to FILE" },
	{ "rows", 'R', "N", NULL, "print N rows of each table, 0 for all (default 10)" },
	{ "output-file", 'o', "FILE", NULL,
	  "write the report to FILE, '-' is standard output" },
	{ 0 },
};

/**
 * struct request - the command line, and what is open meanwhile
 * @first_ns: time of the first event
 * @table: of the events, NULL for JSON
 */
struct request {
	struct run_plan plan;
	const char *policy;
	uint64_t budget;
	uint64_t rows;
	bool seed_given;
	bool rows_given;
	bool json;
	struct output events;
	struct output output;
	struct table *table;
	uint64_t first_ns;
};

static void write_events(void *arg, struct run_space *space,
			 const struct vmlab_event *events, size_t nr)
{
	struct request *q = arg;

	(void)space;
	if (!q->first_ns && nr)
		q->first_ns = events[0].time_ns;
	for (size_t i = 0; i < nr; i++) {
		if (q->json)
			json_print_line(q->events.file, paging_event_json(&events[i]));
		else
			paging_event_row(q->table, &events[i], q->first_ns);
	}
}

static int write_report(const struct cli *cli, struct request *q,
			const struct run_report *report, struct failure *failure)
{
	FILE *out = q->output.file ? q->output.file : stderr;

	if (q->json)
		run_print_json(out, report);
	else
		run_print(out, (out == stdout || out == stderr) && cli_colour_on(cli, fileno(out)),
			  (size_t)q->rows, report);
	return output_close(&q->output, failure);
}

static int perform(const struct cli *cli, struct request *q)
{
	const struct run_observer observer = { .arg = q, .on_events = write_events };
	struct failure failure, ignored;
	struct run_report report = { 0 };
	int code, err = output_open(&q->events, &failure);

	if (!err)
		err = output_open(&q->output, &failure);
	if (!err && q->events.file) {
		q->plan.observer = &observer;
		q->plan.event_mask = (1u << VMLAB_EVENT_NR) - 1;
		if (!q->json)
			q->table = paging_open_events(q->events.file, false);
	}
	if (!err)
		err = run_command(&q->plan, &report, &failure);
	if (q->table)
		table_close(q->table);
	if (!err)
		err = output_close(&q->events, &failure);
	if (!err)
		err = write_report(cli, q, &report, &failure);
	code = err ? run_failed(&report, &failure) : run_report_code(&report);
	output_close(&q->events, &ignored);
	output_close(&q->output, &ignored);
	run_report_free(&report);
	return code;
}

static void note_options(const struct request *q)
{
	const uint64_t pages = q->plan.paging.budget;
	uint32_t policy;

	if (q->policy && !pages && !paging_policy_parse(q->policy, &policy))
		cli_note("--policy: without --budget pages are evicted only when the system "
			 "lacks memory");
	if (pages && pages < SMALL_BUDGET)
		cli_note("--budget: %llu pages are few: one instruction can access several, so "
			 "the command is slow, and some frames are above the budget",
			 (unsigned long long)pages);
}

static int check(const struct cli *cli, void *request, int argc, char **argv)
{
	struct request *q = request;

	if (optind == argc)
		return cli_usage(cli, "nothing to run: give -- COMMAND");
	q->plan.command = argv + optind;
	q->json = cli->json;
	q->plan.paging.budget = run_budget_pages(q->budget);
	if (q->seed_given && (!q->policy || strcmp(q->policy, "random")))
		return cli_usage(cli, "--seed: only the random policy has a seed: give "
				 "--policy=random");
	if (output_is_stdout(&q->events) && output_is_stdout(&q->output))
		return cli_usage(cli, "only one of --events and --output-file can be '-', "
				 "standard output: give a FILE for the other");
	if (q->rows_given && cli->json)
		return cli_usage(cli, "--rows cuts tables: it excludes --json");
	return EXIT_OK;
}

static int parse_option(const struct cli *cli, void *request, int c)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct request *q = request;

	switch (c) {
	case OPT_BUDGET:
		return cli_size(cli, page, UINT64_MAX, &q->budget);
	case OPT_POLICY:
		if (!*optarg || !strcmp(optarg, "opt"))
			return cli_bad_value(cli, "give a policy of 'vmlab policy list' but "
					     "opt, or a file with one in BPF, such as "
					     "./sieve.bpf.o");
		q->policy = optarg;
		return EXIT_OK;
	case OPT_SEED:
		q->seed_given = true;
		return run_parse_seed(cli, &q->plan.paging);
	case OPT_PREFETCH:
		return run_parse_prefetch(cli, &q->plan.paging);
	case OPT_HUGE:
		q->plan.space_flags |= VMLAB_SPACE_HUGE;
		return EXIT_OK;
	case 'e':
		q->events.path = optarg;
		return EXIT_OK;
	case 'R':
		q->rows_given = true;
		return cli_number(cli, "rows (0: all)", 0, UINT64_MAX, &q->rows);
	default:
		q->output.path = optarg;
		return EXIT_OK;
	}
}

static int run(struct cli *cli, int argc, char **argv)
{
	static const struct run_syntax syntax = { options, parse_option, check };
	struct request q = {
		.rows = 10,
		.plan = RUN_PLAN_DEFAULT,
	};
	struct policy_attached *attached = NULL;
	struct vmlab *lab;
	int err;

	if (!run_begin(cli, argc, argv, &syntax, &q, &lab, &err))
		return err;
	err = run_check_huge(lab, q.plan.space_flags);
	if (!err && q.policy)
		err = run_find_policy(cli, lab, "--policy", q.policy, &q.plan.paging, &attached);
	/* each open file of the device has a space: leave those of the command alone */
	vmlab_close(lab);
	if (!err) {
		note_options(&q);
		err = perform(cli, &q);
	}
	policy_detach(attached);
	return err;
}

static const char help[] =
	"Runs COMMAND with its heap and its other anonymous memory in spaces of vmlab,\n"
	"one for each process, so that a budget and a policy hold for it, and reports\n"
	"what they did.  COMMAND is any dynamically linked program, or a script: a\n"
	"library that is preloaded (LD_PRELOAD) makes the mappings, and jemalloc is the\n"
	"allocator.  Output, exit code and signals are those of COMMAND.  After fork(2)\n"
	"the child has a copy of the parent's memory, copy-on-write, in a space of its\n"
	"own, with the same budget; execve(2) begins with an empty one.  Needs access to\n"
	"" VMLAB_DEVICE ", no privilege.\n"
	"\n"
	"Not managed, but measured: stacks that the kernel or the C library makes, .data\n"
	"and .bss, and mappings that " VMLAB_DEVICE " cannot provide, such as executable\n"
	"ones (given back).  Mappings of files and shared ones stay what they are.\n"
	"Processes that cannot load the library (statically linked, setuid) are listed;\n"
	"one that ends within a tenth of a second can be missed.\n"
	"\n"
	"COUNTER    sums over all spaces: filled is the number of page faults as a\n"
	"           textbook counts them, mapped those that found the page resident\n"
	"REFAULTED_AFTER  evictions between that of a page and its refault\n"
	"IN_FAULTS  time in the module's fault handler, of all threads\n"
	"PEAK       the most memory that was resident at once\n"
	"UNMANAGED  the most anonymous memory in no space, measured ten times a second\n"
	"NOTE       exec: the process ran another program before; fork: it is a copy of\n"
	"           its parent; running: it had not ended with COMMAND\n"
	"\n"
	"--budget counts bytes: 64M, or 1000p for pages.  The file of --events has the\n"
	"table of 'vmlab space --events', or with --json one object a line; the events\n"
	"of a process are in order.\n"
	"\n"
	"The report goes to standard error, or to the FILE of -o, and the exit code is\n"
	"that of COMMAND: 128+N when signal N ended it, 127 when it was not found, 126\n"
	"when it cannot be run or not be managed.  The codes below are those of vmlab\n"
	"itself.\n"
	"\n"
	"Example: sort with 16 MiB, and what the policy of a file does then\n"
	"  vmlab run --budget 16M --policy lru -- sort words >sorted\n"
	"  vmlab run --budget 16M --policy build/tools/policies/sieve.bpf.o -- sort words\n"
	"Example: how much memory does a program need at most?\n"
	"  vmlab run -- python3 -c 'print(sum(range(10**6)))'\n";

const struct command cmd_run = {
	.name = "run",
	.group = GROUP_MEMORY,
	.operands = "-- COMMAND [ARG...]",
	.operand = OPERAND_COMMAND,
	.more_operands = OPERANDS_ANY,
	.summary = "run a command with its memory under a budget and a policy",
	.help = help,
	.options = options,
	.tables = run_tables,
	.run = run,
};
