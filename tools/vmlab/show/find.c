// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/find.h"
#include "show/format.h"
#include "show/json.h"
#include "show/vma.h"

static const struct {
	const char *name;
	const char *meaning;
} answers[VMLAB_FIND_NR] = {
	[VMLAB_FIND_VMA] = { "find_vma", "first that ends above the address" },
	[VMLAB_FIND_INTERSECTION] = { "intersection",
				      "first with a byte in the range" },
	[VMLAB_FIND_PREV] = { "previous", "last that ends at or below it" },
	[VMLAB_FIND_NEXT] = { "next", "first at or above the end" },
};

static const struct column columns[] = {
	{ "ANSWER" },
	{ "START", true },
	{ "END", true },
	{ "SIZE", true },
	{ "PERM" },
	{ .title = "NAME", .wrap = true },
	{ .title = "MEANING", .wrap = true },
};

const struct column_list find_tables[] = { COLUMN_LIST(columns), { 0 } };

static void print_answers(FILE *out, const struct vmlab *lab,
			  const struct vmlab_find *find, const char *strings,
			  bool colour)
{
	struct table *t = table_open(out, columns, 7, colour);
	struct vma_words words;

	vma_words_init(&words, lab);
	for (unsigned int i = 0; i < VMLAB_FIND_NR; i++) {
		const struct vmlab_vma *v = &find->vma[i];
		char perms[VMA_PERMS_LEN];
		char *name =
			check_alloc(format_safe(vmlab_find_name(find, strings, i)));

		table_cell(t, STYLE_HEAD, "%s", answers[i].name);
		if (find->found >> i & 1) {
			table_cell(t, STYLE_PLAIN, "%llx", v->start);
			table_cell(t, STYLE_PLAIN, "%llx", v->end);
			table_size(t, STYLE_PLAIN, v->end - v->start);
			table_cell(t, STYLE_PLAIN, "%s",
				   vma_perms(&words, v, perms));
			table_cell(t, vma_name_style(v), "%s", name);
		} else {
			table_cell(t, STYLE_DIM, "none");
			for (int n = 0; n < 4; n++)
				table_cell(t, STYLE_DIM, "%s", "");
		}
		table_cell(t, STYLE_DIM, "%s", answers[i].meaning);
		free(name);
	}
	table_close(t);
}

void find_print(FILE *out, const struct vmlab *lab,
		const struct vmlab_find *find, const char *strings,
		uint64_t end, bool colour)
{
	const struct vmlab_vma *v = &find->vma[VMLAB_FIND_VMA];
	bool inside = find->found >> VMLAB_FIND_VMA & 1 &&
		      v->start <= find->start;
	char size[SIZE_TEXT_MAX];

	print_answers(out, lab, find, strings, colour);
	if (inside)
		fprintf(out, "%llx lies in the VMA that find_vma finds, %s above its start\n",
			find->start, format_size(find->start - v->start, size));
	else if (find->gap_end)
		fprintf(out, "%llx lies in the gap %llx-%llx, %s\n", find->start,
			find->gap_start, find->gap_end,
			format_size(find->gap_end - find->gap_start, size));
	else
		fprintf(out, "%llx is above the user half\n", find->start);
	if (end && !(find->found >> VMLAB_FIND_INTERSECTION & 1))
		fprintf(out, "nothing is mapped in %llx-%llx\n", find->start,
			(unsigned long long)end);
	fprintf(out, "%u of %u levels of nodes visited and %u pivots compared, among %u VMAs\n",
		find->nodes, find->depth, find->pivots, find->map_count);
}

static json_t *vma_record(const struct vma_words *words,
			  const struct vmlab_find *find, const char *strings,
			  unsigned int i)
{
	const struct vmlab_vma *v = &find->vma[i];
	char perms[VMA_PERMS_LEN];
	json_t *o;

	if (!(find->found >> i & 1))
		return json_null();
	o = json_object();
	json_put(o, "start", json_hex(v->start));
	json_put(o, "end", json_hex(v->end));
	json_put(o, "size", json_count(v->end - v->start));
	json_put(o, "perms", json_string(vma_perms(words, v, perms)));
	json_put(o, "vm_flags", json_hex(v->vm_flags));
	json_put(o, "pgoff", json_count(v->pgoff));
	json_put(o, "vm_ops", json_text(vmlab_find_ops(find, strings, i)));
	json_put_name(o, "name", vmlab_find_name(find, strings, i));
	return o;
}

void find_print_json(FILE *out, const struct vmlab *lab,
		     const struct vmlab_find *find, const char *strings,
		     pid_t pid)
{
	struct vma_words words;
	struct json_doc doc;
	json_t *gap;

	vma_words_init(&words, lab);
	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
	json_member(&doc, "map_count", json_count(find->map_count));
	json_member(&doc, "start", json_hex(find->start));
	json_member(&doc, "end",
		    json_hex(find->end ? find->end : find->start + 1));
	for (unsigned int i = 0; i < VMLAB_FIND_NR; i++)
		json_member(&doc, answers[i].name,
			    vma_record(&words, find, strings, i));
	if (find->gap_end) {
		gap = json_object();
		json_put(gap, "start", json_hex(find->gap_start));
		json_put(gap, "end", json_hex(find->gap_end));
		json_put(gap, "size",
			 json_count(find->gap_end - find->gap_start));
	} else {
		gap = json_null();
	}
	json_member(&doc, "gap", gap);
	json_member(&doc, "depth", json_count(find->depth));
	json_member(&doc, "nodes_visited", json_count(find->nodes));
	json_member(&doc, "pivots_compared", json_count(find->pivots));
	json_end(&doc);
}
