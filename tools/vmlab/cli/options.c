// SPDX-License-Identifier: GPL-2.0
/* Options: those of a command, and those that all commands have. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/option_tables.h"
#include "cli/values.h"

#define MAX_OPTIONS 40

/**
 * struct option_list - the options that one command line may have
 * @nr: their number
 * @spec: what they are
 * @opts: the same for getopt_long(3)
 */
struct option_list {
	size_t nr;
	const struct option_spec *spec[MAX_OPTIONS];
	struct option opts[MAX_OPTIONS];
};

static const struct option_spec *find_name(const struct option_list *list,
					   const char *name, size_t len)
{
	for (size_t i = 0; i < list->nr; i++)
		if (strlen(list->spec[i]->name) == len &&
		    !strncmp(list->spec[i]->name, name, len))
			return list->spec[i];
	return NULL;
}

static const struct option_spec *find_letter(const struct option_list *list,
					     int letter)
{
	for (size_t i = 0; i < list->nr; i++)
		if (list->spec[i]->id == letter)
			return list->spec[i];
	return NULL;
}

/* Append options; a command's own option replaces one of the same name. */
static void add_options(struct option_list *list,
			const struct option_spec *spec)
{
	for (; spec && spec->name; spec++) {
		struct option *opt = &list->opts[list->nr];

		if (list->nr == MAX_OPTIONS - 1)
			abort();
		if (find_name(list, spec->name, strlen(spec->name)))
			continue;
		opt->name = spec->name;
		opt->has_arg = spec->arg ? required_argument : no_argument;
		opt->val = spec->id;
		list->spec[list->nr++] = spec;
	}
}

static void short_options(char *to, const struct option_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		const struct option_spec *spec = list->spec[i];

		if (spec->id >= 128 || spec->hidden)
			continue;
		*to++ = (char)spec->id;
		if (spec->arg)
			*to++ = ':';
	}
	*to = '\0';
}

static int stop(struct cli *cli, int exit_code)
{
	cli->exit_code = exit_code;
	return CLI_STOP;
}

static int set_colour(struct cli *cli)
{
	/* in the order of the option's words */
	static const enum colour_mode modes[] = { COLOUR_AUTO, COLOUR_ALWAYS,
						  COLOUR_NEVER };
	size_t i;

	if (cli_choice(cli, &i))
		return EXIT_USAGE;
	cli->colour_mode = modes[i];
	return EXIT_OK;
}

/* Report a column that no table of the command has, and list those they have. */
static int unknown_column(const struct cli *cli, const char *option,
			  const char *name, size_t len)
{
	char *titles = table_titles(cli->command->tables, ", ");

	cli_usage(cli, "--%s: '%.*s' is not a column: give %s of %s", option,
		  (int)len, name, strcmp(option, "sort") ? "some" : "one",
		  titles);
	free(titles);
	return EXIT_USAGE;
}

static int check_columns(const struct cli *cli, const struct table_options *o)
{
	const char *unknown = NULL, *sort = o->sort;
	size_t len;

	if (!cli->command)
		return EXIT_OK;
	if (o->output) {
		len = table_unknown_column(o->output, cli->command->tables,
					   &unknown);
		if (len)
			return unknown_column(cli, "output", unknown, len);
	}
	if (sort) {
		sort += *sort == '-';
		len = table_unknown_column(sort, cli->command->tables, &unknown);
		if (len || strchr(sort, ','))
			return unknown_column(cli, "sort", o->sort,
					      strlen(o->sort));
	}
	return EXIT_OK;
}

static int check_tables(struct cli *cli)
{
	const struct table_options *o = &cli->table;

	if (cli->json && (o->output || o->sort || o->raw || o->no_headings ||
			  o->bytes))
		return cli_usage(cli, "--bytes, --noheadings, --output, --raw and "
				 "--sort are for tables: they exclude --json");
	if (check_columns(cli, o))
		return EXIT_USAGE;
	table_set_options(o);
	return EXIT_OK;
}

bool cli_colour_on(const struct cli *cli, int fd)
{
	enum colour_mode mode = cli->colour_mode;
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (mode != COLOUR_AUTO)
		return mode == COLOUR_ALWAYS;
	return isatty(fd) && !(no_color && *no_color) &&
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
			    cli_usage(cli, "%s: unexpected operand '%s': give %s",
				      c->name,
				      argv[optind + c->nr_operands +
					   c->more_operands],
				      c->operands ?: "options only"));
	return CLI_END;
}

/*
 * Tell whether getopt_long(3) returned @c, '?' or ':', for a short option.  It sets
 * optopt to the letter then, but also for a long option that has a letter.  In the
 * middle of several letters @word is the word before them.
 */
static bool is_short(const struct option_list *list, int c, const char *word)
{
	const struct option_spec *spec;
	size_t len = strcspn(word, "=");

	if (!isprint(optopt))
		return false;
	if (strncmp(word, "--", 2) || !word[2])
		return true;
	spec = find_name(list, word + 2, len - 2);
	return c == '?' && (!word[len] || (spec && spec->arg));
}

