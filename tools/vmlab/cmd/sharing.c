// SPDX-License-Identifier: GPL-2.0
/* vmlab sharing: show which frames processes share, and of which files. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/commands.h"
#include "inspect/sharing.h"
#include "sys/xalloc.h"
#include "show/sharing.h"

enum { OPT_PFNS = 0x100, OPT_UNSHARED };

static const struct option_spec options[] = {
	{ "pfns", OPT_PFNS, NULL, NULL,
	  "with --json: the shared frames of each file, too" },
	{ "unshared", OPT_UNSHARED, NULL, NULL,
	  "files of which nothing is shared, too (JSON has them)" },
	{ 0 },
};

struct request {
	bool pfns, unshared;
};

static void show(const struct cli *cli, const struct sharing *s,
		 const struct request *q)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it holds pointers */
	const struct snapshot **snap = check_alloc(calloc(s->nr_targets, sizeof(*snap)));
	const struct sharing_view view = {
		.report = &s->report,
		.groups = &s->groups,
		.pages = &s->pages,
		.snap = snap,
		.page_size = s->page_size,
		.colour = cli->colour,
		.unshared = q->unshared,
	};

	for (size_t i = 0; i < s->nr_targets; i++)
		snap[i] = &s->target[i].snap;
	if (cli->json)
		sharing_print_json(stdout, &view, q->pfns);
	else
		sharing_print(stdout, &view);
	free(snap);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct request q = { 0 };
	struct sharing sharing;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_PFNS:
			q.pfns = true;
			break;
		case OPT_UNSHARED:
			q.unshared = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (q.pfns && !cli->json)
		return cli_usage(cli, "--pfns needs --json: give both");
	err = sharing_read(&sharing, cli, argv + optind,
			   (size_t)(argc - optind));
	if (!err)
		show(cli, &sharing, &q);
	sharing_free(&sharing);
	return err;
}

static const char help[] =
	"Needs CAP_SYS_ADMIN, since it compares page frame numbers.  The zero page and\n"
	"memory without a struct page are left out.\n"
	"\n"
	"For each process, in sizes of different frames:\n"
	"RESIDENT   all frames that it maps\n"
	"PRIVATE    mapped by no other of the processes given\n"
	"ELSEWHERE  of PRIVATE, mapped by processes that were not given\n"
	"SHARED     mapped by another one of the processes given\n"
	"PSS        each frame divided by the entries on the machine that map it\n"
	"\n"
	"For each file and protection, or kind of memory, of which frames are shared;\n"
	"with --unshared the others, too:\n"
	"RESIDENT   different frames that the processes map\n"
	"SHARED     size of the frames that at least two of the processes map\n"
	"FRAMES     their number\n"
	"MAPPINGS   page-table entries that map them, in all the processes\n"
	"SAVED      memory that copies for each mapping would need in addition\n"
	"PROCS      processes that map some of it\n"
	"\n"
	"Then each pair of processes.  JSON has all files, also with nothing shared, with\n"
	"file_pages and file_frames: equal when each page of the file is in memory once.\n"
	"The processes run meanwhile: stop them to get exact numbers.  Kernel threads and\n"
	"processes that have exited are skipped, and a process that is given twice counts\n"
	"once; a note says so.\n"
	"\n"
	"Example: what all shells of the machine share\n"
	"  vmlab sharing $(pgrep bash)\n";

const struct command cmd_sharing = {
	.name = "sharing",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show which frames processes share, and of which files",
	.help = help,
	.options = options,
	.tables = sharing_tables,
	.run = run,
};
