// SPDX-License-Identifier: GPL-2.0
/* vmlab help: print the help of a command. */
#include <string.h>

#include "cmd/commands.h"

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *const *c = cli->commands;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (optind == argc) {
		cli->command = NULL;
		cli_print_help(cli);
		return EXIT_OK;
	}
	while (*c && strcmp((*c)->name, argv[optind]))
		c++;
	if (!*c)
		return cli_usage(cli, "COMMAND: '%s' is not a command: give one of "
				 "'vmlab help'", argv[optind]);
	cli->command = *c;
	cli_print_help(cli);
	return EXIT_OK;
}

static const char help[] =
	"Prints what 'vmlab COMMAND --help' prints; without COMMAND, the list of\n"
	"commands.\n"
	"\n"
	"Example: the columns of 'vmlab vmas'\n"
	"  vmlab help vmas\n";

const struct command cmd_help = {
	.name = "help",
	.group = GROUP_VMLAB,
	.operands = "[COMMAND]",
	.operand = OPERAND_VMLAB,
	.more_operands = 1,
	.summary = "print the help of a command",
	.help = help,
	.run = run,
};
