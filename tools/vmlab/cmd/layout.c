// SPDX-License-Identifier: GPL-2.0
/* vmlab layout: show the user and the kernel half, region by region. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/layout.h"

static int show_layout(const struct cli *cli, const struct vmlab *lab,
		       const struct vmlab_mm *mm)
{
	struct vmlab_region *regions;
	size_t nr;
	int err = vmlab_layout_get(lab, &regions, &nr);

	if (err == -EOPNOTSUPP)
		return cli_error("the module does not know the layout of this "
				 "architecture");
	if (err)
		return cli_fail(err, VMLAB_ABOUT_DEVICE, 0);
	if (cli->json)
		layout_print_json(stdout, regions, nr, mm);
	else
		layout_print(stdout, regions, nr, mm, cli->colour);
	free(regions);
	return EXIT_OK;
}

static int show_with_parts(struct target *target, void *arg)
{
	struct vmlab_mm mm;
	int err = vmlab_mm_get(target->proc, &mm);

	(void)arg;
	if (!err && mm.flags & VMLAB_MM_KTHREAD)
		err = -ENXIO;
	return err ? err : show_layout(target->cli, target->lab, &mm);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct vmlab *lab;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (optind < argc)
		return inspect_each(cli, argv + optind, 0, show_with_parts,
				    NULL);
	err = cli_open(&lab);
	if (err)
		return err;
	err = show_layout(cli, lab, NULL);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"Needs no privilege; without CAP_SYSLOG the addresses of the kernel half are\n"
	"hidden.  With PID, shows the parts of each process too, which needs root, or\n"
	"CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"HALF         user or kernel; 'process' for the parts of PID; '-' is neither\n"
	"START, LAST  the range, both inclusive\n"
	"SIZE         rounded down; JSON has exact bytes, null above 2^63\n"
	"BASE         random: it changes with each boot\n"
	"\n"
	"Example: where the kernel keeps struct page on this boot\n"
	"  vmlab layout --json | jq '.regions[] | select(.name == \"vmemmap\")'\n";

const struct command cmd_layout = {
	.name = "layout",
	.group = GROUP_PROCESS,
	.operands = "[PID ...]",
	.operand = OPERAND_PID,
	.more_operands = OPERANDS_ANY,
	.summary = "show the user and the kernel half, region by region",
	.help = help,
	.tables = layout_tables,
	.run = run,
};
