// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/maple_tree.h"
#include "show/tree_branches.h"
#include "show/wrap.h"

static const struct column node_columns[] = {
	{ "NODE" },
	{ "SLOT", true },
	{ "FIRST", true },
	{ "LAST", true },
	{ .title = "SIZE", .right = true, .optional = true },
	{ .title = "USED", .right = true, .optional = true },
	{ "MAXGAP", true },
	{ .title = "GAPSLOT", .right = true, .optional = true },
	{ .title = "NAME", .wrap = true },
};

static const struct column total_columns[] = {
	{ "LEVEL", true },
	{ "NODES", true },
	{ .title = "USED", .right = true, .optional = true },
	{ "SLOTS", true },
	{ "FILLED", true },
};

const struct column_list tree_tables[] = {
	COLUMN_LIST(node_columns),
	COLUMN_LIST(total_columns),
	{ 0 },
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

/* Print the bytes of a range; the 2^64 of the whole index space do not fit. */
static void size_cell(struct table *t, enum style style,
		      const struct vmlab_tree_item *item)
{
	if (!item->first && item->last == UINT64_MAX)
		table_cell(t, style, "16 EiB");
	else
		table_size(t, style, item->last - item->first + 1);
}

static const char *entry_name(const struct snapshot *names,
			      const struct vmlab_tree_item *item)
{
	const struct snap_vma *v;

	if (item->kind != VMLAB_TREE_ENTRY)
		return "";
	v = snapshot_vma_at(names, item->first);
	return v && v->start == item->first ? v->name : "";
}

static void cells(struct table *t, const struct snapshot *names,
		  struct treedraw *draw, const struct vmlab_tree_item *item)
{
	enum style style = is_node(item) ? STYLE_HEAD :
			   item->kind == VMLAB_TREE_ENTRY ? STYLE_PLAIN :
							    STYLE_DIM;
	char prefix[TREEDRAW_MAX];
	char *name = check_alloc(format_safe(entry_name(names, item)));

	treedraw_prefix(draw, item, prefix);
	if (table_raw())
		*prefix = '\0';
	if (is_node(item))
		table_cell(t, style, "%s%s #%u", prefix,
			   kind_name(item->kind), item->id);
	else
		table_cell(t, style, "%s%s", prefix, kind_name(item->kind));
	table_cell(t, style, "%u", item->slot);
	table_cell(t, style, "%" PRIx64, (uint64_t)item->first);
	/* brackets: the tree stores no pivot for it */
	table_cell(t, style, item->flags & VMLAB_TREE_IMPLIED ? "(%" PRIx64 ")" :
								"%" PRIx64,
		   (uint64_t)item->last);
	size_cell(t, style, item);
	if (is_node(item))
		table_cell(t, style, "%u/%u", item->used, item->slots);
	else
		table_cell(t, style, "%s", "");
	if (item->flags & VMLAB_TREE_HAS_GAP)
		table_size(t, style, item->gap);
	else
		table_cell(t, style, "%s", "");
	if (item->flags & VMLAB_TREE_HAS_GAP_SLOT)
		table_cell(t, style, "%u", item->gap_slot);
	else
		table_cell(t, style, "%s", "");
	table_cell(t, style, "%s", name);
	free(name);
}

static void print_note(FILE *out, uint32_t flags)
{
	if (flags & VMLAB_TREE_NO_GENERATION)
		wrap_print(out, 0, 0, "This kernel does not count changes of the tree: the "
				      "parts of the dump may be from different moments.\n");
	else if (flags & VMLAB_TREE_CHANGED)
		wrap_print(out, 0, 0, "The tree changed during the dump: its parts are from "
				      "different moments.\n");
}

int tree_print(FILE *out, struct vmlab_tree_iter *it,
	       const struct vmlab_tree_item *item, int ret,
	       const struct snapshot *names, bool utf8, bool colour)
{
	struct treedraw draw;
	struct table *t = table_open(out, node_columns, 9, colour);

	treedraw_init(&draw, utf8);
	for (; ret > 0; ret = vmlab_tree_next(it, &item))
		cells(t, names, &draw, item);
	table_close(t);
	if (!ret)
		fprintf(out, "%u levels of nodes, %" PRIu64 " VMAs\n",
			vmlab_tree_depth(it), vmlab_tree_map_count(it));
	print_note(out, vmlab_tree_flags(it));
	return ret;
}

static json_t *item_json(const struct snapshot *names,
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
		json_put_name(o, "name", entry_name(names, item));
	}
	return o;
}

int tree_print_json(FILE *out, struct vmlab_tree_iter *it,
		    const struct vmlab_tree_item *item, int ret,
		    const struct snapshot *names, pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
	json_member(&doc, "map_count", json_count(vmlab_tree_map_count(it)));
	json_member(&doc, "depth", json_count(vmlab_tree_depth(it)));
	json_array_begin(&doc, "items");
	for (; ret > 0; ret = vmlab_tree_next(it, &item))
		json_item(&doc, item_json(names, item));
	json_array_end(&doc);
	json_member(&doc, "changed",
		    vmlab_tree_flags(it) & VMLAB_TREE_NO_GENERATION ?
			    json_null() :
			    json_boolean(vmlab_tree_flags(it) &
					 VMLAB_TREE_CHANGED));
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, pid));
	json_end(&doc);
	return ret;
}

void tree_print_totals(FILE *out, const struct vmlab_tree_stats *s, bool colour)
{
	struct table *t = table_open(out, total_columns, 5, colour);
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
	fprintf(out, "%llu nodes of %u bytes: %s for %llu VMAs and %llu gaps\n",
		s->nodes, s->node_bytes, format_size(s->bytes, size), s->entries,
		s->gaps);
	print_note(out, s->flags);
}

void tree_print_totals_json(FILE *out, const struct vmlab_tree_stats *s,
			    pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
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
