// SPDX-License-Identifier: GPL-2.0
/* vmlab diff: compare two snapshots, or a process before and after a command. */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "model/diff.h"
#include "show/diff.h"

static void compare(const struct cli *cli, const struct snapshot *a,
		    const struct snapshot *b)
{
	struct vma_events events;

	vma_diff(a, b, &events);
	if (cli->json)
		diff_print_json(stdout, a, b, &events);
	else
		diff_print(stdout, a, b, &events, cli->colour);
	vma_events_free(&events);
}

static int diff_files(const struct cli *cli, const char *before,
		      const char *after)
{
	struct snapshot a = { 0 }, b = { 0 };
	int err = snapshot_load(before, &a);

	if (!err)
		err = snapshot_load(after, &b);
	if (!err && !vma_diff_comparable(&a, &b))
		err = cli_error("%s is of Linux %s and %s of %s, which has other "
				"flags: take both on one kernel", before,
				a.kernel, after, b.kernel);
	if (!err && a.pid != b.pid)
		cli_note("%s is of process %d and %s of %d", before, a.pid, after,
			 b.pid);
	if (!err)
		compare(cli, &a, &b);
	snapshot_free(&a);
	snapshot_free(&b);
	return err;
}

static int diff_command(struct target *target, void *command)
{
	struct snapshot after;
	int err, failed;

	failed = cli_run_command(command);
	err = snapshot_take(target->lab, target->proc, true, &after);
	if (!err)
		compare(target->cli, &target->snap, &after);
	snapshot_free(&after);
	return err ? err : failed;
}

/*
 * Return the word before "--", or NULL.  getopt_long(3) moves operands behind it, so
 * that a second operand there would look like the command.
 */
static const char *word_before_dashes(char **argv)
{
	for (; argv[0] && argv[1]; argv++)
		if (!strcmp(argv[1], "--"))
			return argv[0];
	return NULL;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const char *before = word_before_dashes(argv);

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	for (int i = optind + 1; i < argc; i++)
		if (argv[i] == before)
			return cli_usage(cli, "unexpected operand '%s': give one "
					 "PID before '--'", before);
	/* after getopt_long(3) a "--" stands just before the operands */
	if (!strcmp(argv[optind - 1], "--"))
		return inspect(cli, argv[optind], INSPECT_RSS, diff_command,
			       argv + optind + 1);
	if (argc - optind > 2)
		return cli_usage(cli, "unexpected operand '%s': give BEFORE and "
				 "AFTER, or PID -- COMMAND, where a command "
				 "must follow '--'", argv[optind + 2]);
	return diff_files(cli, argv[optind], argv[optind + 1]);
}

static const char help[] =
	"BEFORE and AFTER are files that 'vmlab snapshot' wrote, '-' is standard input;\n"
	"no module is needed.  With PID, takes a snapshot of the process before and after\n"
	"COMMAND, which should make the process do something; COMMAND's standard output\n"
	"goes to standard error.  When COMMAND fails, the changes are shown and the exit\n"
	"code is 1.\n"
	"\n"
	"appeared, gone    a VMA of a range that was free before, or is free after\n"
	"grew, shrank      by the range that is shown, at its start or end\n"
	"split, merged     the VMAs before ('-') and after ('+')\n"
	"moved             by mremap(2), or the same range of a file mapped elsewhere\n"
	"flags             the range where protection or other vm_flags changed, and\n"
	"                  which bits were set and cleared\n"
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
	.group = GROUP_PROCESS,
	.operands = "BEFORE AFTER | PID -- COMMAND ...",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.more_operands = OPERANDS_ANY,
	.summary = "show what happened to the VMAs between two moments",
	.help = help,
	.run = run,
};
