// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "model/page_table_level.h"
#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/page_table.h"

static const struct column folded[] = {
	{ "START", true },
	{ "END", true },
	{ "LEVEL" },
	{ .title = "INDEX", .right = true, .optional = true },
	{ "NR", true },
	{ .title = "EACH", .right = true, .optional = true },
	{ "PHYS", true },
	{ .title = "FLAGS", .wrap = true },
	{ .title = "NAME", .wrap = true },
};

static const struct column raw[] = {
	{ "START", true },
	{ .title = "END", .right = true, .optional = true },
	{ "LEVEL" },
	{ .title = "INDEX", .right = true, .optional = true },
	{ .title = "NR", .right = true, .optional = true },
	{ .title = "EACH", .right = true, .optional = true },
	{ "PHYS", true },
	{ "RAW", true },
	{ .title = "FLAGS", .wrap = true },
	{ .title = "NAME", .wrap = true },
};

static const struct column totals[] = {
	{ "LEVEL" },	  { "TABLES", true }, { "BYTES", true },
	{ "EACH", true }, { "EMPTY", true },  { "TABLE", true },
	{ "LEAF", true }, { "OTHER", true },
};

const struct column_list page_table_tables[] = {
	COLUMN_LIST(raw), /* all columns of folded are among them */
	COLUMN_LIST(totals),
	{ 0 },
};

static const char *name_at(const struct pte_walk *w, uint64_t addr)
{
	const struct snap_vma *v = snapshot_vma_at(w->names, addr);

	return v ? v->name : "";
}

static bool hidden(const struct pte_walk *w)
{
	return vmlab_ptes_result(w->it) & VMLAB_PT_HIDDEN;
}

static void where_cell(struct table *t, const struct pte_walk *w,
		       const struct vmlab_pte *pte)
{
	if (hidden(w))
		table_cell(t, STYLE_DIM, "hidden");
	else if (pte->flags & VMLAB_PTE_SWAP)
		table_cell(t, STYLE_WARN, "swap %u:%" PRIu64, pte->swap_type,
			   (uint64_t)pte->swap_offset);
	else if (pte->flags & VMLAB_PTE_MARKER)
		table_cell(t, STYLE_DIM, "%s", "");
	else
		table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->phys);
}

static void cells(struct table *t, const struct pte_walk *w,
		  const struct vmlab_pte *pte)
{
	bool is_table = pte->flags & VMLAB_PTE_TABLE;
	char flags[VMLAB_FLAGS_TEXT_MAX];
	char *name = check_alloc(format_safe(name_at(w, pte->start)));

	vmlab_pte_flags_text(w->lab, pte->flags, flags, sizeof(flags));
	format_list(flags);
	table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->start);
	table_cell(t, STYLE_PLAIN, "%" PRIx64, (uint64_t)pte->end);
	table_cell(t, is_table ? STYLE_NAME : STYLE_PLAIN, "%s",
		   pt_level_name(pte->level, w->levels));
	table_cell(t, STYLE_PLAIN, "%u", pte->index);
	table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)pte->nr);
	table_size(t, STYLE_PLAIN, UINT64_C(1) << pte->shift);
	where_cell(t, w, pte);
	if (w->raw) {
		if (hidden(w))
			table_cell(t, STYLE_DIM, "hidden");
		else
			table_cell(t, STYLE_PLAIN, "%016" PRIx64,
				   (uint64_t)pte->raw);
	}
	table_cell(t, is_table ? STYLE_NAME : STYLE_PLAIN, "%s", flags);
	table_cell(t, STYLE_DIM, "%s", is_table ? "" : name);
	free(name);
}

