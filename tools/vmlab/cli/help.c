// SPDX-License-Identifier: GPL-2.0
/* What --help prints. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/option_tables.h"

static const char exit_codes[] =
	"Exit codes:\n"
	"  0  done\n"
	"  1  the request failed\n"
	"  2  wrong arguments\n"
	"  3  the module is not loaded: there is no " VMLAB_DEVICE "\n"
	"  4  there is no such process\n"
	"  5  no permission\n";

enum { WIDTH = 80, HELP_COLUMN = 26 };

/* Print the help of an option from @column on, in lines of 80 columns. */
static void print_option_help(const char *help, size_t column)
{
	while (*help) {
		size_t len = strcspn(help, " ");

		if (column + len > WIDTH && column > HELP_COLUMN) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		printf("%.*s", (int)len, help);
		help += len;
		column += len;
		if (*help && column + 1 + strcspn(help + 1, " ") <= WIDTH)
			putchar(' ');
		column += *help == ' ';
		help += *help == ' ';
	}
	putchar('\n');
}

/* Print options, but for those that @own replaces. */
static void print_options(const char *title, const struct option_spec *spec,
			  const struct option_spec *own)
{
	if (!spec || !spec->name)
		return;
	printf("\n%s:\n", title);
	for (; spec->name; spec++) {
		char left[48];

		if (spec->hidden || has_option(own, spec->name))
			continue;
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
			 spec->id < 128 ? '-' : ' ',
			 spec->id < 128 ? spec->id : ' ',
			 spec->id < 128 ? "," : " ", spec->name,
			 spec->arg ? "=" : "", spec->arg ? spec->arg : "");
		print_option_help(spec->help,
				  (size_t)printf("  %-23s ", left));
	}
}

static void print_command_help(const struct command *command)
{
	printf("Usage: vmlab %s [options]%s%s\n\n%c%s.\n", command->name,
	       command->operands ? " " : "",
	       command->operands ? command->operands : "",
	       toupper((unsigned char)command->summary[0]),
	       command->summary + 1);
	print_options("Options", command->options, NULL);
	if (command->tables)
		print_options("Options of tables", table_options,
			      command->options);
	print_options("Common options", common_options, NULL);
	printf("\n%s\n%s", command->help, exit_codes);
}

static void print_group(const struct cli *cli, enum command_group group)
{
	static const char *const titles[] = {
		[GROUP_PROCESS] = "See a process",
		[GROUP_FAULTS] = "Page faults",
		[GROUP_MEMORY] = "Memory of your own",
		[GROUP_LEARN] = "Learn",
		[GROUP_VMLAB] = "About vmlab",
	};

	printf("\n%s:\n", titles[group]);
	for (const struct command *const *c = cli->commands; *c; c++)
		if ((*c)->group == group)
			printf("  %-12s %s\n", (*c)->name, (*c)->summary);
}

void cli_print_help(const struct cli *cli)
{
	if (cli->command) {
		print_command_help(cli->command);
		return;
	}

	puts("Usage: vmlab [options] COMMAND ...\n\n"
	     "Show a live process's address space as the kernel holds it.\n\n"
	     "Commands:");
	for (int group = 0; group < NR_GROUPS; group++)
		print_group(cli, (enum command_group)group);
	print_options("Options", top_options, NULL);
	print_options("Common options, before or after the command",
		      common_options, NULL);
	printf("\n%s\n'vmlab COMMAND --help' explains what a command shows, with "
	       "an example.\n", exit_codes);
}
