// SPDX-License-Identifier: GPL-2.0
/* The miss-ratio curve as JSON. */
#include "show/command.h"
#include "show/json.h"
#include "show/mrc.h"
#include "sys/xalloc.h"

static json_t *real(double value)
{
	return check_alloc(json_real(value));
}

static json_t *lru_json(const struct mrc_point *p)
{
	json_t *o = check_alloc(json_object());

	json_put(o, "pages", json_count((uint64_t)p->pages));
	json_put(o, "lru", real(p->lru));
	json_put(o, "lru_error", real(p->error));
	return o;
}

static json_t *point_json(const struct mrc_point *p)
{
	json_t *o = lru_json(p);

	json_put(o, "opt", real(p->opt));
	return o;
}

static json_t *set_json(const struct working_set *set)
{
	json_t *o = check_alloc(json_object()), *points = check_alloc(json_array());

	for (size_t i = 0; i < set->nr; i++) {
		json_t *point = check_alloc(json_object());

		json_put(point, "ns", json_count(set->time_ns[i]));
		json_put(point, "pages", real(set->pages[i]));
		json_append(points, point);
	}
	json_put(o, "window_ns", json_count(set->window_ns));
	json_put(o, "points", points);
	return o;
}

static json_t *verified_json(const struct mrc_verified *v)
{
	json_t *o = check_alloc(json_object());

	json_put(o, "pages", json_count(v->pages));
	json_put(o, "predicted", real(v->predicted));
	json_put(o, "predicted_error", real(v->error));
	json_put(o, "measured", json_count(v->measured));
	return o;
}

void mrc_print_json(FILE *out, const struct mrc_result *r)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "command", r->command ? command_json(r->command) : json_null());
	json_member(&doc, "pid", r->pid ? json_count((uint64_t)r->pid) : json_null());
	json_member(&doc, "page_size", json_count(r->page_size));
	json_member(&doc, "processes", json_count(r->processes));
	json_member(&doc, "rate", real(r->rate));
	json_member(&doc, "keep", json_count(r->keep));
	json_member(&doc, "tracked", json_count(r->tracked));
	json_member(&doc, "seen", json_count(r->seen));
	json_member(&doc, "seconds", real(r->seconds));
	json_member(&doc, "in_faults_seconds", real(r->in_faults));
	json_member(&doc, "lost", json_count(r->lost));
	json_member(&doc, "accesses", real(r->accesses));
	json_member(&doc, "cold", real(r->cold));
	json_member(&doc, "least", json_count((uint64_t)r->least));
	json_member(&doc, "pages", json_count((uint64_t)r->pages));
	json_member(&doc, "knee", r->knee > 0 ? json_count((uint64_t)r->knee) : json_null());
	json_member(&doc, "enough", json_count((uint64_t)r->enough));
	json_array_begin(&doc, "curve");
	for (size_t i = 0; i < r->nr; i++)
		json_item(&doc, point_json(&r->point[i]));
	json_array_end(&doc);
	json_array_begin(&doc, "fine");
	for (size_t i = 0; i < r->nr_fine; i++)
		json_item(&doc, lru_json(&r->fine[i]));
	json_array_end(&doc);
	json_member(&doc, "working_set", set_json(&r->set));
	json_array_begin(&doc, "verified");
	for (size_t i = 0; i < r->nr_verified; i++)
		json_item(&doc, verified_json(&r->verified[i]));
	json_array_end(&doc);
	json_end(&doc);
}
