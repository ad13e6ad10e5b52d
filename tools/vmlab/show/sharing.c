// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/sharing.h"

static const struct column proc_columns[] = {
	{ "PID", true },     { .title = "COMM", .wrap = true },	    { "RESIDENT", true },
	{ "PRIVATE", true }, { "ELSEWHERE", true }, { "SHARED", true },
	{ "PSS", true },
};

static const struct column object_columns[] = {
	{ "RESIDENT", true }, { "SHARED", true }, { "FRAMES", true },
	{ "MAPPINGS", true }, { "SAVED", true },  { "PROCS", true },
	{ "PERM" },	      { .title = "NAME", .wrap = true },
};

static const struct column pair_columns[] = {
	{ "PID", true },
	{ "AND", true },
	{ "FRAMES", true },
	{ "SHARED", true },
};

const struct column_list sharing_tables[] = {
	COLUMN_LIST(proc_columns),
	COLUMN_LIST(object_columns),
	COLUMN_LIST(pair_columns),
	{ 0 },
};

static const char *frames_text(const struct sharing_view *q, uint64_t frames,
			       char buf[static SIZE_TEXT_MAX])
{
	return format_size(frames * q->page_size, buf);
}

static void print_procs(FILE *out, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	struct table *t = table_open(out, proc_columns, 7, q->colour);

	for (size_t i = 0; i < r->nr_procs; i++) {
		const struct share_proc *p = &r->proc[i];
		char *comm = check_alloc(format_safe(q->snap[i]->comm));

		table_cell(t, STYLE_PLAIN, "%d", q->snap[i]->pid);
		table_cell(t, STYLE_NAME, "%s", comm);
		table_size(t, STYLE_PLAIN, p->frames * q->page_size);
		table_size(t, STYLE_PLAIN, p->private * q->page_size);
		table_size(t, STYLE_PLAIN, p->elsewhere * q->page_size);
		table_size(t, STYLE_GOOD, p->shared * q->page_size);
		table_size(t, STYLE_PLAIN, p->pss * (q->page_size / 4096));
		free(comm);
	}
	table_close(t);
}

static void print_objects(FILE *out, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	struct table *t = table_open(out, object_columns, 8, q->colour);
	size_t nr;
	size_t *list = share_sorted_objects(r, q->unshared, &nr);

	for (size_t i = 0; i < nr; i++) {
		const struct share_object *s = &r->object[list[i]];
		const struct share_group *o = &q->groups->group[list[i]];
		char *name = check_alloc(format_safe(o->name));

		table_size(t, STYLE_PLAIN, s->frames * q->page_size);
		table_size(t, STYLE_GOOD, s->shared * q->page_size);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->shared);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->mappings);
		table_size(t, STYLE_PLAIN, (s->mappings - s->shared) * q->page_size);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->procs);
		table_cell(t, STYLE_PLAIN, "%s", o->perms);
		table_cell(t, STYLE_NAME, "%s",
			   *name ? name : "(anonymous memory)");
		free(name);
	}
	table_close(t);
	free(list);
}

static void print_pairs(FILE *out, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	struct table *t = table_open(out, pair_columns, 4, q->colour);

	for (size_t a = 0; a < r->nr_procs; a++)
		for (size_t b = a + 1; b < r->nr_procs; b++) {
			uint64_t frames = r->pair[a * r->nr_procs + b];

			table_cell(t, STYLE_PLAIN, "%d", q->snap[a]->pid);
			table_cell(t, STYLE_PLAIN, "%d", q->snap[b]->pid);
			table_cell(t, STYLE_PLAIN, "%" PRIu64, frames);
			table_size(t, STYLE_GOOD, frames * q->page_size);
		}
	table_close(t);
}

void sharing_print(FILE *out, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	char frames[SIZE_TEXT_MAX], shared[SIZE_TEXT_MAX],
		saved[SIZE_TEXT_MAX];

	print_procs(out, q);
	if (r->nr_procs < 2 && !q->unshared)
		return;
	fputc('\n', out);
	print_objects(out, q);
	if (r->nr_procs < 2)
		return;
	fputc('\n', out);
	print_pairs(out, q);
	fprintf(out, "%s in %" PRIu64 " frames, of which %s are shared: this saves %s\n",
		frames_text(q, r->frames, frames), r->frames,
		frames_text(q, r->shared, shared),
		frames_text(q, r->mappings - r->shared, saved));
}
