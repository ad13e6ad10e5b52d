// SPDX-License-Identifier: GPL-2.0
/* vmlab tree: the maple tree that holds a process's VMAs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "show/screen.h"
#include "model/snapshot.h"
#include "show/table.h"
#include "show/tree_branches.h"

enum { OPT_TOTALS = 0x100, OPT_ASCII };

static const struct option_spec options[] = {
	{ "totals", OPT_TOTALS, NULL, NULL,
	  "nodes, slots and bytes by level, no tree" },
	{ "ascii", OPT_ASCII, NULL, NULL,
	  "draw with ASCII (default in a locale that is not UTF-8)" },
	{ 0 },
};

struct query {
	const struct cli *cli;
	struct vmlab_tree_iter *it;
	struct snapshot names; /* to name the entries */
	pid_t pid;
	bool ascii;
};

static bool is_node(const struct vmlab_tree_item *item)
{
	return item->kind < VMLAB_TREE_ENTRY;
}

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case VMLAB_TREE_DENSE:
		return "dense";
	case VMLAB_TREE_LEAF_64:
		return "leaf_64";
	case VMLAB_TREE_RANGE_64:
		return "range_64";
	case VMLAB_TREE_ARANGE_64:
		return "arange_64";
	case VMLAB_TREE_ENTRY:
		return "vma";
	case VMLAB_TREE_GAP:
		return "gap";
	case VMLAB_TREE_RESERVED:
		return "reserved";
	default:
		return "unknown";
	}
}

/* the range in bytes; the whole index space has 2^64, which does not fit */
static const char *size_text(const struct vmlab_tree_item *item,
			     char buf[static SIZE_TEXT_MAX])
{
	if (!item->first && item->last == UINT64_MAX)
		return "16 EiB";
	return format_size(item->last - item->first + 1, buf);
}

static const char *entry_name(const struct query *q,
			      const struct vmlab_tree_item *item)
{
	const struct snap_vma *v;

	if (item->kind != VMLAB_TREE_ENTRY)
		return "";
	v = snapshot_vma_at(&q->names, item->first);
	return v && v->start == item->first ? v->name : "";
}

static void cells(struct table *t, const struct query *q,
		  struct treedraw *draw, const struct vmlab_tree_item *item)
{
	enum style style = is_node(item) ? STYLE_HEAD :
			   item->kind == VMLAB_TREE_ENTRY ? STYLE_PLAIN :
							    STYLE_DIM;
	char prefix[TREEDRAW_MAX], size[SIZE_TEXT_MAX], gap[SIZE_TEXT_MAX];
	char *name = check_alloc(format_safe(entry_name(q, item)));

	treedraw_prefix(draw, item, prefix);
	if (is_node(item))
		table_cell(t, style, "%s%s #%u", prefix,
			   kind_name(item->kind), item->id);
	else
		table_cell(t, style, "%s%s", prefix, kind_name(item->kind));
	table_cell(t, style, "%u", item->slot);
	table_cell(t, style, "%" PRIx64, (uint64_t)item->first);
	/* in brackets: no pivot is stored for it */
	table_cell(t, style, item->flags & VMLAB_TREE_IMPLIED ? "(%" PRIx64 ")" :
								"%" PRIx64,
		   (uint64_t)item->last);
	table_cell(t, style, "%s", size_text(item, size));
	if (is_node(item))
		table_cell(t, style, "%u/%u", item->used, item->slots);
	else
		table_cell(t, style, "%s", "");
	table_cell(t, style, "%s",
		   item->flags & VMLAB_TREE_HAS_GAP ?
			   format_size(item->gap, gap) : "");
	if (item->flags & VMLAB_TREE_HAS_GAP_SLOT)
		table_cell(t, style, "%u", item->gap_slot);
	else
		table_cell(t, style, "%s", "");
	table_cell(t, style, "%s", name);
	free(name);
}

