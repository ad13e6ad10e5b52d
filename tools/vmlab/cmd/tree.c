// SPDX-License-Identifier: GPL-2.0
/* vmlab tree: show the maple tree that holds a process's VMAs. */
#include <stdio.h>

#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/maple_tree.h"

enum { OPT_TOTALS = 0x100, OPT_ASCII };

static const struct option_spec options[] = {
	{ "totals", OPT_TOTALS, NULL, NULL,
	  "nodes, slots and bytes by level, no tree" },
	{ "ascii", OPT_ASCII, NULL, NULL,
	  "draw with ASCII (default in a locale that is not UTF-8)" },
	{ 0 },
};

static int show_tree(struct target *target, void *arg)
{
	const struct cli *cli = target->cli;
	const struct vmlab_tree_item *item;
	const bool *ascii = arg;
	struct vmlab_tree_iter *it;
	int ret;

	ret = vmlab_tree_open(target->proc, &it);
	if (ret)
		return ret;
	ret = vmlab_tree_next(it, &item);
	if (ret < 0)
		; /* standard output stays empty */
	else if (cli->json)
		ret = tree_print_json(stdout, it, item, ret, &target->snap,
				      target->pid);
	else
		ret = tree_print(stdout, it, item, ret, &target->snap, !*ascii,
				 cli->colour);
	vmlab_tree_close(it);
	return ret;
}

static int show_totals(struct target *target, void *arg)
{
	struct vmlab_tree_stats stats;
	int err = vmlab_tree_stats_get(target->proc, &stats);

	(void)arg;
	if (err)
		return err;
	if (target->cli->json)
		tree_print_totals_json(stdout, &stats, target->pid);
	else
		tree_print_totals(stdout, &stats, target->cli->colour);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	bool ascii = !terminal_utf8(), ascii_given = false, totals = false;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_TOTALS:
			totals = true;
			break;
		case OPT_ASCII:
			ascii = true;
			ascii_given = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (ascii_given && (totals || cli->json))
		return cli_usage(cli, "--ascii is for the tree: it excludes --json and "
				 "--totals");
	if (totals)
		return inspect_each(cli, argv + optind, 0, show_totals, NULL);
	return inspect_each(cli, argv + optind, INSPECT_VMAS, show_tree, &ascii);
}

static const char help[] =
	PID_HELP
	"\n"
	"NODE      the node's type and number, or what a slot of a leaf holds: a vma, or\n"
	"          a gap, which is no entry.  arange_64 nodes store the largest gap below\n"
	"          each slot, so that a free range of some size is found without a full\n"
	"          search\n"
	"SLOT      index in the node above\n"
	"FIRST     lowest address (index) that it covers\n"
	"LAST      highest one, inclusive: the pivot; in brackets when no pivot is stored\n"
	"USED      slots in use, of those that the type has\n"
	"MAXGAP    largest run of free addresses below, as stored in the tree\n"
	"GAPSLOT   the slot where that is\n"
	"NAME      of the VMA\n"
	"\n"
	"JSON has MAXGAP in hexadecimal: that of the root can be above 2^63.\n"
	"\n"
	"--totals: LEVEL counts from the root, 0, down.\n"
	"\n"
	"Example: how deep is the tree, and how full?\n"
	"  vmlab tree $$ --totals\n";

const struct command cmd_tree = {
	.name = "tree",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "draw the maple tree that holds the VMAs",
	.help = help,
	.options = options,
	.tables = tree_tables,
	.run = run,
};
