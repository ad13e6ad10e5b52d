// SPDX-License-Identifier: GPL-2.0
/* vmlab pagetable: the entries of a process's page tables. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "model/page_table_level.h"
#include "model/snapshot.h"
#include "show/table.h"

enum {
	OPT_RAW = 0x100,
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
	  "START-END, START+SIZE or the page of an address" },
	{ "raw", OPT_RAW, NULL, NULL,
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
	{ 0 },
};

#define MAX_FLAGS 64

/* names from the command line: which option, which flag */
struct named_flag {
	int option;
	const char *name;
};

struct query {
	const struct cli *cli;
	struct vmlab *lab;
	struct vmlab_pt_query pt;
	struct vmlab_ptes_iter *it;
	struct snapshot names;
	pid_t pid;
	unsigned int levels;
};

static const char *name_at(const struct query *q, uint64_t addr)
{
	const struct snap_vma *v = snapshot_vma_at(&q->names, addr);

	return v ? v->name : "";
}

static bool hidden(const struct query *q)
{
	return vmlab_ptes_result(q->it) & VMLAB_PT_HIDDEN;
}

static void where_cell(struct table *t, const struct query *q,
		       const struct vmlab_pte *pte)
{
	if (hidden(q))
		table_cell(t, STYLE_DIM, "hidden");
	else if (pte->flags & VMLAB_PTE_SWAP)
		table_cell(t, STYLE_WARN, "swap %u:%" PRIu64, pte->swap_type,
			   (uint64_t)pte->swap_offset);
	else if (pte->flags & VMLAB_PTE_MARKER)
		table_cell(t, STYLE_DIM, "%s", "");
	else
		table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->phys);
}

static void cells(struct table *t, const struct query *q,
		  const struct vmlab_pte *pte)
{
	bool is_table = pte->flags & VMLAB_PTE_TABLE;
	char flags[VMLAB_FLAGS_TEXT_MAX], size[SIZE_TEXT_MAX];
	char *name = check_alloc(format_safe(name_at(q, pte->start)));

	vmlab_pte_flags_text(q->lab, pte->flags, flags, sizeof(flags));
	for (char *p = flags; *p; p++)
		if (*p == ' ')
			*p = ',';
	table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->start);
	table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->end);
	table_cell(t, is_table ? STYLE_NAME : STYLE_PLAIN, "%s",
		   pt_level_name(pte->level, q->levels));
	table_cell(t, STYLE_PLAIN, "%u", pte->index);
	table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)pte->nr);
	table_cell(t, STYLE_PLAIN, "%s",
		   format_size(UINT64_C(1) << pte->shift, size));
	where_cell(t, q, pte);
	if (q->pt.flags & VMLAB_PTES_RAW) {
		if (hidden(q))
			table_cell(t, STYLE_DIM, "hidden");
		else
			table_cell(t, STYLE_PLAIN, "%016" PRIx64,
				   (uint64_t)pte->raw);
	}
	table_cell(t, is_table ? STYLE_NAME : STYLE_PLAIN, "%s", flags);
	table_cell(t, STYLE_DIM, "%s", is_table ? "" : name);
	free(name);
}

static int print_table(struct query *q, const struct vmlab_pte *pte, int ret)
{
	static const struct column folded[] = {
		{ "START", true }, { "END", true },   { "LEVEL" },
		{ "INDEX", true }, { "NR", true },    { "EACH", true },
		{ "PHYS", true },  { "FLAGS" },	      { "NAME" },
	};
	static const struct column raw[] = {
		{ "START", true }, { "END", true }, { "LEVEL" },
		{ "INDEX", true }, { "NR", true },  { "EACH", true },
		{ "PHYS", true },  { "RAW", true }, { "FLAGS" },
		{ "NAME" },
	};
	bool is_raw = q->pt.flags & VMLAB_PTES_RAW;
	struct table *t = table_open(stdout, is_raw ? raw : folded,
				     is_raw ? 10 : 9, q->cli->colour);

	for (; ret > 0; ret = vmlab_ptes_next(q->it, &pte))
		cells(t, q, pte);
	table_close(t);
	if (hidden(q))
		puts("Physical addresses, entries and swap slots are hidden: "
		     "they need CAP_SYS_ADMIN\n(run as root).");
	return ret;
}

static json_t *flag_names(const struct vmlab *lab, uint64_t flags)
{
	json_t *names = check_alloc(json_array());

	for (; flags; flags &= flags - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(flags);
		const char *name = vmlab_pte_flag_name(lab, bit);

		json_append(names, *name ? json_string(name) :
					   json_sprintf("bit%u", bit));
	}
	return names;
}