static void print_note(uint32_t flags)
{
	if (flags & VMLAB_TREE_NO_GENERATION)
		puts("This kernel counts no changes: the parts of the dump may "
		     "be of different moments.");
	else if (flags & VMLAB_TREE_CHANGED)
		puts("The tree changed meanwhile: the parts of the dump are of different moments.");
}

static int print_table(struct query *q, const struct vmlab_tree_item *item,
		       int ret)
{
	static const struct column columns[] = {
		{ "NODE" },	   { "SLOT", true },  { "FIRST", true },
		{ "LAST", true },  { "SIZE", true },  { "USED", true },
		{ "MAXGAP", true }, { "GAPSLOT", true }, { "NAME" },
	};
	struct treedraw draw;
	struct table *t = table_open(stdout, columns, 9, q->cli->colour);

	treedraw_init(&draw, !q->ascii);
	for (; ret > 0; ret = vmlab_tree_next(q->it, &item))
		cells(t, q, &draw, item);
	table_close(t);
	if (!ret)
		printf("%u levels of nodes, %" PRIu64 " VMAs\n",
		       vmlab_tree_depth(q->it), vmlab_tree_map_count(q->it));
	print_note(vmlab_tree_flags(q->it));
	return ret;
}

static json_t *item_json(const struct query *q,
			 const struct vmlab_tree_item *item)
{
	json_t *o = json_object();
	uint32_t flags = item->flags;

	json_put(o, "kind", json_string(kind_name(item->kind)));
	json_put(o, "id", item->id ? json_count(item->id) : json_null());
	json_put(o, "parent",
		 item->parent ? json_count(item->parent) : json_null());
	json_put(o, "level", json_count(item->level));
	json_put(o, "slot", json_count(item->slot));
	json_put(o, "first", json_hex(item->first));
	json_put(o, "last", json_hex(item->last));
	json_put(o, "implied", json_boolean(flags & VMLAB_TREE_IMPLIED));
	if (is_node(item)) {
		json_put(o, "used", json_count(item->used));
		json_put(o, "slots", json_count(item->slots));
		json_put(o, "max_gap",
			 flags & VMLAB_TREE_HAS_GAP ? json_hex(item->gap) :
						      json_null());
		json_put(o, "gap_slot",
			 flags & VMLAB_TREE_HAS_GAP_SLOT ?
				 json_count(item->gap_slot) : json_null());
		json_put(o, "again", json_boolean(flags & VMLAB_TREE_AGAIN));
	} else if (item->kind == VMLAB_TREE_ENTRY) {
		json_put_name(o, "name", entry_name(q, item));
	}
	return o;
}

static int print_json(struct query *q, const struct vmlab_tree_item *item,
		      int ret)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(q->pid ? q->pid : getpid()));
	json_member(&doc, "map_count", json_count(vmlab_tree_map_count(q->it)));
	json_member(&doc, "depth", json_count(vmlab_tree_depth(q->it)));
	json_array_begin(&doc, "items");
	for (; ret > 0; ret = vmlab_tree_next(q->it, &item))
		json_item(&doc, item_json(q, item));
	json_array_end(&doc);
	json_member(&doc, "changed",
		    vmlab_tree_flags(q->it) & VMLAB_TREE_NO_GENERATION ?
			    json_null() :
			    json_boolean(vmlab_tree_flags(q->it) &
					 VMLAB_TREE_CHANGED));
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, q->pid));
	json_end(&doc);
	return ret;
}

static int show_tree(struct query *q, const struct vmlab *lab,
		     const struct vmlab_proc *proc)
{
	const struct vmlab_tree_item *item;
	int ret;

	ret = snapshot_take(lab, proc, false, &q->names);
	if (!ret)
		ret = vmlab_tree_open(proc, &q->it);
	if (!ret) {
		ret = vmlab_tree_next(q->it, &item);
		if (ret < 0)
			; /* standard output stays empty */
		else if (q->cli->json)
			ret = print_json(q, item, ret);
		else
			ret = print_table(q, item, ret);
		vmlab_tree_close(q->it);
	}
	snapshot_free(&q->names);
	return ret < 0 ? cli_fail(ret, VMLAB_ABOUT_PROCESS, q->pid) : EXIT_OK;
}