int ptes_print(FILE *out, struct pte_walk *w, const struct vmlab_pte *pte,
	       int ret, bool colour)
{
	struct table *t = table_open(out, w->raw ? raw : folded,
				     w->raw ? 10 : 9, colour);

	for (; ret > 0; ret = vmlab_ptes_next(w->it, &pte)) {
		cells(t, w, pte);
		if (pte->flags & VMLAB_PTE_SWAP) {
			w->swapped = true;
			w->swap_area = pte->swap_type;
		}
	}
	w->swapped = w->swapped && !hidden(w);
	table_close(t);
	if (hidden(w))
		fputs("Physical addresses, entries and swap slots are hidden: "
		     "they need CAP_SYS_ADMIN\n(run as root).\n", out);
	return ret;
}

static json_t *pte_json(const struct pte_walk *w, const struct vmlab_pte *pte)
{
	bool hide = hidden(w);
	json_t *o = json_object();

	json_put(o, "start", json_hex(pte->start));
	json_put(o, "end", json_hex(pte->end));
	json_put(o, "level", json_count(pte->level));
	json_put(o, "name", json_string(pt_level_name(pte->level, w->levels)));
	json_put(o, "index", json_count(pte->index));
	json_put(o, "nr", json_count(pte->nr));
	json_put(o, "entry_size", json_count(UINT64_C(1) << pte->shift));
	json_put(o, "phys", hide ? json_null() : json_hex(pte->phys));
	json_put(o, "raw", hide ? json_null() : json_hex(pte->raw));
	json_put(o, "flags", json_flags(w->lab, pte->flags, vmlab_pte_flag_name));
	json_put(o, "pkey", json_count(pte->pkey));
	if (pte->flags & VMLAB_PTE_SWAP) {
		json_put(o, "swap_type",
			 hide ? json_null() : json_count(pte->swap_type));
		json_put(o, "swap_offset",
			 hide ? json_null() : json_count(pte->swap_offset));
	}
	json_put_name(o, "vma", name_at(w, pte->start));
	return o;
}

int ptes_print_json(FILE *out, const struct pte_walk *w,
		    const struct vmlab_pte *pte, int ret)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(w->pid));
	json_member(&doc, "levels", json_count(w->levels));
	json_array_begin(&doc, "entries");
	for (; ret > 0; ret = vmlab_ptes_next(w->it, &pte))
		json_item(&doc, pte_json(w, pte));
	json_array_end(&doc);
	json_member(&doc, "hidden", json_boolean(hidden(w)));
	json_member(&doc, "tables_read",
		    json_count(vmlab_ptes_tables_read(w->it)));
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, w->pid));
	json_end(&doc);
	return ret;
}

void page_tables_print(FILE *out, const struct vmlab_pgtable_totals *s,
		       bool colour)
{
	struct table *t = table_open(out, totals, 8, colour);
	char size[SIZE_TEXT_MAX], counted[SIZE_TEXT_MAX];

	for (unsigned int i = s->levels; i--;) {
		const struct vmlab_pgtable_level *l = &s->level[i];

		table_cell(t, STYLE_NAME, "%s",
			   pt_level_name(i + 1, s->levels));
		table_cell(t, STYLE_PLAIN, "%llu", l->tables);
		table_size(t, STYLE_PLAIN, l->bytes);
		table_size(t, STYLE_PLAIN, UINT64_C(1) << l->shift);
		table_cell(t, STYLE_DIM, "%llu", l->none);
		table_cell(t, STYLE_PLAIN, "%llu", l->table);
		table_cell(t, STYLE_PLAIN, "%llu", l->leaf);
		table_cell(t, STYLE_PLAIN, "%llu", l->other);
	}
	table_close(t);
	if (s->deposited)
		fprintf(out, "%llu PTE tables are put aside, to split huge pages\n",
			s->deposited);
	fprintf(out, "%s below the PGD were found; the kernel has counted %s (VmPTE)\n",
		format_size(s->bytes, size),
		format_size(s->kernel_bytes, counted));
}

void page_tables_print_json(FILE *out, const struct vmlab_pgtable_totals *s,
			    pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
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