static json_t *pte_json(const struct query *q, const struct vmlab_pte *pte)
{
	bool hide = hidden(q);
	json_t *o = json_object();

	json_put(o, "start", json_hex(pte->start));
	json_put(o, "end", json_hex(pte->end));
	json_put(o, "level", json_count(pte->level));
	json_put(o, "name", json_string(pt_level_name(pte->level, q->levels)));
	json_put(o, "index", json_count(pte->index));
	json_put(o, "nr", json_count(pte->nr));
	json_put(o, "entry_size", json_count(UINT64_C(1) << pte->shift));
	json_put(o, "phys", hide ? json_null() : json_hex(pte->phys));
	json_put(o, "raw", hide ? json_null() : json_hex(pte->raw));
	json_put(o, "flags", flag_names(q->lab, pte->flags));
	json_put(o, "pkey", json_count(pte->pkey));
	if (pte->flags & VMLAB_PTE_SWAP) {
		json_put(o, "swap_type",
			 hide ? json_null() : json_count(pte->swap_type));
		json_put(o, "swap_offset",
			 hide ? json_null() : json_count(pte->swap_offset));
	}
	json_put_name(o, "vma", name_at(q, pte->start));
	return o;
}

static int print_json(struct query *q, const struct vmlab_pte *pte, int ret)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(q->pid ? q->pid : getpid()));
	json_member(&doc, "levels", json_count(q->levels));
	json_array_begin(&doc, "entries");
	for (; ret > 0; ret = vmlab_ptes_next(q->it, &pte))
		json_item(&doc, pte_json(q, pte));
	json_array_end(&doc);
	json_member(&doc, "hidden", json_boolean(hidden(q)));
	json_member(&doc, "tables_read",
		    json_count(vmlab_ptes_tables_read(q->it)));
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, q->pid));
	json_end(&doc);
	return ret;
}

static int show_entries(struct query *q, const struct vmlab_proc *proc)
{
	const struct vmlab_pte *pte;
	int ret;

	ret = snapshot_take(q->lab, proc, false, &q->names);
	if (!ret)
		ret = vmlab_ptes_open(proc, &q->pt, &q->it);
	if (!ret) {
		ret = vmlab_ptes_next(q->it, &pte);
		if (ret < 0)
			; /* standard output stays empty */
		else if (q->cli->json)
			ret = print_json(q, pte, ret);
		else
			ret = print_table(q, pte, ret);
		vmlab_ptes_close(q->it);
	}
	snapshot_free(&q->names);
	return ret < 0 ? cli_fail(ret, VMLAB_ABOUT_PROCESS, q->pid) : EXIT_OK;
}

static void print_totals(const struct cli *cli,
			 const struct vmlab_pgtable_totals *s)
{
	static const struct column columns[] = {
		{ "LEVEL" },	   { "TABLES", true }, { "BYTES", true },
		{ "EACH", true },  { "EMPTY", true },  { "TABLE", true },
		{ "LEAF", true },  { "OTHER", true },
	};
	struct table *t = table_open(stdout, columns, 8, cli->colour);
	char size[SIZE_TEXT_MAX], counted[SIZE_TEXT_MAX];

	for (unsigned int i = s->levels; i--;) {
		const struct vmlab_pgtable_level *l = &s->level[i];

		table_cell(t, STYLE_NAME, "%s",
			   pt_level_name(i + 1, s->levels));
		table_cell(t, STYLE_PLAIN, "%llu", l->tables);
		table_cell(t, STYLE_PLAIN, "%s", format_size(l->bytes, size));
		table_cell(t, STYLE_PLAIN, "%s",
			   format_size(UINT64_C(1) << l->shift, size));
		table_cell(t, STYLE_DIM, "%llu", l->none);
		table_cell(t, STYLE_PLAIN, "%llu", l->table);
		table_cell(t, STYLE_PLAIN, "%llu", l->leaf);
		table_cell(t, STYLE_PLAIN, "%llu", l->other);
	}
	table_close(t);
	if (s->deposited)
		printf("%llu PTE tables are put aside, to split huge pages\n",
		       s->deposited);
	printf("%s below the PGD were found; the kernel has counted %s (VmPTE)\n",
	       format_size(s->bytes, size),
	       format_size(s->kernel_bytes, counted));
}

static void print_totals_json(const struct query *q,
			      const struct vmlab_pgtable_totals *s)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(q->pid ? q->pid : getpid()));
	json_member(&doc, "bytes", json_count(s->bytes));
	json_member(&doc, "kernel_bytes", json_count(s->kernel_bytes));
	json_member(&doc, "deposited", json_count(s->deposited));
	json_member(&doc, "tables_read", json_count(s->tables_read));
	json_array_begin(&doc, "levels");
	for (unsigned int i = 0; i < s->levels; i++) {
		const struct vmlab_pgtable_level *l = &s->level[i];
		json_t *o = json_object();

		json_put(o, "level", json_count(i + 1));
		json_put(o, "name",
			 json_string(pt_level_name(i + 1, s->levels)));
		json_put(o, "entry_size", json_count(UINT64_C(1) << l->shift));
		json_put(o, "tables", json_count(l->tables));
		json_put(o, "bytes", json_count(l->bytes));
		json_put(o, "none", json_count(l->none));
		json_put(o, "table", json_count(l->table));
		json_put(o, "leaf", json_count(l->leaf));
		json_put(o, "other", json_count(l->other));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}