/* Explain why getopt_long(3) returned @c, '?' or ':'. */
static int bad_option(struct cli *cli, const struct option_list *list, int c,
		      char **argv)
{
	const char *word = argv[optind - 1];
	const struct option_spec *spec;
	size_t len = strcspn(word, "=");

	/* name a short option alone: the word may hold several */
	if (is_short(list, c, word)) {
		spec = find_letter(list, optopt);
		if (c == ':' && spec)
			return cli_usage(cli, "'-%c' needs a value: give --%s=%s",
					 optopt, spec->name, spec->arg);
		return cli_usage(cli, "'-%c' is not an option%s", optopt,
				 isdigit(optopt) ? ", and no number is negative" : "");
	}
	/* getopt_long(3) completes names; no part of a name is an option here */
	spec = strncmp(word, "--", 2) ? NULL :
					find_name(list, word + 2, len - 2);
	if (!spec)
		return cli_usage(cli, "'%.*s' is not an option", (int)len, word);
	if (c == ':')
		return cli_usage(cli, "'--%s' needs a value: give --%s=%s",
				 spec->name, spec->name, spec->arg);
	return cli_usage(cli, "'%s' takes no value: give --%s", word,
			 spec->name);
}

/* Check what holds for all options; return an exit code. */
static int check_option(struct cli *cli, const struct option_list *list,
			int index, char **argv)
{
	const char *word = argv[optind - 1];
	const struct option_spec *spec = cli->option;

	/* after "--name value" the name is in the word before */
	if (optarg == word)
		word = argv[optind - 2];
	if (index >= 0) {
		size_t len = strcspn(word, "=");

		if (find_name(list, word + 2, len - 2) != spec)
			return cli_usage(cli, "'%.*s' is not an option: give "
					 "--%s", (int)len, word, spec->name);
	}
	if (spec->arg && !strcmp(spec->arg, "FILE") && !*optarg)
		return cli_bad_value(cli, "give the name of a file, or - for "
				     "standard %s", strcmp(spec->name, "file") ?
						    "output" : "input");
	return EXIT_OK;
}

/* Handle an option that several commands have; return false for another one. */
static bool common_option(struct cli *cli, int c, int *end)
{
	*end = 0;
	switch (c) {
	case 'j':
		cli->json = true;
		return true;
	case OPT_COLOUR:
		if (set_colour(cli))
			*end = stop(cli, EXIT_USAGE);
		return true;
	case OPT_NOHEADINGS:
		cli->table.no_headings = true;
		return true;
	case OPT_OUTPUT:
		cli->table.output = optarg;
		return true;
	case OPT_SORT:
		cli->table.sort = optarg;
		return true;
	case OPT_BYTES:
		cli->table.bytes = true;
		return true;
	case OPT_RAW:
		cli->table.raw = true;
		return true;
	case 'h':
		cli_print_help(cli);
		*end = stop(cli, EXIT_OK);
		return true;
	default:
		return false;
	}
}

/* Check what holds for the command line as a whole. */
static int at_end(struct cli *cli, int argc, char **argv)
{
	int c;

	cli->colour = cli_colour_on(cli, STDOUT_FILENO);
	c = check_operands(cli, argc, argv);
	if (c == CLI_END && check_tables(cli))
		c = stop(cli, EXIT_USAGE);
	return c;
}

/*
 * Tell whether --output has the name of a file instead of a column: it was the name of
 * --output-file once.
 */
static bool output_names_file(const struct cli *cli,
			      const struct option_spec *spec, int c)
{
	const char *unknown;

	if (c != OPT_OUTPUT || !cli->command || !has_option(spec, "output-file") ||
	    !*optarg || strchr(optarg, ','))
		return false;
	if (!table_unknown_column(optarg, cli->command->tables, &unknown))
		return false;
	cli_note("--output=%s is not a column: the report is written to this file, as "
		 "with --output-file", optarg);
	return true;
}

int cli_option(struct cli *cli, const struct option_spec *spec, int argc,
	       char **argv)
{
	struct option_list list = { 0 };
	char shorts[2 * MAX_OPTIONS + 3];
	bool stop_early;
	int c, index, end;

	add_options(&list, spec);
	add_options(&list, common_options);
	if (cli->command && cli->command->tables)
		add_options(&list, table_options);
	/*
	 * '+' stops at the first operand: a subcommand, or a command to run;
	 * ':' reports a missing value as such
	 */
	stop_early = !cli->command ||
		     cli->command->operand == OPERAND_COMMAND;
	shorts[0] = stop_early ? '+' : ':';
	shorts[1] = ':';
	short_options(shorts + (stop_early ? 2 : 1), &list);

	opterr = 0;
	for (;;) {
		index = -1;
		c = getopt_long(argc, argv, shorts, list.opts, &index);
		if (c == -1)
			return at_end(cli, argc, argv);
		if (c == '?' || c == ':')
			return stop(cli, bad_option(cli, &list, c, argv));
		cli->option = index >= 0 ? list.spec[index] :
					   find_letter(&list, c);
		/* getopt_long(3) returns only letters of the list */
		if (!cli->option)
			abort();
		if (check_option(cli, &list, index, argv))
			return stop(cli, EXIT_USAGE);
		if (output_names_file(cli, spec, c))
			return 'o';
		if (!common_option(cli, c, &end))
			return c;
		if (end)
			return end;
	}
}
