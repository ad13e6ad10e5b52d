// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/gaps.h"
#include "show/json.h"
#include "show/wrap.h"

static const struct column columns[] = {
	{ "START", true },
	{ "END", true },
	{ "SIZE", true },
	{ .title = "GUARD", .right = true, .optional = true },
	{ .title = "BELOW", .wrap = true },
	{ .title = "ABOVE", .wrap = true },
};

const struct column_list gaps_tables[] = { COLUMN_LIST(columns), { 0 } };

/* Add a cell for the VMA next to a gap: its name, or its address without one. */
static void neighbour(struct table *t, const struct snapshot *names,
		      uint64_t addr)
{
	const struct snap_vma *v = addr ? snapshot_vma_at(names, addr - 1) :
					  NULL;
	char *name = check_alloc(format_safe(v ? v->name : ""));

	if (v && !*name)
		table_cell(t, STYLE_DIM, "[anon %" PRIx64 "]", v->start);
	else
		table_cell(t, STYLE_NAME, "%s", name);
	free(name);
}

void gaps_print_totals(FILE *out, const struct vmlab_gap_stats *s)
{
	char total[SIZE_TEXT_MAX], largest[SIZE_TEXT_MAX];

	fprintf(out,
		"%llu gaps between %llu VMAs, %s free\n"
		"the largest is %llx-%llx, %s\n",
	       s->gaps, s->map_count, format_size(s->free, total),
	       s->largest_start, s->largest_end,
	       format_size(s->largest_end - s->largest_start, largest));
	if (s->flags & VMLAB_TREE_CHANGED)
		wrap_print(out, 0, 0, "The address space changed during the walk: the totals "
				      "are from different moments.\n");
}

int gaps_print(FILE *out, struct vmlab_gaps_iter *it,
	       const struct vmlab_gap *gap, int ret,
	       const struct vmlab_gap_stats *stats,
	       const struct snapshot *names, bool colour)
{
	struct table *t = table_open(out, columns, 6, colour);

	for (; ret > 0 && gap; ret = vmlab_gaps_next(it, &gap)) {
		enum style style = gap->start == stats->largest_start ?
					   STYLE_GOOD :
					   STYLE_PLAIN;

		table_cell(t, style, "%" PRIx64, (uint64_t)gap->start);
		table_cell(t, style, "%" PRIx64, (uint64_t)gap->end);
		table_size(t, style, gap->end - gap->start);
		if (gap->guard)
			table_size(t, STYLE_PLAIN, gap->guard);
		else
			table_cell(t, STYLE_PLAIN, "%s", "");
		neighbour(t, names, gap->prev_start ? gap->start : 0);
		neighbour(t, names, gap->next_end);
	}
	table_close(t);
	if (!ret)
		gaps_print_totals(out, stats);
	if (vmlab_gaps_flags(it) & VMLAB_GUARD_ASSUMED)
		fputs("The size of the stack guard gap is unknown: 256 pages are assumed.\n", out);
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

int gaps_print_json(FILE *out, struct vmlab_gaps_iter *it,
		    const struct vmlab_gap *gap, int ret,
		    const struct vmlab_gap_stats *stats, pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
	json_member(&doc, "map_count", json_count(stats->map_count));
	json_member(&doc, "totals", stats_json(stats));
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
			    json_error(ret, VMLAB_ABOUT_PROCESS, pid));
	json_end(&doc);
	return ret;
}

void free_area_print(FILE *out, const struct vmlab_free_area *area)
{
	char size[SIZE_TEXT_MAX];

	fprintf(out, "%s would be mapped at %llx-%llx\n",
		format_size(area->length, size), area->address,
		area->address + area->length);
	fprintf(out, "searched %llx-%llx %s%s\n", area->low, area->high,
		area->result & VMLAB_AREA_TOPDOWN ? "from the top down" :
						    "from the bottom up",
		area->result & VMLAB_AREA_FALLBACK ?
			", without success, and then from the bottom up" : "");
	if (area->result & VMLAB_AREA_THP)
		fputs("placed for huge pages, since the length is a multiple of one\n", out);
	fprintf(out, "%s are kept free below a stack%s\n",
		format_size(area->guard_gap, size),
		area->result & VMLAB_GUARD_ASSUMED ?
			" (assumed: the size of the guard gap is unknown)" : "");
}

void free_area_print_json(FILE *out, const struct vmlab_free_area *area,
			  pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
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
