// SPDX-License-Identifier: GPL-2.0
/* vmlab faults: the page faults of a command or of a running process. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "faults/report.h"
#include "cli/parse.h"

enum { OPT_FOLDED = 0x2000, OPT_VERBOSE };

static const struct option_spec options[] = {
	{ "pid", 'p', "PID", NULL,
	  "look at this process, until it ends or ^C" },
	{ "follow", 'f', NULL, NULL,
	  "with --pid: also at processes it forks from now on" },
	{ "duration", 'd', "SECONDS", NULL, "with --pid: end after this time" },
	{ "brief", 'b', NULL, NULL,
	  "only totals and kinds: the least overhead" },
	{ "histogram", 'H', NULL, NULL, "also a histogram of latencies" },
	{ "top", 'n', "N", NULL, "rows of each table, 0 for all (default 10)" },
	{ "folded", OPT_FOLDED, "FILE", NULL,
	  "write stacks for a flame graph to FILE" },
	{ "output", 'o', "FILE", NULL,
	  "write the report to FILE, not to standard output" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print what libbpf says" },
	{ 0 },
};

/* where to write; opened first, so nothing is measured in vain */
struct destination {
	const char *path;
	FILE *file;
};

struct request {
	struct faults_report report;
	struct destination folded;
	struct destination output;
	double duration; /* 0: no limit */
};

static volatile sig_atomic_t interrupted; /* by this signal */

static void on_interrupt(int sig)
{
	interrupted = sig;
}

/* Without SA_RESTART: waiting ends. */
static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/*
 * ^C reaches the command too, by the terminal; a SIGTERM of ours is passed on.
 * Either way the report is of all that it did.
 */
static int run_command(struct faults_report *r)
{
	double start = now();
	int err = faults_spawn(r->command, &r->pid);

	if (err)
		return cli_error("cannot run '%s': %s", r->command[0],
				 strerror(-err));
	while (wait4(r->pid, &r->status, 0, &r->usage) < 0) {
		if (errno != EINTR)
			return cli_error("cannot wait for '%s': %s",
					 r->command[0], strerror(errno));
		if (interrupted == SIGTERM)
			kill(r->pid, SIGTERM);
	}
	r->seconds = now() - start;
	r->waited = true;
	return EXIT_OK;
}

static int watch_process(const struct request *q, struct faults_report *r,
			 int pidfd)
{
	struct pollfd poll_for = { .fd = pidfd, .events = POLLIN };
	double start = now();

	for (;;) {
		double left = q->duration > 0 ? start + q->duration - now() : 3600;
		int ret;

		if (interrupted || left <= 0)
			break;
		ret = poll(&poll_for, 1,
			   left > 3600 ? 3600 * 1000 : (int)(left * 1000) + 1);
		if (ret > 0 || (ret < 0 && errno != EINTR))
			break;
	}
	r->seconds = now() - start;
	return EXIT_OK;
}

static int open_process(pid_t pid, int *pidfd)
{
	*pidfd = pidfd_open(pid, 0);
	if (*pidfd >= 0)
		return EXIT_OK;
	if (errno == EINVAL)
		return cli_error("%d is a thread: give the process it belongs "
				 "to, see Tgid in /proc/%d/status", pid, pid);
	if (errno == ESRCH) {
		cli_error("there is no process %d: see ps(1)", pid);
		return EXIT_NO_PROCESS;
	}
	return cli_error("cannot open process %d: %s", pid, strerror(errno));
}

static int open_destination(struct destination *d)
{
	if (!d->path)
		return EXIT_OK;
	d->file = fopen(d->path, "we");
	if (!d->file)
		return cli_error("cannot write %s: %s", d->path,
				 strerror(errno));
	return EXIT_OK;
}

static int close_destination(struct destination *d, int err)
{
	if (!d->file)
		return EXIT_OK;
	if (ferror(d->file) && !err)
		err = -EIO;
	if (fclose(d->file) && !err)
		err = -errno;
	d->file = NULL;
	return err ? cli_error("cannot write %s: %s", d->path,
			       strerror(-err)) :
		     EXIT_OK;
}

static int write_report(const struct cli *cli, struct request *q)
{
	FILE *out = q->output.file ? q->output.file : stdout;
	int err = EXIT_OK;

	if (q->folded.file) {
		int ret = faults_print_folded(&q->report, q->folded.file);

		err = close_destination(&q->folded, ret);
	}
	if (cli->json)
		faults_print_json(&q->report, out);
	else
		faults_print(&q->report, out, cli->colour && out == stdout);
	if (!err)
		err = close_destination(&q->output, 0);
	return err;
}

