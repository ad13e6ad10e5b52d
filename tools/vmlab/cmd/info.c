// SPDX-License-Identifier: GPL-2.0
/* vmlab info: show versions, features and sizes. */
#include <stdio.h>

#include "cmd/commands.h"
#include "show/info.h"

static int run(struct cli *cli, int argc, char **argv)
{
	struct vmlab *lab;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;

	err = cli_open(&lab);
	if (err)
		return err;
	if (cli->json)
		info_print_json(stdout, lab);
	else
		info_print(stdout, lab, cli->colour);
	vmlab_close(lab);
	return EXIT_OK;
}

static const char help[] =
	"Needs no privilege.\n"
	"\n"
	"FACT      the version of the module, the kernel it runs on, and sizes that\n"
	"          depend on the processor: page size, page-table levels, bits of\n"
	"          addresses\n"
	"FEATURE   what the module can do here: it depends on the version and\n"
	"          configuration of the kernel; JSON has an object of true and false\n"
	"\n"
	"Example:\n"
	"  vmlab info --json | jq .features\n";

const struct command cmd_info = {
	.name = "info",
	.group = GROUP_VMLAB,
	.summary = "show what this module and this kernel can do",
	.help = help,
	.tables = info_tables,
	.run = run,
};
