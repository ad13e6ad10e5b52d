// SPDX-License-Identifier: GPL-2.0
/* The samples of vmlab heat as JSON. */
#include <jansson.h>

#include "show/heat.h"
#include "show/json.h"
#include "sys/xalloc.h"

void heat_json(const struct heat *h, FILE *out)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_integer(h->pid));
	json_member(&doc, "method", json_string(h->method));
	json_member(&doc, "interval_s", json_real(h->interval));
	json_member(&doc, "cpu_share", json_real(heat_cost(h)));
	json_array_begin(&doc, "mappings");
	for (size_t i = 0; i < h->nr_areas; i++) {
		json_t *o = check_alloc(json_object());

		json_put(o, "start", json_hex(h->areas[i].start));
		json_put(o, "end", json_hex(h->areas[i].end));
		json_put_name(o, "name", h->areas[i].name);
		json_put(o, "touched", json_boolean(h->areas[i].touched));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_array_begin(&doc, "samples");
	for (size_t s = 0; s < h->nr_samples; s++) {
		const struct heat_sample *sample = &h->samples[s];
		json_t *o = check_alloc(json_object()), *runs = check_alloc(json_array());

		json_put(o, "time_s", json_real(sample->time));
		json_put(o, "cpu_s", json_real(sample->cost));
		for (size_t i = 0; i < sample->nr; i++) {
			json_t *run = check_alloc(json_object());

			json_put(run, "start", json_hex(sample->runs[i].start));
			json_put(run, "end", json_hex(sample->runs[i].end));
			json_put(run, "heat", json_real(sample->runs[i].heat));
			json_array_append_new(runs, run);
		}
		json_put(o, "runs", runs);
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}
