// SPDX-License-Identifier: GPL-2.0
/* vmlab completion: print the completion script of a shell. */
#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "cmd/commands.h"

static int run(struct cli *cli, int argc, char **argv)
{
	const char *shell;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	shell = argv[optind];
	if (!strcmp(shell, "bash"))
		completion_print_bash(stdout, cli->commands);
	else if (!strcmp(shell, "zsh"))
		completion_print_zsh(stdout, cli->commands);
	else
		return cli_usage(cli, "'%s' is not a shell that vmlab completes "
				 "for: give bash or zsh", shell);
	return EXIT_OK;
}

static const char help[] =
	"Prints a script for the shell; needs no module.  'make install' installs it.\n"
	"The script for bash calls bash-completion where it is loaded, and works without\n"
	"it.\n"
	"\n"
	"Example: completion in this shell, now\n"
	"  source <(vmlab completion bash)\n";

const struct command cmd_completion = {
	.name = "completion",
	.group = GROUP_VMLAB,
	.operands = "bash|zsh",
	.operand = OPERAND_SHELL,
	.nr_operands = 1,
	.summary = "print shell completion for vmlab",
	.help = help,
	.run = run,
};
