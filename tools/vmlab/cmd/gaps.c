// SPDX-License-Identifier: GPL-2.0
/* vmlab gaps: what is free, and where mmap(2) would map. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "model/snapshot.h"
#include "inspect/sysctl.h"
#include "show/table.h"

enum { OPT_TOTALS = 0x100, OPT_ALIGN, OPT_HIGH };

static const struct option_spec options[] = {
	{ "length", 'l', "SIZE", NULL,
	  "where would mmap(2) map so many bytes?" },
	{ "align", OPT_ALIGN, "SIZE", NULL,
	  "with --length: at a multiple of SIZE, a power of two" },
	{ "high", OPT_HIGH, NULL, NULL,
	  "with --length: as with a hint above 47 bits" },
	{ "range", 'r', "RANGE", NULL, "what is free in START-END" },
	{ "totals", OPT_TOTALS, NULL, NULL, "only the totals" },
	{ 0 },
};

struct query {
	const struct cli *cli;
	struct vmlab *lab;
	struct vmlab_proc *proc;
	pid_t pid;
	uint64_t start, end;
	struct vmlab_gap_stats stats;
	struct snapshot names;
};

static pid_t shown_pid(const struct query *q)
{
	return q->pid ? q->pid : getpid();
}

/* the VMA next to a gap: its name, or its address without one */
static void neighbour(struct table *t, const struct query *q, uint64_t addr)
{
	const struct snap_vma *v = addr ? snapshot_vma_at(&q->names, addr - 1) :
					  NULL;
	char *name = check_alloc(format_safe(v ? v->name : ""));

	if (v && !*name)
		table_cell(t, STYLE_DIM, "[anon %" PRIx64 "]", v->start);
	else
		table_cell(t, STYLE_NAME, "%s", name);
	free(name);
}

static void print_totals(const struct query *q)
{
	const struct vmlab_gap_stats *s = &q->stats;
	char total[SIZE_TEXT_MAX], largest[SIZE_TEXT_MAX];

	printf("%llu gaps between %llu VMAs, %s free; the largest is %llx-%llx, %s\n",
	       s->gaps, s->map_count, format_size(s->free, total),
	       s->largest_start, s->largest_end,
	       format_size(s->largest_end - s->largest_start, largest));
	if (s->flags & VMLAB_TREE_CHANGED)
		puts("The address space changed meanwhile: totals are of different moments.");
}

static int print_table(struct query *q, struct vmlab_gaps_iter *it,
		       const struct vmlab_gap *gap, int ret)
{
	static const struct column columns[] = {
		{ "START", true }, { "END", true }, { "SIZE", true },
		{ "GUARD", true }, { "BELOW" },	    { "ABOVE" },
	};
	struct table *t = table_open(stdout, columns, 6, q->cli->colour);
	char size[SIZE_TEXT_MAX], guard[SIZE_TEXT_MAX];

	for (; ret > 0 && gap; ret = vmlab_gaps_next(it, &gap)) {
		enum style style = gap->start == q->stats.largest_start ?
					   STYLE_GOOD :
					   STYLE_PLAIN;

		table_cell(t, style, "%" PRIx64, (uint64_t)gap->start);
		table_cell(t, style, "%" PRIx64, (uint64_t)gap->end);
		table_cell(t, style, "%s",
			   format_size(gap->end - gap->start, size));
		table_cell(t, STYLE_PLAIN, "%s",
			   gap->guard ? format_size(gap->guard, guard) : "");
		neighbour(t, q, gap->prev_start ? gap->start : 0);
		neighbour(t, q, gap->next_end);
	}
	table_close(t);
	if (!ret)
		print_totals(q);
	if (vmlab_gaps_flags(it) & VMLAB_GUARD_ASSUMED)
		puts("The stack guard gap was not learnt: 256 pages are assumed.");
	return ret;
}

static json_t *stats_json(const struct vmlab_gap_stats *s)
{
	json_t *o = json_object(), *largest = json_object();

	json_put(o, "gaps", json_count(s->gaps));
	json_put(o, "free", json_count(s->free));
	json_put(largest, "start", json_hex(s->largest_start));
	json_put(largest, "end", json_hex(s->largest_end));
	json_put(largest, "size",
		 json_count(s->largest_end - s->largest_start));
	json_put(o, "largest", largest);
	json_put(o, "changed", json_boolean(s->flags & VMLAB_TREE_CHANGED));
	return o;
}

static int print_json(struct query *q, struct vmlab_gaps_iter *it,
		      const struct vmlab_gap *gap, int ret)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(shown_pid(q)));
	json_member(&doc, "map_count", json_count(q->stats.map_count));
	json_member(&doc, "totals", stats_json(&q->stats));
	if (it) {
		json_array_begin(&doc, "gaps");
		for (; ret > 0 && gap; ret = vmlab_gaps_next(it, &gap)) {
			json_t *o = json_object();

			json_put(o, "start", json_hex(gap->start));
			json_put(o, "end", json_hex(gap->end));
			json_put(o, "size", json_count(gap->end - gap->start));
			json_put(o, "guard", json_count(gap->guard));
			json_put(o, "prev_start",
				 gap->prev_start ? json_hex(gap->prev_start) :
						   json_null());
			json_put(o, "next_end",
				 gap->next_end ? json_hex(gap->next_end) :
						 json_null());
			json_item(&doc, o);
		}
		json_array_end(&doc);
	}
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, q->pid));
	json_end(&doc);
	return ret;
}

