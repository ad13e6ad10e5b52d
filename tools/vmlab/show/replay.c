// SPDX-License-Identifier: GPL-2.0
/* The totals of the replay of a reference string, as a table and as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "show/json.h"
#include "show/replay.h"
#include "show/replay_curve.h"
#include "show/replay_steps.h"

static const struct column outcome_columns[] = {
	{ "POLICY" },	    { "FRAMES", true }, { "REFERENCES", true },
	{ "FAULTS", true }, { "HITS", true },	{ "HIT%", true },
	{ "EVICTED", true }, { "SAVED", true },  { "FALLBACKS", true },
};

const struct column_list replay_tables[] = {
	REPLAY_STEP_COLUMNS,
	COLUMN_LIST(outcome_columns),
	REPLAY_CURVE_COLUMNS,
	{ 0 },
};

/* Only BPF policies can name a wrong victim: FALLBACKS is for them. */
static bool has_bpf(const struct replay_runs *runs)
{
	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++)
		if (runs->run[i].policy == VMLAB_POLICY_BPF)
			return true;
	return false;
}

static void fallbacks_cell(struct table *t, const struct replay_outcome *o)
{
	if (o->policy == VMLAB_POLICY_BPF)
		table_cell(t, o->fallbacks ? STYLE_WARN : STYLE_PLAIN,
			   "%" PRIu64, o->fallbacks);
	else
		table_cell(t, STYLE_DIM, "%s", "");
}

void replay_print_outcomes(bool colour, const struct replay_runs *runs)
{
	const size_t nr = sizeof(outcome_columns) / sizeof(outcome_columns[0]);
	const bool bpf = has_bpf(runs);
	struct table *t = table_open(stdout, outcome_columns, nr - !bpf, colour);

	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++) {
		const struct replay_outcome *o = &runs->run[i];

		table_cell(t, STYLE_PLAIN, "%s", o->name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->frames);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->references);
		table_cell(t, STYLE_WARN, "%" PRIu64, o->faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   o->references - o->faults);
		table_cell(t, STYLE_PLAIN, "%.1f", 100 * replay_hit_ratio(o));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->evicted);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->stored);
		if (bpf)
			fallbacks_cell(t, o);
	}
	table_close(t);
}

static json_t *pages_json(const struct reference *ref, size_t first, size_t end)
{
	json_t *list = json_array();

	for (size_t i = first; i < end; i++)
		json_append(list, replay_page_json(ref, ref->page[i]));
	return list;
}

static json_t *accesses_json(const struct reference *ref)
{
	json_t *list = json_array();

	for (size_t i = ref->nr_loaded; i < ref->nr; i++)
		json_append(list, json_text(ref->write[i] ? "w" : "r"));
	return list;
}

static json_t *run_json(const struct reference *ref,
			const struct replay_outcome *run)
{
	json_t *o = json_object();

	json_put(o, "policy", json_text(run->name));
	json_put(o, "frames", json_count(run->frames));
	json_put(o, "references", json_count(run->references));
	json_put(o, "faults", json_count(run->faults));
	json_put(o, "hits", json_count(run->references - run->faults));
	json_put(o, "hit_ratio", json_real(replay_hit_ratio(run)));
	json_put(o, "evicted", json_count(run->evicted));
	json_put(o, "saved", json_count(run->stored));
	if (run->policy == VMLAB_POLICY_BPF)
		json_put(o, "fallbacks", json_count(run->fallbacks));
	if (run->log.nr_steps)
		json_put(o, "steps", replay_steps_json(ref, run));
	return o;
}

void replay_print_json(const struct reference *ref,
		       const struct replay_runs *runs, const char *file,
		       bool curves)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	if (file) {
		json_member(&doc, "file", json_text(file));
		json_member(&doc, "pages", json_count(ref->pages));
	} else {
		json_member(&doc, "references",
			    pages_json(ref, ref->nr_loaded, ref->nr));
		json_member(&doc, "accesses", accesses_json(ref));
		json_member(&doc, "loaded",
			    pages_json(ref, 0, ref->nr_loaded));
	}
	json_array_begin(&doc, "runs");
	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++)
		json_item(&doc, run_json(ref, &runs->run[i]));
	json_array_end(&doc);
	if (curves) {
		json_array_begin(&doc, "curves");
		for (size_t p = 0; p < runs->nr_policies; p++)
			json_item(&doc, replay_curve_json(runs, p));
		json_array_end(&doc);
	}
	json_end(&doc);
}
