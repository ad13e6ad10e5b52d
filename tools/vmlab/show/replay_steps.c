// SPDX-License-Identifier: GPL-2.0
/* The accesses of a reference string: as rows, side by side, and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/json.h"
#include "show/replay_steps.h"

const struct column replay_step_columns[] = {
	{ "STEP", true }, { "PAGE", true }, { "FAULT" },
	{ "EVICTED" },	  { "RESIDENT" },
};

/* Begin a run at the first access of the string, after those that load frames. */
static void begin(struct residency *r, const struct reference *ref,
		  const struct replay_outcome *run)
{
	residency_init(r, run->frames);
	for (size_t i = 0; i < ref->nr_loaded; i++)
		residency_step(r, &run->log, i);
}

/* Return the names of pages with commas between, to be freed. */
static char *page_list(const struct reference *ref, const uint64_t *pages,
		       size_t nr)
{
	char label[REFERENCE_LABEL_MAX];
	size_t size;
	char *list;
	FILE *text = check_alloc(open_memstream(&list, &size));

	for (size_t i = 0; i < nr; i++)
		fprintf(text, "%s%s", i ? "," : "",
			reference_label(ref, pages[i], label));
	fclose(text);
	return check_alloc(list);
}

static void step_row(struct table *t, const struct reference *ref, size_t i,
		     const struct residency *r)
{
	char *evicted = page_list(ref, r->evicted, r->nr_evicted);
	char *resident = page_list(ref, r->resident, r->nr_resident);
	char label[REFERENCE_LABEL_MAX];

	table_cell(t, STYLE_PLAIN, "%zu", i - ref->nr_loaded + 1);
	table_cell(t, STYLE_PLAIN, "%s",
		   reference_label(ref, ref->page[i], label));
	table_cell(t, r->fault ? STYLE_WARN : STYLE_DIM, "%s",
		   r->fault ? "fault" : "-");
	table_cell(t, *evicted ? STYLE_PLAIN : STYLE_DIM, "%s",
		   *evicted ? evicted : "-");
	table_cell(t, STYLE_PLAIN, "%s", *resident ? resident : "-");
	free(evicted);
	free(resident);
}

void replay_print_step_rows(bool colour, const struct reference *ref,
			    const struct replay_runs *runs)
{
	for (size_t n = 0; n < runs->nr_policies * runs->nr_frames; n++) {
		const struct replay_outcome *run = &runs->run[n];
		struct residency r;
		struct table *t;

		printf("%s%s, %" PRIu64 " frames%s\n",
		       style_on(colour, STYLE_HEAD), run->name, run->frames,
		       style_off(colour, STYLE_HEAD));
		t = table_open(stdout, replay_step_columns,
			       REPLAY_NR_STEP_COLUMNS, colour);
		begin(&r, ref, run);
		for (size_t i = ref->nr_loaded; i < ref->nr; i++) {
			residency_step(&r, &run->log, i);
			step_row(t, ref, i, &r);
		}
		residency_free(&r);
		table_close(t);
		putchar('\n');
	}
}

json_t *replay_page_json(const struct reference *ref, uint64_t page)
{
	char label[REFERENCE_LABEL_MAX];

	if (ref->labels == REFERENCE_NUMBERS)
		return json_count(page);
	return json_text(reference_label(ref, page, label));
}

static json_t *list_json(const struct reference *ref, const uint64_t *pages,
			 size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++)
		json_append(list, pages[i] == REPLAY_FREE ?
					  json_null() :
					  replay_page_json(ref, pages[i]));
	return list;
}

json_t *replay_steps_json(const struct reference *ref,
			  const struct replay_outcome *run)
{
	json_t *steps = json_array();
	struct residency r;

	begin(&r, ref, run);
	for (size_t i = ref->nr_loaded; i < ref->nr; i++) {
		json_t *o = json_object();

		residency_step(&r, &run->log, i);
		json_put(o, "page", replay_page_json(ref, ref->page[i]));
		json_put(o, "fault", json_boolean(r.fault));
		json_put(o, "evicted",
			 list_json(ref, r.evicted, r.nr_evicted));
		json_put(o, "resident",
			 list_json(ref, r.resident, r.nr_resident));
		json_put(o, "in_frames", list_json(ref, r.frame, r.nr_frames));
		json_append(steps, o);
	}
	residency_free(&r);
	return steps;
}
