// SPDX-License-Identifier: GPL-2.0
/* vmlab top: page faults of all processes, interval by interval. */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/failure.h"
#include "cli/parse.h"
#include "faults/live.h"

enum { OPT_BATCH = 0x2000, OPT_VERBOSE };

static const struct option_spec options[] = {
	{ "delay", 'd', "SECONDS", NULL,
	  "time between two pictures (default 1)" },
	{ "count", 'n', "N", NULL, "end after so many pictures" },
	{ "pid", 'p', "PID", NULL, "only this process, and those it forks" },
	{ "batch", OPT_BATCH, NULL, NULL,
	  "no terminal control: one table after the other" },
	{ "verbose", OPT_VERBOSE, NULL, NULL, "print what libbpf says" },
	{ 0 },
};

static int run(struct cli *cli, int argc, char **argv)
{
	struct live_options o = {
		.delay = 1,
		.json = cli->json,
		.colour = cli->colour,
	};
	struct failure failure;
	char *end;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'd':
			o.delay = strtod(optarg, &end);
			if (end == optarg || *end || !(o.delay >= 0.1) ||
			    o.delay > 3600)
				return cli_usage(cli, "--delay=%s: give seconds, "
						 "from 0.1 to 3600", optarg);
			break;
		case 'n':
			if (parse_u64(optarg, &o.count) || !o.count)
				return cli_usage(cli,
						 "--count=%s: give a number",
						 optarg);
			break;
		case 'p':
			if (parse_pid(optarg, &o.pid) || !o.pid)
				return cli_usage(cli, "--pid=%s: give a process "
						 "id, see ps(1)", optarg);
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
	err = live_run(&o, &failure);
	return err ? cli_failure(err, &failure) : EXIT_OK;
}

static const char help[] =
	"MINOR/s, MAJOR/s  page faults a second, in the last interval\n"
	"TIME              that the kernel spent on them in the interval\n"
	"MOSTLY            their most frequent kind; the second line has the kinds of all\n"
	"\n"
	"Processes without a fault in the interval are not shown; one that has ended is\n"
	"shown once more.  On a terminal the picture fits it, and q quits.  Otherwise, and\n"
	"with --batch, tables follow one another; --json has one object for each interval.\n"
	"Needs root, and a kernel with BTF; not the vmlab module.\n"
	"\n"
	"Example: ten seconds, for a file\n"
	"  vmlab top --batch --count 10 >faults.txt\n";

const struct command cmd_top = {
	.name = "top",
	.summary = "show who has page faults, second by second",
	.help = help,
	.options = options,
	.run = run,
};
