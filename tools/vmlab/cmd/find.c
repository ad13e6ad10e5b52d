// SPDX-License-Identifier: GPL-2.0
/* vmlab find: show what the kernel finds at an address or in a range. */
#include <errno.h>
#include <stdio.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "sys/xalloc.h"
#include "show/find.h"

struct query {
	const char *text; /* START as given */
	uint64_t start, end;
};

static int show(struct target *target, void *arg)
{
	const struct query *q = arg;
	char *strings = check_alloc(malloc(VMLAB_FIND_STRINGS_MIN));
	struct vmlab_find find;
	int err;

	err = vmlab_find_get(target->proc, q->start, q->end, &find, strings);
	if (err == -EINVAL)
		err = cli_error("%s is not an address that can be looked up",
				q->text);
	else if (err)
		; /* standard output stays empty */
	else if (target->cli->json)
		find_print_json(stdout, target->lab, &find, strings,
				target->pid);
	else
		find_print(stdout, target->lab, &find, strings, q->end,
			   target->cli->colour);
	free(strings);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { 0 };

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	q.text = argv[optind + 1];
	if (cli_symbol_address(cli, "START", q.text, argv[optind], &q.start))
		return EXIT_USAGE;
	if (argc - optind > 2) {
		if (cli_symbol_address(cli, "END", argv[optind + 2], argv[optind],
				       &q.end))
			return EXIT_USAGE;
		if (q.end <= q.start)
			return cli_usage(cli, "END: '%s' is not above START: give a "
					 "higher address", argv[optind + 2]);
	}
	return inspect(cli, argv[optind], 0, show, &q);
}

static const char help[] =
	PID_HELP
	"START and END are addresses in hexadecimal, or SYMBOL+OFFSET, as for 'vmlab\n"
	"translate'; without END the range is one byte.\n"
	"\n"
	"find_vma      the first VMA that ends above START: it need not contain START\n"
	"intersection  the first VMA that has a byte in [START, END)\n"
	"previous      the last VMA that ends at or below START\n"
	"next          the first VMA that starts at or above END\n"
	"\n"
	"Then the gap that contains START, and the cost of the lookup: nodes of the maple\n"
	"tree from the root to the leaf, and pivots compared in them.\n"
	"\n"
	"Example: what is at an address, and is a range free?\n"
	"  vmlab find $PID 7ffff7fc1000\n"
	"  vmlab find $PID 10000 20000\n";

const struct command cmd_find = {
	.name = "find",
	.group = GROUP_PROCESS,
	.operands = "PID START [END]",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.more_operands = 1,
	.summary = "look up an address or a range as the kernel does",
	.help = help,
	.tables = find_tables,
	.run = run,
};
