// SPDX-License-Identifier: GPL-2.0
/* The replay of a reference string, as tables and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/json.h"
#include "show/replay.h"

static const struct column step_columns[] = {
	{ "STEP", true }, { "PAGE", true }, { "FAULT" },
	{ "EVICTED" },	  { "RESIDENT" },
};

struct table *replay_steps_open(bool colour,
				const struct replay_outcome *outcome)
{
	printf("%s%s, %" PRIu64 " frames%s\n", style_on(colour, STYLE_HEAD),
	       outcome->name, outcome->frames, style_off(colour, STYLE_HEAD));
	return table_open(stdout, step_columns,
			  sizeof(step_columns) / sizeof(step_columns[0]),
			  colour);
}

/* Return page numbers with commas between, to be freed. */
static char *page_list(const uint64_t *pages, size_t nr)
{
	size_t size;
	char *list;
	FILE *text = check_alloc(open_memstream(&list, &size));

	for (size_t i = 0; i < nr; i++)
		fprintf(text, "%s%" PRIu64, i ? "," : "", pages[i]);
	fclose(text);
	return check_alloc(list);
}

void replay_step_row(struct table *t, size_t number,
		     const struct replay_step *step)
{
	char *evicted = page_list(step->evicted, step->nr_evicted);
	char *resident = page_list(step->resident, step->nr_resident);

	table_cell(t, STYLE_PLAIN, "%zu", number);
	table_cell(t, STYLE_PLAIN, "%" PRIu64, step->page);
	table_cell(t, step->fault ? STYLE_WARN : STYLE_DIM, "%s",
		   step->fault ? "fault" : "-");
	table_cell(t, *evicted ? STYLE_PLAIN : STYLE_DIM, "%s",
		   *evicted ? evicted : "-");
	table_cell(t, STYLE_PLAIN, "%s", *resident ? resident : "-");
	free(evicted);
	free(resident);
}

void replay_steps_close(struct table *t)
{
	table_close(t);
	putchar('\n');
}

static const struct column outcome_columns[] = {
	{ "POLICY" },	    { "FRAMES", true }, { "REFERENCES", true },
	{ "FAULTS", true }, { "HITS", true },	{ "EVICTED", true },
	{ "SAVED", true },
};

const struct column_list replay_tables[] = {
	COLUMN_LIST(step_columns),
	COLUMN_LIST(outcome_columns),
	{ 0 },
};

void replay_print_outcomes(bool colour, const struct reference *ref,
			   const struct replay_outcome *outcomes, size_t nr)
{
	struct table *t = table_open(stdout, outcome_columns,
				     sizeof(outcome_columns) / sizeof(outcome_columns[0]),
				     colour);

	for (size_t i = 0; i < nr; i++) {
		const struct replay_outcome *o = &outcomes[i];

		table_cell(t, STYLE_PLAIN, "%s", o->name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->frames);
		table_cell(t, STYLE_PLAIN, "%zu", ref->nr);
		table_cell(t, STYLE_WARN, "%" PRIu64, o->faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, ref->nr - o->faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->evicted);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->stored);
	}
	table_close(t);
}

static json_t *pages_json(const uint64_t *pages, size_t nr)
{
	json_t *list = check_alloc(json_array());

	for (size_t i = 0; i < nr; i++)
		json_append(list, json_count(pages[i]));
	return list;
}

json_t *replay_step_json(const struct replay_step *step)
{
	json_t *o = json_object();

	json_put(o, "page", json_count(step->page));
	json_put(o, "fault", json_boolean(step->fault));
	json_put(o, "evicted", pages_json(step->evicted, step->nr_evicted));
	json_put(o, "resident", pages_json(step->resident, step->nr_resident));
	return o;
}

void replay_print_json(const struct reference *ref,
		       const struct replay_outcome *outcomes, size_t nr,
		       json_t *steps)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "references", pages_json(ref->page, ref->nr));
	json_array_begin(&doc, "runs");
	for (size_t i = 0; i < nr; i++) {
		json_t *o = json_object();

		json_put(o, "policy", json_text(outcomes[i].name));
		json_put(o, "frames", json_count(outcomes[i].frames));
		json_put(o, "references", json_count(ref->nr));
		json_put(o, "faults", json_count(outcomes[i].faults));
		json_put(o, "hits", json_count(ref->nr - outcomes[i].faults));
		json_put(o, "evicted", json_count(outcomes[i].evicted));
		json_put(o, "saved", json_count(outcomes[i].stored));
		if (steps)
			json_put(o, "steps",
				 json_incref(json_array_get(steps, i)));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}
