// SPDX-License-Identifier: GPL-2.0
/* vmlab faults: the page faults of a command or of a running process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "faults/gather.h"
#include "faults/process.h"
#include "show/faults.h"
#include "sys/output.h"

enum { OPT_FOLDED = 0x2000, OPT_VERBOSE };

/* exit codes about the command, as those of time(1) and of shells */
enum { CODE_NOT_RUN = 126, CODE_NOT_FOUND = 127, CODE_SIGNAL = 128 };

static const struct option_spec options[] = {
	{ "pid", 'p', "PID", NULL,
	  "count faults of this process, until it ends or ^C" },
	{ "all", 'a', NULL, NULL,
	  "count faults of all processes but vmlab" },
	{ "follow", 'f', NULL, NULL,
	  "with --pid: processes that it forks from now on, too" },
	{ "duration", 'd', "TIME", NULL, "with --pid or --all: end after TIME" },
	{ "brief", 'b', NULL, NULL,
	  "count only totals and kinds: the least overhead" },
	{ "histogram", 'H', NULL, NULL, "print a histogram of latencies too" },
	{ "rows", 'R', "N", NULL, "print N rows of each table, 0 for all (default 10)" },
	{ "folded", OPT_FOLDED, "FILE", NULL,
	  "write stacks for a flame graph; '-' is standard output" },
	{ "output-file", 'o', "FILE", NULL,
	  "write the report to FILE, '-' is standard output" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print the messages of libbpf" },
	{ "top", 'R', "N", .hidden = true },
	{ 0 },
};

struct request {
	struct faults_report report;
	struct faults_options session;
	struct output folded;
	struct output output;
	double duration; /* s, 0: no limit */
	bool rows_given;
};

/*
 * Return where the report goes without --output-file: standard output belongs to the
 * command, or to the stacks that --folded=- prints.
 */
static FILE *default_output(const struct request *q)
{
	return q->report.command || output_is_stdout(&q->folded) ? stderr : stdout;
}

static int write_report(const struct cli *cli, struct request *q,
			struct failure *failure)
{
	FILE *out = q->output.file ? q->output.file : default_output(q);
	int err = 0;

	if (q->folded.file) {
		faults_print_folded(&q->report, q->folded.file);
		err = output_close(&q->folded, failure);
	}
	if (cli->json) {
		faults_print_json(&q->report, out);
	} else {
		faults_merge(&q->report);
		faults_print(&q->report, out,
			     (out == stdout || out == stderr) &&
				     cli_colour_on(cli, fileno(out)));
	}
	return err ? err : output_close(&q->output, failure);
}

/* Return the exit code for the status of the command, as time(1) and shells do. */
static int command_code(const struct faults_report *r)
{
	if (!r->waited)
		return EXIT_OK;
	if (WIFSIGNALED(r->status))
		return CODE_SIGNAL + WTERMSIG(r->status);
	return WEXITSTATUS(r->status);
}

/* Report why there is no report; return the exit code for it. */
static int report_failure(const struct request *q, const struct failure *failure)
{
	int code = cli_failure(failure);

	if (!q->report.spawn_errno)
		return code;
	return q->report.spawn_errno == ENOENT ? CODE_NOT_FOUND : CODE_NOT_RUN;
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
	return err ? report_failure(q, &failure) : command_code(&q->report);
}

static int check(const struct cli *cli, struct request *q, int argc,
		 char **argv)
{
	struct faults_report *r = &q->report;

	if (optind < argc)
		r->command = argv + optind;
	if (r->command && r->pid)
		return cli_usage(cli, "give a command or --pid=PID, not both");
	if (r->all && r->pid)
		return cli_usage(cli, "--all counts all processes: it excludes "
				 "--pid, give one of the two");
	if (!r->command && !r->pid && !r->all)
		return cli_usage(cli, "nothing to count: give --pid=PID, --all or "
				 "-- COMMAND");
	if (r->command && (q->session.follow || q->duration > 0))
		return cli_usage(cli, "--%s needs --pid=PID: a command is "
				 "followed until it ends",
				 q->session.follow ? "follow" : "duration");
	if (q->session.follow && r->all)
		return cli_usage(cli, "--follow needs --pid=PID: --all counts every "
				 "process that is forked");
	if (q->rows_given && (cli->json || !r->by_vma))
		return cli_usage(cli, "--rows cuts tables: it excludes --brief and "
				 "--json");
	q->session.spawn = r->command && !r->all;
	q->session.everybody = r->all;
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
		case 'a':
			q.report.all = true;
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
			q.rows_given = true;
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
	"descendants, from before its first instruction to its end; a process with all\n"
	"its threads, from now on.  Threads that the kernel makes for a process, such\n"
	"as io_uring workers, belong to it.  Needs root and a kernel with BTF; the vmlab\n"
	"module is not needed.\n"
	"\n"
	"MINOR, MAJOR  faults without and with I/O; the kernel counts a fault that it had\n"
	"              to retry as major\n"
	"TIME          sum of the time in the kernel's handler, from its call to the end\n"
	"              of the last attempt; without the exception of the processor\n"
	"P50, P99      time that 50 and 99 of 100 faults took at most, up to 1/8 too high\n"
	"KIND          cause: the table explains each; --json has also those without\n"
	"              faults\n"
	"OFFSET        of the mapping in its file, hexadecimal\n"
	"INSTRUCTION   that made the access or the system call: function + offset, from\n"
	"              symbol tables and debug information, or offset in the file.  A\n"
	"              file that was replaced, or that cannot be found, has no functions\n"
	"FILE          that holds the instruction; '-' for code in no file, such as the\n"
	"              vDSO, and for faults of the kernel's own, as in execve(2).  The\n"
	"              first faults of a COMMAND are of vmlab's child, which calls execve\n"
	"unseen        faults that the kernel counted while a program was skipped; the\n"
	"              totals include them\n"
	"Lost: ...     records that did not fit in a table; totals and kinds are complete\n"
	"\n"
	"The totals do not include failed faults (SIGSEGV, SIGBUS): see Signals.\n"
	"\n"
	"The report about a COMMAND goes to standard error, or to the FILE of -o, and the\n"
	"exit code is that of COMMAND: 128+N when signal N ended it, 127 when it was not\n"
	"found, 126 when it cannot be run.  The codes below are those of vmlab itself.\n"
	"With '--folded -' standard output has the stacks alone.  --all with COMMAND\n"
	"counts the faults of all processes until COMMAND ends.\n"
	"\n"
	"Example: a compiler run; ten seconds of a process, as a flame graph; and of all\n"
	"  vmlab faults -- gcc -c main.c\n"
	"  vmlab faults --pid 4242 --duration 10 --folded faults.folded\n"
	"  vmlab faults --all --duration 10\n";

const struct command cmd_faults = {
	.name = "faults",
	.group = GROUP_FAULTS,
	.operands = "[-- COMMAND [ARG...]]",
	.operand = OPERAND_COMMAND,
	.more_operands = OPERANDS_ANY,
	.summary = "count and explain the page faults of a command or process",
	.help = help,
	.options = options,
	.tables = faults_tables,
	.output_was_file = true,
	.run = run,
};
