// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/json.h"
#include "show/sharing.h"

static json_t *pfns_json(const struct sharing_view *q, uint32_t object)
{
	json_t *array = check_alloc(json_array());
	uint64_t *frames;
	size_t nr;

	frames = share_frames(q->pages, object, &nr);
	for (size_t i = 0; i < nr; i++)
		json_append(array, json_count(frames[i]));
	free(frames);
	return array;
}

static void put_processes(struct json_doc *doc, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	uint64_t page = q->page_size;

	json_array_begin(doc, "processes");
	for (size_t i = 0; i < r->nr_procs; i++) {
		const struct share_proc *p = &r->proc[i];
		json_t *o = json_object();

		json_put(o, "pid", json_integer(q->snap[i]->pid));
		json_put_name(o, "comm", q->snap[i]->comm);
		json_put(o, "frames", json_count(p->frames));
		json_put(o, "resident", json_count(p->frames * page));
		json_put(o, "private", json_count(p->private * page));
		json_put(o, "elsewhere", json_count(p->elsewhere * page));
		json_put(o, "shared", json_count(p->shared * page));
		json_put(o, "pss", json_count(p->pss * (page / 4096)));
		json_item(doc, o);
	}
	json_array_end(doc);
}

static void put_objects(struct json_doc *doc, const struct sharing_view *q,
			bool pfns)
{
	const struct share_report *r = q->report;
	uint64_t page = q->page_size;

	json_array_begin(doc, "objects");
	for (size_t i = 0; i < r->nr_objects; i++) {
		const struct share_object *s = &r->object[i];
		const struct share_group *from = &q->groups->group[i];
		json_t *o = json_object();

		json_put_name(o, "name", from->name);
		json_put(o, "perms", json_string(from->perms));
		json_put(o, "file", json_boolean(from->file));
		json_put(o, "ino", json_count(from->ino));
		json_put(o, "processes", json_count(s->procs));
		json_put(o, "frames", json_count(s->frames));
		json_put(o, "shared_frames", json_count(s->shared));
		json_put(o, "shared", json_count(s->shared * page));
		json_put(o, "mappings", json_count(s->mappings));
		json_put(o, "saved",
			 json_count((s->mappings - s->shared) * page));
		json_put(o, "file_pages", json_count(s->file_pages));
		json_put(o, "file_frames", json_count(s->file_frames));
		if (pfns)
			json_put(o, "pfns", pfns_json(q, (uint32_t)i));
		json_item(doc, o);
	}
	json_array_end(doc);
}

static void put_pairs(struct json_doc *doc, const struct sharing_view *q)
{
	const struct share_report *r = q->report;
	uint64_t page = q->page_size;

	json_array_begin(doc, "pairs");
	for (size_t a = 0; a < r->nr_procs; a++)
		for (size_t b = a + 1; b < r->nr_procs; b++) {
			uint64_t frames = r->pair[a * r->nr_procs + b];
			json_t *o = json_object();

			json_put(o, "pid", json_integer(q->snap[a]->pid));
			json_put(o, "other",
				 json_integer(q->snap[b]->pid));
			json_put(o, "frames", json_count(frames));
			json_put(o, "shared", json_count(frames * page));
			json_item(doc, o);
		}
	json_array_end(doc);
}

void sharing_print_json(FILE *out, const struct sharing_view *q, bool pfns)
{
	const struct share_report *r = q->report;
	uint64_t page = q->page_size;
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "page_size", json_count(page));
	json_member(&doc, "frames", json_count(r->frames));
	json_member(&doc, "shared_frames", json_count(r->shared));
	json_member(&doc, "shared", json_count(r->shared * page));
	json_member(&doc, "saved", json_count((r->mappings - r->shared) * page));
	put_processes(&doc, q);
	put_objects(&doc, q, pfns);
	put_pairs(&doc, q);
	json_end(&doc);
}
