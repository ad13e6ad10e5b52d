// SPDX-License-Identifier: GPL-2.0
/* vmlab snapshot: print an address space as a file, to be compared later. */
#include <stdio.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"

static int show(struct target *target, void *arg)
{
	(void)arg;
	snapshot_write(stdout, &target->snap);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	return inspect(cli, argv[optind], INSPECT_RSS, show, NULL);
}

static const char help[] =
	PID_HELP
	"\n"
	"Prints JSON lines, with or without --json: the first describes the process and\n"
	"its totals, each of the others one VMA, with its resident memory and swap in\n"
	"bytes.  'vmlab diff' compares two snapshots, on any machine.\n"
	"\n"
	"Example: what a minute did to pid 1\n"
	"  vmlab snapshot 1 >before; sleep 60; vmlab snapshot 1 >after\n"
	"  vmlab diff before after\n";

const struct command cmd_snapshot = {
	.name = "snapshot",
	.group = GROUP_PROCESS,
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "print an address space as a file for 'vmlab diff'",
	.help = help,
	.run = run,
};
