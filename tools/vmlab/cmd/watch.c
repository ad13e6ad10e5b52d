// SPDX-License-Identifier: GPL-2.0
/* vmlab watch: show what happens to a process's VMAs, live. */
#include <stdio.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/watch.h"
#include "show/watch.h"
#include "sys/clock.h"

enum { OPT_RSS = 0x100 };

static const struct option_spec options[] = {
	{ "interval", 'i', "TIME", NULL,
	  "time between two snapshots (default 1; 0.01 to 3600 s)" },
	{ "count", 'n', "N", NULL, "end after N snapshots (default: never)" },
	{ "rss", OPT_RSS, NULL, NULL,
	  "show changes of resident memory too: reads the page tables each time" },
	{ 0 },
};

static void print_start(const struct cli *cli, const struct snapshot *first)
{
	watch_print_start(stdout, first, cli->json);
}

static void print_change(const struct cli *cli, const struct snapshot *before,
			 const struct snapshot *after)
{
	watch_print_change(stdout, before, after, cli->json, cli->colour);
}

static void print_end(const struct cli *cli, const struct snapshot *last)
{
	watch_print_exit(stdout, last, cli->json);
}

static int show(struct target *target, void *watch)
{
	return watch_process(target, watch);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct watch watch = {
		.interval = { .tv_sec = 1 },
		.start = print_start,
		.change = print_change,
		.end = print_end,
	};
	double interval;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'i':
			if (cli_duration(cli, 0.01, 3600, &interval))
				return EXIT_USAGE;
			watch.interval = clock_timespec(interval);
			break;
		case 'n':
			if (cli_number(cli, "snapshots", 1, UINT64_MAX,
				       &watch.count))
				return EXIT_USAGE;
			break;
		case OPT_RSS:
			watch.rss = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	return inspect(cli, argv[optind],
		       watch.rss ? INSPECT_PGTABLE | INSPECT_RSS : INSPECT_VMAS,
		       show, &watch);
}

static const char help[] =
	"PID is a process or thread id.  Any other than self needs root, or\n"
	"CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"Takes a snapshot of the VMAs at each interval and shows what changed since the\n"
	"one before, with the time; 'vmlab diff --help' explains the events.  A mapping\n"
	"that is made and removed between two snapshots is missed.  Ends with exit code 0\n"
	"when the process exits, after --count snapshots, or at an interrupt.\n"
	"\n"
	"With --json each line is one object: the first has \"event\": \"start\", and when\n"
	"the process exits, the last has \"exit\".\n"
	"\n"
	"Example: see malloc map a large block\n"
	"  vmlab watch $PID --interval 0.1\n";

const struct command cmd_watch = {
	.name = "watch",
	.group = GROUP_PROCESS,
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show what happens to the VMAs of a process, live",
	.help = help,
	.options = options,
	.run = run,
};