static int measure(const struct cli *cli, struct request *q, int pidfd)
{
	struct faults_report *r = &q->report;
	struct faults_session *session;
	int err = faults_open(&session, &r->options);

	if (err)
		return err;
	r->session = session;
	catch_interrupts();
	err = r->command ? run_command(r) : watch_process(q, r, pidfd);
	if (!err) {
		int ret = faults_gather(r);

		err = ret ? cli_error("cannot read the counters: %s",
				      strerror(-ret)) :
			    write_report(cli, q);
	}
	faults_release(r);
	faults_close(session);
	return err;
}

static int observe(const struct cli *cli, struct request *q)
{
	int pidfd = -1, err = EXIT_OK;

	if (q->report.pid)
		err = open_process(q->report.pid, &pidfd);
	if (!err)
		err = open_destination(&q->folded);
	if (!err)
		err = open_destination(&q->output);
	if (!err)
		err = measure(cli, q, pidfd);
	if (q->folded.file)
		fclose(q->folded.file);
	if (q->output.file)
		fclose(q->output.file);
	if (pidfd >= 0)
		close(pidfd);
	return err;
}

static int check(const struct cli *cli, struct request *q, int argc,
		 char **argv)
{
	struct faults_report *r = &q->report;

	if (optind < argc)
		r->command = argv + optind;
	if (r->command && r->pid)
		return cli_usage(cli, "give a command or --pid, not both");
	if (!r->command && !r->pid)
		return cli_usage(cli,
				 "whose faults? Give --pid=PID or -- COMMAND");
	if (r->command && (r->options.follow || q->duration > 0))
		return cli_usage(cli, "--%s goes with --pid: a command is "
				 "followed until it ends",
				 r->options.follow ? "follow" : "duration");
	r->options.spawn = r->command;
	r->options.pid = r->pid;
	r->options.by_stack = q->folded.path;
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct request q = {
		.report = {
			.top = 10,
			.options = { .by_vma = true, .by_ip = true },
		},
	};
	uint64_t number;
	char *end;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'p':
			if (parse_pid(optarg, &q.report.pid) || !q.report.pid)
				return cli_usage(cli, "--pid=%s: give a process "
						 "id, see ps(1)", optarg);
			break;
		case 'f':
			q.report.options.follow = true;
			break;
		case 'd':
			q.duration = strtod(optarg, &end);
			if (end == optarg || *end || !(q.duration > 0) ||
			    q.duration > 1e7)
				return cli_usage(cli, "--duration=%s: give "
						 "seconds, such as 10 or 0.5",
						 optarg);
			break;
		case 'b':
			q.report.options.by_vma = false;
			q.report.options.by_ip = false;
			break;
		case 'H':
			q.report.histogram = true;
			break;
		case 'n':
			if (parse_u64(optarg, &number))
				return cli_usage(cli, "--top=%s: give a number",
						 optarg);
			q.report.top = number;
			break;
		case OPT_FOLDED:
			q.folded.path = optarg;
			break;
		case 'o':
			q.output.path = optarg;
			break;
		case OPT_VERBOSE:
			q.report.options.verbose = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	err = check(cli, &q, argc, argv);
	return err ? err : observe(cli, &q);
}

static const char help[] =
	"Counts page faults as the kernel counts them: the totals are those that\n"
	"getrusage(2) gives, and every fault has one kind.  A command is followed with all\n"
	"its descendants, from its first instruction to its end; a process with all its\n"
	"threads, from now on.  Needs root, and a kernel with BTF; not the vmlab module.\n"
	"\n"
	"MINOR, MAJOR  faults without and with waiting for a device; one that had to be\n"
	"              made again is major, as the kernel has it\n"
	"TIME          sum of the time in the kernel's handler, from its call to the end\n"
	"              of the last attempt; without the processor's exception\n"
	"P50, P99      time within which 50 and 99 of 100 were done, at most 1/8 too high\n"
	"KIND          why: the table explains each; --json has all, also those with none\n"
	"OFFSET        of the mapping in its file, hexadecimal\n"
	"INSTRUCTION   that made the access or the system call: function + offset, from\n"
	"              the symbol table of the file, or offset in the file\n"
	"unseen        faults that the kernel counted while a program was skipped; they\n"
	"              are in the totals\n"
	"Lost: ...     what did not fit in a table; totals and kinds are not affected\n"
	"\n"
	"Failed faults (SIGSEGV, SIGBUS) are no part of the totals: see Signals.\n"
	"The command's own output comes before the report: use --output to part them.\n"
	"The exit code says nothing of the command's: the report has its status.\n"
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