static int show_gaps(struct query *q, bool totals)
{
	const struct vmlab_gap *gap = NULL;
	struct vmlab_gaps_iter *it = NULL;
	int ret;

	ret = vmlab_gap_stats_get(q->proc, q->start, q->end, &q->stats);
	if (!ret && !totals) {
		ret = snapshot_take(q->lab, q->proc, false, &q->names);
		if (!ret)
			ret = vmlab_gaps_open(q->proc, q->start, q->end, &it);
		if (!ret)
			ret = vmlab_gaps_next(it, &gap);
	}
	if (ret < 0)
		; /* standard output stays empty */
	else if (q->cli->json)
		ret = print_json(q, it, gap, ret);
	else if (totals)
		print_totals(q);
	else
		ret = print_table(q, it, gap, ret);
	vmlab_gaps_close(it);
	snapshot_free(&q->names);
	return ret < 0 ? cli_fail(ret, VMLAB_ABOUT_PROCESS, q->pid) : EXIT_OK;
}

static void print_area(const struct vmlab_free_area *area)
{
	char size[SIZE_TEXT_MAX];

	printf("%s would be mapped at %llx-%llx\n",
	       format_size(area->length, size), area->address,
	       area->address + area->length);
	printf("searched %llx-%llx %s%s\n", area->low, area->high,
	       area->result & VMLAB_AREA_TOPDOWN ? "from the top down" :
						   "from the bottom up",
	       area->result & VMLAB_AREA_FALLBACK ?
		       ", in vain, and then from the bottom up" : "");
	if (area->result & VMLAB_AREA_THP)
		puts("placed for huge pages, since the length is a multiple of one");
	printf("%s are kept free below a stack%s\n",
	       format_size(area->guard_gap, size),
	       area->result & VMLAB_GUARD_ASSUMED ?
		       " (assumed: the guard gap was not learnt)" : "");
}

static void print_area_json(const struct query *q,
			    const struct vmlab_free_area *area)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(shown_pid(q)));
	json_member(&doc, "length", json_count(area->length));
	json_member(&doc, "alignment", json_count(area->alignment));
	json_member(&doc, "address", json_hex(area->address));
	json_member(&doc, "low", json_hex(area->low));
	json_member(&doc, "high", json_hex(area->high));
	json_member(&doc, "topdown",
		    json_boolean(area->result & VMLAB_AREA_TOPDOWN));
	json_member(&doc, "fallback",
		    json_boolean(area->result & VMLAB_AREA_FALLBACK));
	json_member(&doc, "huge_pages",
		    json_boolean(area->result & VMLAB_AREA_THP));
	json_member(&doc, "guard_gap", json_count(area->guard_gap));
	json_end(&doc);
}

static int show_area(struct query *q, struct vmlab_free_area *area)
{
	uint64_t length = area->length;
	char size[SIZE_TEXT_MAX];
	int err;

	area->min_addr = sysctl_mmap_min_addr();
	err = vmlab_free_area_get(q->proc, area);
	if (err == -ENOMEM)
		return cli_error("no free range of %s: 'vmlab gaps' shows what "
				 "there is", format_size(length, size));
	if (err == -EINVAL)
		return cli_usage(q->cli, "--align: give a power of two, not "
				 "below the page size");
	if (err)
		return cli_fail(err, VMLAB_ABOUT_PROCESS, q->pid);
	if (q->cli->json)
		print_area_json(q, area);
	else
		print_area(area);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .cli = cli, .start = sysctl_mmap_min_addr() };
	struct vmlab_free_area area = { 0 };
	uint64_t length = 0, alignment = 0;
	bool totals = false;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'l':
			if (parse_size(optarg, &length) || !length)
				return cli_usage(cli, "--length=%s: give a size "
						 "such as 64K", optarg);
			break;
		case OPT_ALIGN:
			if (parse_size(optarg, &alignment) || !alignment)
				return cli_usage(cli, "--align=%s: give a size "
						 "such as 2M", optarg);
			break;
		case OPT_HIGH:
			area.flags |= VMLAB_AREA_HIGH;
			break;
		case 'r':
			if (parse_range(optarg, &q.start, &q.end))
				return cli_usage(cli, "--range=%s: give "
						 "START-END or START+SIZE, in "
						 "hexadecimal", optarg);
			break;
		case OPT_TOTALS:
			totals = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if ((alignment || area.flags) && !length)
		return cli_usage(cli, "--align and --high go with --length");
	area.length = length;
	area.alignment = alignment;

	err = cli_open_proc(cli, argv[optind], &q.lab, &q.proc, &q.pid);
	if (err)
		return err;
	err = length ? show_area(&q, &area) : show_gaps(&q, totals);
	vmlab_proc_close(q.proc);
	vmlab_close(q.lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"START, END  the free range [START, END), hexadecimal; the lowest begins at\n"
	"            vm.mmap_min_addr, below which mmap(2) never maps\n"
	"SIZE        END - START, rounded down; JSON has exact bytes\n"
	"GUARD       what mmap(2) leaves free at the end of it, for the stack above\n"
	"BELOW       the VMA that ends at START\n"
	"ABOVE       the VMA that starts at END\n"
	"\n"
	"--length asks where mmap(NULL, SIZE, ...) of private anonymous memory would map\n"
	"now; limits (RLIMIT_AS, overcommit, number of VMAs) come on top.\n"
	"\n"
	"Example: is there room for 1 TiB, and where?\n"
	"  vmlab gaps $$ --length 1T\n";

const struct command cmd_gaps = {
	.name = "gaps",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show free ranges, and where mmap(2) would map",
	.help = help,
	.options = options,
	.run = run,
};
