// SPDX-License-Identifier: GPL-2.0
/* Options: those of a command, and those that all commands have. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/option_tables.h"

#define MAX_OPTIONS 32

static bool has_option(const struct option *opts, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(opts[i].name, name))
			return true;
	return false;
}

/* Append options to @to; a command's own option replaces one of the same name. */
static size_t add_options(struct option *to, size_t nr,
			  const struct option_spec *spec)
{
	for (; spec && spec->name && nr < MAX_OPTIONS - 1; spec++) {
		if (has_option(to, nr, spec->name))
			continue;
		to[nr].name = spec->name;
		to[nr].has_arg = spec->arg ? required_argument : no_argument;
		to[nr].flag = NULL;
		to[nr].val = spec->id;
		nr++;
	}
	return nr;
}

static void short_options(char *to, const struct option *opts, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (opts[i].val >= 128)
			continue;
		*to++ = (char)opts[i].val;
		if (opts[i].has_arg)
			*to++ = ':';
	}
	*to = '\0';
}

static int stop(struct cli *cli, int exit_code)
{
	cli->exit_code = exit_code;
	return CLI_STOP;
}

static int set_colour(struct cli *cli, const char *when)
{
	if (!strcmp(when, "auto"))
		cli->colour_mode = COLOUR_AUTO;
	else if (!strcmp(when, "always"))
		cli->colour_mode = COLOUR_ALWAYS;
	else if (!strcmp(when, "never"))
		cli->colour_mode = COLOUR_NEVER;
	else
		return cli_usage(cli, "--color=%s: the choices are auto, "
				 "always and never", when);
	return EXIT_OK;
}

/* Report a column that no table of the command has, and list those they have. */
static int unknown_column(const struct cli *cli, const char *name, size_t len)
{
	char *titles = table_titles(cli->command->tables, ", ");

	cli_usage(cli, "--output: '%.*s' is not a column: the columns are %s",
		  (int)len, name, titles);
	free(titles);
	return EXIT_USAGE;
}

static int check_tables(struct cli *cli)
{
	const struct table_options *o = &cli->table;
	const char *unknown = NULL;
	size_t len;

	if (cli->json && (o->output || o->raw || o->no_headings))
		return cli_usage(cli, "--noheadings, --output and --raw are for "
				 "tables: they exclude --json");
	if (o->output && cli->command) {
		len = table_unknown_column(o->output, cli->command->tables,
					   &unknown);
		if (len)
			return unknown_column(cli, unknown, len);
	}
	table_set_options(o);
	return EXIT_OK;
}

static bool want_colour(enum colour_mode mode)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (mode != COLOUR_AUTO)
		return mode == COLOUR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static int check_operands(struct cli *cli, int argc, char **argv)
{
	const struct command *c = cli->command;
	int nr = argc - optind;

	if (!c)
		return CLI_END;
	if (nr < c->nr_operands)
		return stop(cli, cli_usage(cli, "%s: missing operand: %s",
					   c->name, c->operands));
	if (c->more_operands == OPERANDS_ANY)
		return CLI_END;
	if (nr > c->nr_operands + c->more_operands)
		return stop(cli,
			    cli_usage(cli, "%s: unexpected operand '%s'",
				      c->name,
				      argv[optind + c->nr_operands +
					   c->more_operands]));
	return CLI_END;
}

static int bad_option(struct cli *cli, int c, char **argv)
{
	const char *problem = c == ':' ? "needs a value" : "is not an option";
	const char *word = argv[optind - 1];

	/* name a short option alone: the word may hold several */
	if (optopt > 0 && optopt < 128 && isprint(optopt) &&
	    strncmp(word, "--", 2))
		return stop(cli, cli_usage(cli, "'-%c' %s", optopt, problem));
	if (c == '?' && optopt)
		problem = "takes no value";
	return stop(cli, cli_usage(cli, "'%s' %s", word, problem));
}

int cli_option(struct cli *cli, const struct option_spec *spec, int argc,
	       char **argv)
{
	struct option opts[MAX_OPTIONS] = { 0 };
	char shorts[2 * MAX_OPTIONS + 3];
	bool stop_early;
	size_t nr = 0;
	int c;

	nr = add_options(opts, nr, spec);
	nr = add_options(opts, nr, common_options);
	if (cli->command && cli->command->tables)
		nr = add_options(opts, nr, table_options);
	/*
	 * '+' stops at the first operand: a subcommand, or a command to run;
	 * ':' reports a missing value as such
	 */
	stop_early = !cli->command ||
		     cli->command->operand == OPERAND_COMMAND;
	shorts[0] = stop_early ? '+' : ':';
	shorts[1] = ':';
	short_options(shorts + (stop_early ? 2 : 1), opts, nr);

	opterr = 0;
	for (;;) {
		c = getopt_long(argc, argv, shorts, opts, NULL);
		switch (c) {
		case -1:
			cli->colour = want_colour(cli->colour_mode);
			c = check_operands(cli, argc, argv);
			if (c == CLI_END && check_tables(cli))
				return stop(cli, EXIT_USAGE);
			return c;
		case 'j':
			cli->json = true;
			break;
		case OPT_COLOUR:
			if (set_colour(cli, optarg))
				return stop(cli, EXIT_USAGE);
			break;
		case OPT_NOHEADINGS:
			cli->table.no_headings = true;
			break;
		case OPT_OUTPUT:
			cli->table.output = optarg;
			break;
		case OPT_RAW:
			cli->table.raw = true;
			break;
		case 'h':
			cli_print_help(cli);
			return stop(cli, EXIT_OK);
		case '?':
		case ':':
			return bad_option(cli, c, argv);
		default:
			return c;
		}
	}
}
