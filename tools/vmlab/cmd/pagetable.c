// SPDX-License-Identifier: GPL-2.0
/* vmlab pagetable: show the entries of a process's page tables. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/page_table.h"
#include "sys/swap_areas.h"

enum {
	OPT_EACH = 0x100,
	OPT_TABLES,
	OPT_TOTALS,
	OPT_FOLD,
	OPT_REQUIRE,
	OPT_ANY,
	OPT_NOT,
};

#define FLAG_WORDS                                                          \
	"present table huge write user nx accessed dirty global special "   \
	"soft_dirty uffd_wp protnone swap migration hwpoison marker guard " \
	"zero anon file exclusive hugetlb"

static const struct option_spec options[] = {
	{ "range", 'r', "RANGE", NULL,
	  "START-END, START+SIZE or the page of an address; SYMBOL for START" },
	{ "each", OPT_EACH, NULL, NULL,
	  "one record for each entry, with the word that it is" },
	{ "fold", OPT_FOLD, NULL, NULL,
	  "fold entries with equal flags, whatever frames they map" },
	{ "tables", OPT_TABLES, NULL, NULL,
	  "entries that point to tables, too" },
	{ "totals", OPT_TOTALS, NULL, NULL,
	  "tables, entries and bytes by level, no entries" },
	{ "require", OPT_REQUIRE, "FLAG", FLAG_WORDS,
	  "entries that have this flag; more than one: all of them" },
	{ "any", OPT_ANY, "FLAG", FLAG_WORDS,
	  "entries that have at least one of the flags given so" },
	{ "not", OPT_NOT, "FLAG", FLAG_WORDS,
	  "entries that do not have this flag" },
	{ "raw", OPT_EACH, .hidden = true },
	{ 0 },
};

#define MAX_FLAGS 64

/* struct named_flag - a flag and the option that named it */
struct named_flag {
	int option;
	const char *name;
};

struct query {
	struct vmlab_pt_query pt;
	struct named_flag flag[MAX_FLAGS];
	size_t nr_flags;
};

static const char *option_name(int option)
{
	return option == OPT_REQUIRE ? "require" :
	       option == OPT_ANY     ? "any" :
				       "not";
}

static int add_flags(const struct target *target, struct query *q)
{
	for (size_t i = 0; i < q->nr_flags; i++) {
		int bit = vmlab_pte_flag_bit(target->lab, q->flag[i].name);
		uint64_t mask;

		if (bit < 0)
			return cli_usage(target->cli, "--%s: '%s' is not a flag of "
					 "entries: give one of " FLAG_WORDS
					 ", or a rarer one",
					 option_name(q->flag[i].option),
					 q->flag[i].name);
		mask = UINT64_C(1) << bit;
		if (q->flag[i].option == OPT_ANY)
			q->pt.category_anyof_mask |= mask;
		else
			q->pt.category_mask |= mask;
		if (q->flag[i].option == OPT_NOT)
			q->pt.category_inverted |= mask;
	}
	if (q->pt.category_inverted & q->pt.category_anyof_mask)
		return cli_usage(target->cli, "--any and --not exclude each other for "
				 "a flag: give one of the two");
	return EXIT_OK;
}

/* Widen the range to whole pages. */
static void whole_pages(const struct vmlab *lab, struct vmlab_pt_query *pt)
{
	uint64_t mask = vmlab_page_size(lab) - 1;

	pt->start &= ~mask;
	if (pt->end > UINT64_MAX - mask)
		pt->end = 0;
	else
		pt->end = (pt->end + mask) & ~mask;
}

static void note_swap_area(unsigned int area)
{
	char *text = swap_areas_text(NULL, area);

	if (text)
		cli_note("%s", text);
	free(text);
}

static int show_entries(struct target *target, void *arg)
{
	struct query *q = arg;
	struct pte_walk walk = {
		.lab = target->lab,
		.names = &target->snap,
		.pid = target->pid,
		.levels = vmlab_info_get(target->lab)->pgtable_levels,
		.raw = q->pt.flags & VMLAB_PTES_RAW,
	};
	const struct vmlab_pte *pte;
	int ret;

	whole_pages(target->lab, &q->pt);
	ret = add_flags(target, q);
	if (!ret)
		ret = vmlab_ptes_open(target->proc, &q->pt, &walk.it);
	if (ret)
		return ret;
	ret = vmlab_ptes_next(walk.it, &pte);
	if (!ret && !target->cli->json)
		cli_note("no entry of the page tables matches --range, --require, "
			 "--any and --not");
	if (ret < 0)
		; /* standard output stays empty */
	else if (target->cli->json)
		ret = ptes_print_json(stdout, &walk, pte, ret);
	else
		ret = ptes_print(stdout, &walk, pte, ret, target->cli->colour);
	vmlab_ptes_close(walk.it);
	if (walk.swapped)
		note_swap_area(walk.swap_area);
	return ret;
}