static void print_totals(const struct cli *cli,
			 const struct vmlab_tree_stats *s)
{
	static const struct column columns[] = {
		{ "LEVEL", true }, { "NODES", true }, { "USED", true },
		{ "SLOTS", true }, { "FILLED", true },
	};
	struct table *t = table_open(stdout, columns, 5, cli->colour);
	char size[SIZE_TEXT_MAX];

	for (unsigned int i = 0; i < s->depth && i < VMLAB_TREE_LEVELS; i++) {
		const struct vmlab_tree_level *l = &s->level[i];

		table_cell(t, STYLE_PLAIN, "%u", i);
		table_cell(t, STYLE_PLAIN, "%llu", l->nodes);
		table_cell(t, STYLE_PLAIN, "%llu", l->used);
		table_cell(t, STYLE_PLAIN, "%llu", l->slots);
		table_cell(t, STYLE_PLAIN, "%llu%%",
			   l->slots ? 100 * l->used / l->slots : 0);
	}
	table_close(t);
	printf("%llu nodes of %u bytes: %s for %llu VMAs and %llu gaps\n",
	       s->nodes, s->node_bytes, format_size(s->bytes, size), s->entries,
	       s->gaps);
	print_note(s->flags);
}

static void print_totals_json(const struct vmlab_tree_stats *s, pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(pid ? pid : getpid()));
	json_member(&doc, "depth", json_count(s->depth));
	json_member(&doc, "node_bytes", json_count(s->node_bytes));
	json_member(&doc, "nodes", json_count(s->nodes));
	json_member(&doc, "bytes", json_count(s->bytes));
	json_member(&doc, "vmas", json_count(s->entries));
	json_member(&doc, "gaps", json_count(s->gaps));
	json_array_begin(&doc, "levels");
	for (unsigned int i = 0; i < s->depth && i < VMLAB_TREE_LEVELS; i++) {
		json_t *o = json_object();

		json_put(o, "level", json_count(i));
		json_put(o, "nodes", json_count(s->level[i].nodes));
		json_put(o, "used", json_count(s->level[i].used));
		json_put(o, "slots", json_count(s->level[i].slots));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_member(&doc, "changed",
		    s->flags & VMLAB_TREE_NO_GENERATION ?
			    json_null() :
			    json_boolean(s->flags & VMLAB_TREE_CHANGED));
	json_end(&doc);
}

static int show_totals(struct query *q, const struct vmlab_proc *proc)
{
	struct vmlab_tree_stats stats;
	int err = vmlab_tree_stats_get(proc, &stats);

	if (err)
		return cli_fail(err, VMLAB_ABOUT_PROCESS, q->pid);
	if (q->cli->json)
		print_totals_json(&stats, q->pid);
	else
		print_totals(q->cli, &stats);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .cli = cli, .ascii = !screen_utf8() };
	struct vmlab_proc *proc;
	struct vmlab *lab;
	bool totals = false;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_TOTALS:
			totals = true;
			break;
		case OPT_ASCII:
			q.ascii = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	err = cli_open_proc(cli, argv[optind], &lab, &proc, &q.pid);
	if (err)
		return err;
	err = totals ? show_totals(&q, proc) : show_tree(&q, lab, proc);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"NODE      the node's type and number, or what a slot of a leaf holds: a vma, or a\n"
	"          gap, which is no entry.  arange_64 nodes store the largest gap below each\n"
	"          slot, so that a free range of some size is found without a full search\n"
	"SLOT      index in the node above\n"
	"FIRST     lowest address (index) that it covers\n"
	"LAST      highest one, inclusive: the pivot; in brackets when none is stored\n"
	"USED      slots in use, of those that the type has\n"
	"MAXGAP    largest run of free addresses below, as the tree has it stored\n"
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
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "draw the maple tree that holds the VMAs",
	.help = help,
	.options = options,
	.run = run,
};
