// SPDX-License-Identifier: GPL-2.0
/* vmlab snapshot: an address space as a file, to be compared later. */
#include "cli/cli.h"
#include "model/snapshot.h"

static int run(struct cli *cli, int argc, char **argv)
{
	struct vmlab_proc *proc;
	struct snapshot snap;
	struct vmlab *lab;
	pid_t pid;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	err = cli_open_proc(cli, argv[optind], &lab, &proc, &pid);
	if (err)
		return err;

	err = snapshot_take(lab, proc, true, &snap);
	if (err)
		err = cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	else
		snapshot_write(stdout, &snap);
	snapshot_free(&snap);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"Prints JSON lines, with or without --json: the first has the process and its\n"
	"totals, each of the others one VMA, with what is resident and in swap of it, in\n"
	"bytes.  'vmlab diff' compares two of them, on any machine.\n"
	"\n"
	"Example: what a minute did to pid 1\n"
	"  vmlab snapshot 1 >before; sleep 60; vmlab snapshot 1 >after\n"
	"  vmlab diff before after\n";

const struct command cmd_snapshot = {
	.name = "snapshot",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "print an address space as a file for 'vmlab diff'",
	.help = help,
	.run = run,
};
