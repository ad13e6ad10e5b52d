// SPDX-License-Identifier: GPL-2.0
/* vmlab diff: two snapshots, or a process before and after a command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/vma_event.h"
#include "show/json.h"
#include "model/diff.h"

static void print_json(const struct snapshot *a, const struct snapshot *b,
		       const struct vma_events *events)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(b->pid));
	json_member(&doc, "comm", json_text(b->comm));
	json_member(&doc, "ns",
		    json_integer((json_int_t)(b->time_ns - a->time_ns)));
	json_member(&doc, "totals", totals_json(a, b));
	json_array_begin(&doc, "events");
	for (size_t i = 0; i < events->nr; i++)
		json_item(&doc, event_json(&events->event[i], a, b));
	json_array_end(&doc);
	json_end(&doc);
}

static void print_text(const struct cli *cli, const struct snapshot *a,
		       const struct snapshot *b,
		       const struct vma_events *events)
{
	for (size_t i = 0; i < events->nr; i++)
		event_print(stdout, &events->event[i], a, b, "", cli->colour);
	if (!events->nr)
		puts("no VMA changed");
	totals_print(stdout, a, b, "");
}

static void compare(const struct cli *cli, const struct snapshot *a,
		    const struct snapshot *b)
{
	struct vma_events events;

	vma_diff(a, b, &events);
	if (cli->json)
		print_json(a, b, &events);
	else
		print_text(cli, a, b, &events);
	vma_events_free(&events);
}

static int read_file(const char *path, struct snapshot *snap)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char why[160];
	int err;

	memset(snap, 0, sizeof(*snap));
	if (!in)
		return cli_error("cannot read %s: %s", path, strerror(errno));
	err = snapshot_read(in, snap, why);
	if (in != stdin)
		fclose(in);
	if (err)
		return cli_error("%s is no snapshot: %s", path, why);
	return EXIT_OK;
}

static int diff_files(const struct cli *cli, const char *before,
		      const char *after)
{
	struct snapshot a = { 0 }, b = { 0 };
	int err = read_file(before, &a);

	if (!err)
		err = read_file(after, &b);
	if (!err && !vma_diff_comparable(&a, &b))
		err = cli_error("%s is of Linux %s and %s of %s, which has other "
				"flags: take both on one kernel", before,
				a.kernel, after, b.kernel);
	if (!err && a.pid != b.pid)
		fprintf(stderr, "vmlab: note: %s is of process %d and %s of %d\n",
			before, a.pid, after, b.pid);
	if (!err)
		compare(cli, &a, &b);
	snapshot_free(&a);
	snapshot_free(&b);
	return err;
}

/* run a command with our standard output on standard error */
static int run_command(char **argv)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		return cli_error("cannot run %s: %s", argv[0], strerror(errno));
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		cli_error("cannot run %s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return cli_error("cannot wait for %s: %s", argv[0],
					 strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return EXIT_OK;
	if (WIFSIGNALED(status))
		return cli_error("%s was killed: %s", argv[0],
				 strsignal(WTERMSIG(status)));
	return cli_error("%s failed: exit code %d", argv[0],
			 WEXITSTATUS(status));
}

static int diff_command(const struct cli *cli, const char *operand, char **argv)
{
	struct snapshot a = { 0 }, b = { 0 };
	struct vmlab_proc *proc;
	struct vmlab *lab;
	int err, failed = EXIT_OK;
	pid_t pid;

	err = cli_open_proc(cli, operand, &lab, &proc, &pid);
	if (err)
		return err;
	err = snapshot_take(lab, proc, true, &a);
	if (!err) {
		failed = run_command(argv);
		err = snapshot_take(lab, proc, true, &b);
	}
	if (err)
		err = cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	else
		compare(cli, &a, &b);
	snapshot_free(&a);
	snapshot_free(&b);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err ? err : failed;
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	/* getopt_long(3) leaves a "--" just before the operands */
	if (!strcmp(argv[optind - 1], "--"))
		return diff_command(cli, argv[optind], argv + optind + 1);
	if (argc - optind > 2)
		return cli_usage(cli, "unexpected operand '%s': a command "
				 "comes after '--'", argv[optind + 2]);
	return diff_files(cli, argv[optind], argv[optind + 1]);
}

static const char help[] =
	"BEFORE and AFTER are files that 'vmlab snapshot' made, '-' is standard input;\n"
	"no module is needed.  With PID, the process is looked at before and after COMMAND,\n"
	"which should make it do something; COMMAND's standard output goes to standard\n"
	"error.  When COMMAND fails, the exit code is 1, and the changes are shown even so.\n"
	"\n"
	"appeared, gone    a VMA with nothing at its place before, or after\n"
	"grew, shrank      by the range that is shown, at its start or end\n"
	"split, merged     the VMAs before ('-') and after ('+')\n"
	"moved             by mremap(2), or the same range of a file mapped elsewhere\n"
	"flags             the range where protection or other vm_flags changed, and which\n"
	"                  bits were set and cleared\n"
	"renamed           by prctl(PR_SET_VMA), or the file's name\n"
	"rss               resident memory and swap of a VMA: what its page tables hold,\n"
	"                  without the zero page\n"
	"then              the process's totals that changed, see 'vmlab mm --help'\n"
	"\n"
	"One call can be several events: mprotect(2) in the middle of a VMA splits it and\n"
	"changes flags.\n"
	"\n"
	"Example: what a collection of garbage returns to the system\n"
	"  vmlab diff $PID -- kill -USR1 $PID\n"
	"  vmlab diff before after --json | jq '.events[].event'\n";

const struct command cmd_diff = {
	.name = "diff",
	.operands = "BEFORE AFTER | PID -- COMMAND ...",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.more_operands = OPERANDS_ANY,
	.summary = "show what happened to the VMAs between two moments",
	.help = help,
	.run = run,
};
