// SPDX-License-Identifier: GPL-2.0
/* vmlab map: draw the address space. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/map.h"
#include "show/terminal.h"

enum { OPT_SVG = 0x100, OPT_HTML, OPT_ASCII };

static const struct option_spec options[] = {
	{ "svg", OPT_SVG, "FILE", NULL, "write a drawing; '-' is standard output" },
	{ "html", OPT_HTML, "FILE", NULL,
	  "write a page for a browser; '-' is standard output" },
	{ "ascii", OPT_ASCII, NULL, NULL,
	  "draw with ASCII (default in a locale that is not UTF-8)" },
	{ 0 },
};

struct query {
	const char *svg, *html; /* files to write, or NULL */
	bool ascii;
};

static void print_svg(FILE *out, const void *map)
{
	map_print_svg(out, map);
}

static void print_html(FILE *out, const void *map)
{
	map_print_html(out, map);
}

static int show(struct target *target, void *arg)
{
	const struct cli *cli = target->cli;
	const struct query *q = arg;
	struct map_picture map;
	struct map_item *item;
	int err = EXIT_OK;
	size_t nr;

	item = map_items(&target->snap, &nr);
	map_picture_init(&map, &target->snap, item, nr);
	if (q->svg)
		err = cli_write_file(q->svg, print_svg, &map);
	if (q->html && !err)
		err = cli_write_file(q->html, print_html, &map);
	if (cli->json)
		map_print_json(stdout, &map);
	else if (!q->svg && !q->html)
		map_print_text(stdout, &map, terminal_columns(STDOUT_FILENO),
			       !q->ascii, cli->colour);
	free(item);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .ascii = !terminal_utf8() };
	bool ascii_given = false;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_SVG:
			q.svg = optarg;
			break;
		case OPT_HTML:
			q.html = optarg;
			break;
		case OPT_ASCII:
			q.ascii = true;
			ascii_given = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (cli->json && (q.svg || q.html))
		return cli_usage(cli, "--json excludes --svg and --html: give one "
				 "of them");
	if (ascii_given && (cli->json || q.svg || q.html))
		return cli_usage(cli, "--ascii is for the terminal: it excludes --json, "
				 "--svg and --html");
	if ((q.svg || q.html) && argc - optind > 1)
		return cli_usage(cli, "--svg and --html write a file about one "
				 "process: give one PID");
	if (q.svg && q.html && !strcmp(q.svg, "-") && !strcmp(q.html, "-"))
		return cli_usage(cli, "--svg=- and --html=-: give a FILE for one of "
				 "them, standard output takes one");
	return inspect_each(cli, argv + optind, INSPECT_RSS, show, &q);
}

static const char help[] =
	PID_HELP
	"\n"
	"Prints one line for each VMA and each gap, the highest address first, as wide as\n"
	"the terminal ($COLUMNS).  The length of a bar grows with the logarithm of the\n"
	"size; the solid part is resident, in proportion.  Each kind has a colour; the\n"
	"last lines list them.  A name that is too long is cut at its beginning.\n"
	"\n"
	"RSS  memory that the page tables map, without the zero page, with hugetlbfs\n"
	"\n"
	"--svg and --html write files that need no other file, no network and no script.\n"
	"They show sizes as heights, and details of the part under the pointer.\n"
	"\n"
	"Example:\n"
	"  vmlab map $$ --html map.html && xdg-open map.html\n";

const struct command cmd_map = {
	.name = "map",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "draw the address space: terminal, SVG or HTML",
	.help = help,
	.options = options,
	.run = run,
};