static int show_totals(struct target *target, void *arg)
{
	struct vmlab_pgtable_totals totals;
	int err = vmlab_pgtable_totals_get(target->proc, &totals);

	(void)arg;
	if (err)
		return err;
	if (target->cli->json)
		page_tables_print_json(stdout, &totals, target->pid);
	else
		page_tables_print(stdout, &totals, target->cli->colour);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { 0 };
	const char *range = NULL;
	bool totals = false;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'r':
			range = optarg;
			break;
		case OPT_EACH:
			q.pt.flags |= VMLAB_PTES_RAW;
			break;
		case OPT_TABLES:
			q.pt.flags |= VMLAB_PTES_TABLES;
			break;
		case OPT_FOLD:
			q.pt.flags |= VMLAB_PTES_FOLD_FLAGS;
			break;
		case OPT_TOTALS:
			totals = true;
			break;
		case OPT_REQUIRE:
		case OPT_ANY:
		case OPT_NOT:
			if (q.nr_flags == MAX_FLAGS)
				return cli_usage(cli, "--require, --any and "
						 "--not: at most %d flags",
						 MAX_FLAGS);
			q.flag[q.nr_flags++] = (struct named_flag){ c, optarg };
			break;
		default:
			return cli->exit_code;
		}
	}
	/* the process of a symbol is an operand, which follows the option */
	if (range && cli_symbol_range(cli, range, argv + optind, &q.pt.start,
				      &q.pt.end))
		return EXIT_USAGE;
	if (totals && (q.pt.flags || q.pt.end || q.nr_flags))
		return cli_usage(cli, "--totals counts all entries: it excludes "
				 "the other options, give it alone");
	if (q.pt.flags & VMLAB_PTES_RAW && q.pt.flags & VMLAB_PTES_FOLD_FLAGS)
		return cli_usage(cli, "--each and --fold exclude each other: give one "
				 "of the two");
	if (totals)
		return inspect_each(cli, argv + optind, INSPECT_PGTABLE,
				    show_totals, NULL);
	return inspect_each(cli, argv + optind, INSPECT_PGTABLE | INSPECT_VMAS,
			    show_entries, &q);
}

static const char help[] =
	PID_HELP
	"\n"
	"START, END  addresses that the run of entries covers; empty entries are not\n"
	"            shown\n"
	"LEVEL       pte, pmd, pud, p4d, pgd: an entry above pte that is present is a\n"
	"            huge page; with --tables also entries that point to tables\n"
	"INDEX       of the first entry in its table\n"
	"NR          entries in the run: their frames are adjacent too\n"
	"EACH        bytes that one entry covers\n"
	"PHYS        physical address of the first frame or of the table; 'swap A:N' is\n"
	"            page slot N of swap area A, which a note names; needs CAP_SYS_ADMIN\n"
	"RAW         the entry as the CPU sees it; needs CAP_SYS_ADMIN\n"
	"FLAGS       its bits by name; an unknown name for --require lists them\n"
	"NAME        of the VMA\n"
	"\n"
	"--totals: by level, tables and their memory, and their entries: EMPTY, those\n"
	"that point to a TABLE, those that map a frame (LEAF), and OTHER: swap,\n"
	"migration, markers.\n"
	"\n"
	"Example: the pages of a variable or a function\n"
	"  vmlab pagetable $PID --range buffer\n"
	"Example: pages that were written and are not shared; pages in swap\n"
	"  vmlab pagetable $PID --require dirty --require exclusive\n"
	"  vmlab pagetable $PID --require swap --json | jq '[.entries[].nr] | add'\n";

const struct command cmd_pagetable = {
	.name = "pagetable",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show page-table entries, every flag in words",
	.help = help,
	.options = options,
	.tables = page_table_tables,
	.run = run,
};
