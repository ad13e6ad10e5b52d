// SPDX-License-Identifier: GPL-2.0
/* vmlab mm: show a process's struct mm_struct, and the tasks that share it. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "inspect/tasks.h"
#include "show/mm.h"

static int show(struct target *target, void *arg)
{
	struct mm_tasks tasks = { 0 };
	struct vmlab_mm mm;
	int err;

	(void)arg;
	err = vmlab_mm_get(target->proc, &mm);
	if (!err && !(mm.flags & VMLAB_MM_KTHREAD))
		err = tasks_read(target->proc, &tasks.task, &tasks.nr);
	if (err)
		; /* standard output stays empty */
	else if (target->cli->json)
		mm_print_json(stdout, target->lab, &mm, &tasks);
	else
		mm_print(stdout, target->lab, &mm, &tasks, target->cli->colour);
	free(tasks.task);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	return inspect_each(cli, argv + optind, 0, show, NULL);
}

static const char help[] =
	PID_HELP
	"\n"
	"FIELD     references, and addresses that are no range, in the kernel's terms\n"
	"RANGE     parts of the address space that execve(2) and brk(2) placed\n"
	"VIRTUAL   address space by kind; in brackets the name in /proc/PID/status\n"
	"RESIDENT  memory by kind\n"
	"TID       tasks that share this mm: threads (CLONE_VM) and vfork(2) children;\n"
	"          the first 20\n"
	"\n"
	"PAGES counts pages of the size that 'vmlab info' shows; SIZE is rounded down.\n"
	"JSON has exact bytes, and all tasks.  A kernel thread has no mm: the table shows\n"
	"which mm it borrows, and JSON has \"mm\": null and \"active_mm\".\n"
	"\n"
	"Example: bytes of page tables of pid 1\n"
	"  vmlab mm 1 --json | jq .mm.pgtables\n";

const struct command cmd_mm = {
	.name = "mm",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show a process's mm_struct and the tasks that share it",
	.help = help,
	.tables = mm_tables,
	.run = run,
};