static int show_totals(struct query *q, const struct vmlab_proc *proc)
{
	struct vmlab_pgtable_totals totals;
	int err = vmlab_pgtable_totals_get(proc, &totals);

	if (err)
		return cli_fail(err, VMLAB_ABOUT_PROCESS, q->pid);
	if (q->cli->json)
		print_totals_json(q, &totals);
	else
		print_totals(q->cli, &totals);
	return EXIT_OK;
}

static int add_flags(struct query *q, const struct named_flag *flags, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		int bit = vmlab_pte_flag_bit(q->lab, flags[i].name);
		uint64_t mask;

		if (bit < 0)
			return cli_usage(q->cli, "'%s' is not a flag of "
					 "entries: the choices are " FLAG_WORDS
					 " and rarer ones", flags[i].name);
		mask = UINT64_C(1) << bit;
		if (flags[i].option == OPT_ANY)
			q->pt.category_anyof_mask |= mask;
		else
			q->pt.category_mask |= mask;
		if (flags[i].option == OPT_NOT)
			q->pt.category_inverted |= mask;
	}
	if (q->pt.category_inverted & q->pt.category_anyof_mask)
		return cli_usage(q->cli, "--any and --not with the same flag");
	return EXIT_OK;
}

static void whole_pages(struct query *q)
{
	uint64_t mask = vmlab_page_size(q->lab) - 1;

	q->pt.start &= ~mask;
	if (q->pt.end > UINT64_MAX - mask)
		q->pt.end = 0;
	else
		q->pt.end = (q->pt.end + mask) & ~mask;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .cli = cli };
	struct named_flag flags[MAX_FLAGS];
	struct vmlab_proc *proc;
	bool totals = false;
	size_t nr = 0;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'r':
			if (parse_range(optarg, &q.pt.start, &q.pt.end))
				return cli_usage(cli, "--range=%s: give "
						 "START-END, START+SIZE or an "
						 "address, in hexadecimal",
						 optarg);
			break;
		case OPT_RAW:
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
			if (nr == MAX_FLAGS)
				return cli_usage(cli, "at most %d flags",
						 MAX_FLAGS);
			flags[nr++] = (struct named_flag){ c, optarg };
			break;
		default:
			return cli->exit_code;
		}
	}
	if (totals && (q.pt.flags || q.pt.end || nr))
		return cli_usage(cli, "--totals are of the whole: it goes "
				 "without the other options");
	if (q.pt.flags & VMLAB_PTES_RAW && q.pt.flags & VMLAB_PTES_FOLD_FLAGS)
		return cli_usage(cli, "--raw and --fold exclude each other");

	err = cli_open_proc(cli, argv[optind], &q.lab, &proc, &q.pid);
	if (err)
		return err;
	q.levels = vmlab_info_get(q.lab)->pgtable_levels;
	whole_pages(&q);
	err = cli_need_pgtable(q.lab);
	if (!err)
		err = add_flags(&q, flags, nr);
	if (!err)
		err = totals ? show_totals(&q, proc) : show_entries(&q, proc);
	vmlab_proc_close(proc);
	vmlab_close(q.lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"START, END  addresses that the run of entries covers; empty entries are not shown\n"
	"LEVEL       pte, pmd, pud, p4d, pgd: an entry above pte that is present is a huge\n"
	"            page; with --tables also entries that point to tables\n"
	"INDEX       of the first entry in its table\n"
	"NR          entries in the run: they lie next to each other in memory too\n"
	"EACH        bytes that one entry covers\n"
	"PHYS        physical address of the first frame or of the table; 'swap A:N' is page\n"
	"            slot N of swap area A; needs CAP_SYS_ADMIN\n"
	"RAW         the entry as the CPU sees it; needs CAP_SYS_ADMIN\n"
	"FLAGS       its bits by name; a wrong name for --require lists them\n"
	"NAME        of the VMA\n"
	"\n"
	"--totals: by level, tables and their memory, and their entries: EMPTY, those that\n"
	"point to a TABLE, those that map a frame (LEAF), and OTHER: swap, migration, markers.\n"
	"\n"
	"Example: pages that were written and are not shared; pages in swap\n"
	"  vmlab pagetable $PID --require dirty --require exclusive\n"
	"  vmlab pagetable $PID --require swap --json | jq '[.entries[].nr] | add'\n";

const struct command cmd_pagetable = {
	.name = "pagetable",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show page-table entries, every flag in words",
	.help = help,
	.options = options,
	.run = run,
};
