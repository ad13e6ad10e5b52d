// SPDX-License-Identifier: GPL-2.0
/* vmlab gaps: show free ranges, and where mmap(2) would map. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "inspect/sysctl.h"
#include "show/format.h"
#include "show/gaps.h"

enum { OPT_TOTALS = 0x100, OPT_LENGTH, OPT_ALIGN, OPT_HIGH };

static const struct option_spec options[] = {
	{ "length", OPT_LENGTH, "SIZE", NULL,
	  "show where mmap(2) would map SIZE bytes" },
	{ "align", OPT_ALIGN, "SIZE", NULL,
	  "with --length: at a multiple of SIZE, a power of two" },
	{ "high", OPT_HIGH, NULL, NULL,
	  "with --length: as with a hint above 47 bits" },
	{ "range", 'r', "RANGE", NULL, "show what is free in START-END" },
	{ "totals", OPT_TOTALS, NULL, NULL, "show only the totals" },
	{ 0 },
};

struct query {
	uint64_t start, end;
	struct vmlab_free_area area;
};

static int show_totals(struct target *target, void *arg)
{
	const struct query *q = arg;
	struct vmlab_gap_stats stats;
	int ret;

	ret = vmlab_gap_stats_get(target->proc, q->start, q->end, &stats);
	if (ret)
		return ret;
	if (target->cli->json)
		return gaps_print_json(stdout, NULL, NULL, 0, &stats,
				       target->pid);
	gaps_print_totals(stdout, &stats);
	return EXIT_OK;
}

static int show_gaps(struct target *target, void *arg)
{
	const struct query *q = arg;
	const struct vmlab_gap *gap = NULL;
	struct vmlab_gap_stats stats;
	struct vmlab_gaps_iter *it;
	int ret;

	ret = vmlab_gap_stats_get(target->proc, q->start, q->end, &stats);
	if (!ret)
		ret = vmlab_gaps_open(target->proc, q->start, q->end, &it);
	if (ret)
		return ret;
	ret = vmlab_gaps_next(it, &gap);
	if (ret < 0)
		; /* standard output stays empty */
	else if (target->cli->json)
		ret = gaps_print_json(stdout, it, gap, ret, &stats,
				      target->pid);
	else
		ret = gaps_print(stdout, it, gap, ret, &stats, &target->snap,
				 target->cli->colour);
	vmlab_gaps_close(it);
	return ret;
}

static int show_area(struct target *target, void *arg)
{
	struct vmlab_free_area *area = &((struct query *)arg)->area;
	char size[SIZE_TEXT_MAX];
	int err;

	format_size(area->length, size);
	area->min_addr = sysctl_mmap_min_addr();
	err = vmlab_free_area_get(target->proc, area);
	if (err == -ENOMEM)
		return cli_error("no free range of %s: 'vmlab gaps' shows what "
				 "there is", size);
	if (err)
		return err;
	if (target->cli->json)
		free_area_print_json(stdout, area, target->pid);
	else
		free_area_print(stdout, area);
	return EXIT_OK;
}

static int parse_alignment(const struct cli *cli, uint64_t *alignment)
{
	const uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t value;

	if (cli_size(cli, page_size, UINT64_MAX, &value))
		return EXIT_USAGE;
	if (value & (value - 1))
		return cli_bad_value(cli, "give a power of two, such as 2M");
	*alignment = value;
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .start = sysctl_mmap_min_addr() };
	uint64_t length = 0, alignment = 0;
	bool totals = false;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_LENGTH:
			if (cli_size(cli, 1, UINT64_MAX, &length))
				return EXIT_USAGE;
			break;
		case OPT_ALIGN:
			if (parse_alignment(cli, &alignment))
				return EXIT_USAGE;
			break;
		case OPT_HIGH:
			q.area.flags |= VMLAB_AREA_HIGH;
			break;
		case 'r':
			if (cli_range(cli, &q.start, &q.end))
				return EXIT_USAGE;
			break;
		case OPT_TOTALS:
			totals = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if ((alignment || q.area.flags) && !length)
		return cli_usage(cli, "--align and --high need --length: give "
				 "--length=SIZE too");
	if (length && (totals || q.end))
		return cli_usage(cli, "--length asks where mmap(2) would map: it excludes "
				 "--range and --totals");
	q.area.length = length;
	q.area.alignment = alignment;
	if (length)
		return inspect_each(cli, argv + optind, 0, show_area,
				    &q);
	if (totals)
		return inspect_each(cli, argv + optind, 0, show_totals,
				    &q);
	return inspect_each(cli, argv + optind, INSPECT_VMAS, show_gaps,
			    &q);
}

static const char help[] =
	PID_HELP
	"\n"
	"START, END  the free range [START, END), hexadecimal; the lowest begins at\n"
	"            vm.mmap_min_addr, below which mmap(2) never maps\n"
	"SIZE        END - START, rounded down; JSON has exact bytes\n"
	"GUARD       bytes at its end that mmap(2) keeps free below a stack\n"
	"BELOW       the VMA that ends at START\n"
	"ABOVE       the VMA that starts at END\n"
	"\n"
	"--length asks where mmap(NULL, SIZE, ...) of private anonymous memory would map\n"
	"now; limits (RLIMIT_AS, overcommit, number of VMAs) are not checked.\n"
	"\n"
	"Example: is there room for 1 TiB, and where?\n"
	"  vmlab gaps $$ --length 1T\n";

const struct command cmd_gaps = {
	.name = "gaps",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show free ranges, and where mmap(2) would map",
	.help = help,
	.options = options,
	.tables = gaps_tables,
	.run = run,
};
