// SPDX-License-Identifier: GPL-2.0
/* vmlab top: page faults of all processes, interval by interval. */
#include <stdlib.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "faults/live.h"
#include "show/top.h"

enum { OPT_BATCH = 0x2000, OPT_VERBOSE };

static const struct option_spec options[] = {
	{ "interval", 'i', "TIME", NULL,
	  "length of an interval (default 1; 0.1 to 3600 s)" },
	{ "count", 'n', "N", NULL, "end after N intervals" },
	{ "pid", 'p', "PID", NULL, "only this process, until it ends, and those it forks" },
	{ "batch", OPT_BATCH, NULL, NULL,
	  "print one table after the other, without terminal control" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print the messages of libbpf" },
	{ "delay", 'i', "TIME", .hidden = true },
	{ 0 },
};

static int run(struct cli *cli, int argc, char **argv)
{
	struct live_options o = { .delay = 1 };
	struct failure failure;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'i':
			if (cli_duration(cli, 0.1, 3600, &o.delay))
				return EXIT_USAGE;
			break;
		case 'n':
			if (cli_number(cli, "intervals", 1, UINT64_MAX,
				       &o.count))
				return EXIT_USAGE;
			break;
		case 'p':
			if (cli_pid(cli, &o.pid))
				return EXIT_USAGE;
			break;
		case OPT_BATCH:
			o.batch = true;
			break;
		case OPT_VERBOSE:
			o.verbose = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	o.json = cli->json;
	o.colour = cli->colour;
	err = live_run(&o, &failure);
	return err ? cli_failure(&failure) : EXIT_OK;
}

static const char help[] =
	"MINOR/s, MAJOR/s  page faults a second, in the last interval\n"
	"TIME              that the kernel spent on them in the interval\n"
	"MOSTLY            their most frequent kind; the second line has the kinds of all\n"
	"\n"
	"Processes without a fault in the interval are not shown; a process that has\n"
	"ended is shown once more.  On a terminal the table fits the screen, q quits, and\n"
	"^Z stops vmlab and restores the terminal.  Without a terminal, and with --batch,\n"
	"tables follow one another; --json prints one object a line for each interval.\n"
	"Needs root and a kernel with BTF; the vmlab module is not needed.\n"
	"\n"
	"Example: ten seconds, for a file\n"
	"  vmlab top --batch --count 10 >faults.txt\n";

const struct command cmd_top = {
	.name = "top",
	.group = GROUP_FAULTS,
	.summary = "show which processes have page faults, second by second",
	.help = help,
	.options = options,
	.tables = top_tables,
	.run = run,
};
