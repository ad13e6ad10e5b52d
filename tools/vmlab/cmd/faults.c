// SPDX-License-Identifier: GPL-2.0
/* vmlab faults: the page faults of a command or of a running process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "faults/gather.h"
#include "faults/process.h"
#include "show/faults.h"
#include "sys/output.h"

enum { OPT_FOLDED = 0x2000, OPT_VERBOSE };

static const struct option_spec options[] = {
	{ "pid", 'p', "PID", NULL,
	  "count faults of this process, until it ends or ^C" },
	{ "follow", 'f', NULL, NULL,
	  "with --pid: also of processes that it forks from now on" },
	{ "duration", 'd', "TIME", NULL, "with --pid: end after TIME" },
	{ "brief", 'b', NULL, NULL,
	  "count only totals and kinds: the least overhead" },
	{ "histogram", 'H', NULL, NULL, "print a histogram of latencies too" },
	{ "rows", 'R', "N", NULL, "print N rows of each table, 0 for all (default 10)" },
	{ "folded", OPT_FOLDED, "FILE", NULL,
	  "write stacks for a flame graph to FILE, '-' is standard output" },
	{ "output-file", 'o', "FILE", NULL,
	  "write the report to FILE, '-' is standard output" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print the messages of libbpf" },
	{ "top", 'R', "N", .hidden = true },
	{ "output", 'o', "FILE", .hidden = true },
	{ 0 },
};

struct request {
	struct faults_report report;
	struct faults_options session;
	struct output folded;
	struct output output;
	double duration; /* s, 0: no limit */
};

static int write_report(const struct cli *cli, struct request *q,
			struct failure *failure)
{
	FILE *out = q->output.file ? q->output.file : stdout;
	/* stacks on standard output: print nothing else there */
	bool report = !output_is_stdout(&q->folded) || q->output.file;
	int err = 0;

	if (q->folded.file) {
		faults_print_folded(&q->report, q->folded.file);
		err = output_close(&q->folded, failure);
	}
	if (report && cli->json) {
		faults_print_json(&q->report, out);
	} else if (report) {
		faults_merge(&q->report);
		faults_print(&q->report, out, cli->colour && out == stdout);
	}
	return err ? err : output_close(&q->output, failure);
}

static int measure(const struct cli *cli, struct request *q, int pidfd,
		   struct failure *failure)
{
	struct faults_report *r = &q->report;
	struct faults_session *session;
	int err = faults_open(&session, &q->session, failure);

	if (err)
		return err;
	err = r->command ? faults_run_command(r, failure) :
			   faults_watch_process(r, pidfd, q->duration, failure);
	if (!err) {
		err = faults_gather(r, session, &q->session);
		if (err)
			failure_set(failure, err, "cannot read the counters: %s",
				    strerror(-err));
		else
			err = write_report(cli, q, failure);
	}
	faults_release(r);
	faults_close(session);
	return err;
}

static int observe(const struct cli *cli, struct request *q)
{
	struct failure failure, ignored;
	int pidfd = -1, err = 0;

	if (q->report.pid)
		err = faults_open_process(q->report.pid, &pidfd, &failure);
	if (!err)
		err = output_open(&q->folded, &failure);
	if (!err)
		err = output_open(&q->output, &failure);
	if (!err)
		err = measure(cli, q, pidfd, &failure);
	output_close(&q->folded, &ignored);
	output_close(&q->output, &ignored);
	if (pidfd >= 0)
		close(pidfd);
	return err ? cli_failure(&failure) : EXIT_OK;
}

static int check(const struct cli *cli, struct request *q, int argc,
		 char **argv)
{
	struct faults_report *r = &q->report;

	if (optind < argc)
		r->command = argv + optind;
	if (r->command && r->pid)
		return cli_usage(cli, "give a command or --pid=PID, not both");
	if (!r->command && !r->pid)
		return cli_usage(cli,
				 "nothing to count: give --pid=PID or -- COMMAND");
	if (r->command && (q->session.follow || q->duration > 0))
		return cli_usage(cli, "--%s needs --pid=PID: a command is "
				 "followed until it ends",
				 q->session.follow ? "follow" : "duration");
	q->session.spawn = r->command;
	q->session.pid = r->pid;
	q->session.by_vma = r->by_vma;
	q->session.by_ip = r->by_ip;
	q->session.by_stack = q->folded.path;
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct request q = {
		.report = { .top = 10, .by_vma = true, .by_ip = true },
	};
	uint64_t number;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'p':
			if (cli_pid(cli, &q.report.pid))
				return EXIT_USAGE;
			break;
		case 'f':
			q.session.follow = true;
			break;
		case 'd':
			if (cli_duration(cli, 0.001, 1e7, &q.duration))
				return EXIT_USAGE;
			break;
		case 'b':
			q.report.by_vma = false;
			q.report.by_ip = false;
			break;
		case 'H':
			q.report.histogram = true;
			break;
		case 'R':
			if (cli_number(cli, "rows (0: all)", 0, UINT64_MAX,
				       &number))
				return EXIT_USAGE;
			q.report.top = number;
			break;
		case OPT_FOLDED:
			q.folded.path = optarg;
			break;
		case 'o':
			q.output.path = optarg;
			break;
		case OPT_VERBOSE:
			q.session.verbose = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	err = check(cli, &q, argc, argv);
	return err ? err : observe(cli, &q);
}

static const char help[] =
	"Counts page faults as the kernel counts them: the totals equal those of\n"
	"getrusage(2), and each fault has one kind.  A command is followed with all its\n"
	"descendants, from its first instruction to its end; a process with all its\n"
	"threads, from now on.  Threads that the kernel makes for a process, such as\n"
	"io_uring workers, belong to it.  Needs root and a kernel with BTF; the vmlab module\n"
	"is not needed.\n"
	"\n"
	"MINOR, MAJOR  faults without and with I/O; the kernel counts a fault that it had\n"
	"              to retry as major\n"
	"TIME          sum of the time in the kernel's handler, from its call to the end\n"
	"              of the last attempt; without the exception of the processor\n"
	"P50, P99      time that 50 and 99 of 100 faults took at most, up to 1/8 too high\n"
	"KIND          cause: the table explains each; --json has also those without faults\n"
	"OFFSET        of the mapping in its file, hexadecimal\n"
	"INSTRUCTION   that made the access or the system call: function + offset, from\n"
	"              symbol tables and debug information, or offset in the file.  A\n"
	"              file that was replaced, or that cannot be found, has no functions\n"
	"unseen        faults that the kernel counted while a program was skipped; the\n"
	"              totals include them\n"
	"Lost: ...     records that did not fit in a table; totals and kinds are complete\n"
	"\n"
	"The totals do not include failed faults (SIGSEGV, SIGBUS): see Signals.\n"
	"The output of the command precedes the report: --output-file separates them.  With\n"
	"'--folded -' standard output has the stacks, and the report needs --output-file.\n"
	"The exit status of the command is in the report, not in the exit code.\n"
	"\n"
	"Example: a compiler run, and ten seconds of a process, as a flame graph\n"
	"  vmlab faults -- gcc -c main.c\n"
	"  vmlab faults --pid 4242 --duration 10 --folded faults.folded\n";

const struct command cmd_faults = {
	.name = "faults",
	.operands = "[-- COMMAND [ARG...]]",
	.operand = OPERAND_COMMAND,
	.more_operands = OPERANDS_ANY,
	.summary = "count and explain the page faults of a command or process",
	.help = help,
	.options = options,
	.run = run,
};
