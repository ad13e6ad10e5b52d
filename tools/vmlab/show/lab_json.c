// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <string.h>

#include "show/json.h"
#include "show/lab.h"

/* A number, or null for a bound that is infinite. */
static json_t *number(double value)
{
	if (!isfinite(value))
		return json_null();
	if (fabs(value) < 9e15 && floor(value) == value)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static json_t *quantity_json(const struct lab_quantity *q)
{
	static const char *const kinds[] = {
		[LAB_KIND_COUNT] = "count",
		[LAB_KIND_RANGE] = "range",
		[LAB_KIND_TIME] = "time",
		[LAB_KIND_WORDS] = "words",
	};
	bool words = q->kind == LAB_KIND_WORDS;
	json_t *o = json_object();

	json_put(o, "key", json_text(q->key));
	json_put(o, "what", json_text(q->what));
	json_put(o, "kind", json_text(kinds[q->kind]));
	json_put(o, "unit", json_text(q->unit));
	json_put(o, "formula", json_text(q->formula));
	if (words) {
		json_put(o, "predicted", json_text(q->words));
	} else {
		json_put(o, "low", number(q->low));
		json_put(o, "high", number(q->high));
	}
	if (!q->measured)
		json_put(o, "measured", json_null());
	else
		json_put(o, "measured",
			 words ? json_text(q->measured_words) :
				 number(q->value));
	json_put(o, "agrees", json_boolean(lab_quantity_agrees(q)));
	json_put(o, "effect", json_text(q->effect));
	return o;
}

static json_t *series_json(const struct lab_series_data *s)
{
	json_t *o = json_object(), *points = json_array();

	json_put(o, "name", json_text(s->name));
	for (size_t i = 0; i < s->nr; i++) {
		json_t *point = json_array();

		json_append(point, number(s->x[i]));
		json_append(point, number(s->y[i]));
		json_append(points, point);
	}
	json_put(o, "points", points);
	return o;
}

static json_t *plot_json(const struct lab_plot_data *p)
{
	json_t *o = json_object(), *series = json_array();

	json_put(o, "title", json_text(p->title));
	json_put(o, "x", json_text(p->x));
	json_put(o, "y", json_text(p->y));
	json_put(o, "log_x", json_boolean(p->flags & LAB_LOG_X));
	json_put(o, "log_y", json_boolean(p->flags & LAB_LOG_Y));
	for (size_t i = 0; i < p->nr; i++)
		json_append(series, series_json(&p->series[i]));
	json_put(o, "series", series);
	return o;
}

/* An array of the lines of a text. */
static json_t *lines_json(const char *text)
{
	json_t *lines = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");

		json_append(lines, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return lines;
}

static void put_run(json_t *o, const struct lab_result *r)
{
	json_t *params = json_object(), *quantities = json_array();
	json_t *steps = json_array(), *notes = json_array();
	json_t *plots = json_array();

	for (size_t i = 0; i < r->nr_params; i++)
		json_put(params, r->params[i].name,
			 json_text(r->params[i].value));
	for (size_t i = 0; i < r->nr; i++)
		json_append(quantities, quantity_json(&r->quantities[i]));
	for (size_t i = 0; i < r->nr_steps; i++)
		json_append(steps, json_text(r->steps[i]));
	for (size_t i = 0; i < r->nr_notes; i++)
		json_append(notes, json_text(r->notes[i]));
	for (size_t i = 0; i < r->nr_plots; i++)
		json_append(plots, plot_json(&r->plots[i]));
	json_put(o, "verdict", json_text(lab_verdict_name(r->verdict)));
	json_put(o, "reason", json_text(r->reason));
	json_put(o, "broken", json_text(r->broken));
	json_put(o, "seconds", number(r->seconds));
	json_put(o, "parameters", params);
	json_put(o, "quantities", quantities);
	json_put(o, "steps", steps);
	json_put(o, "notes", notes);
	json_put(o, "plots", plots);
}

/* What --param accepts: words, or numbers from min to max. */
static json_t *param_json(const struct lab_param *p)
{
	json_t *o = json_object(), *words;

	json_put(o, "name", json_text(p->name));
	json_put(o, "default", json_text(p->value));
	json_put(o, "help", json_text(p->help));
	if (!p->words) {
		json_put(o, "min", json_count(p->min));
		json_put(o, "max", json_count(p->max));
		return o;
	}
	words = json_array();
	for (const char *w = p->words; *w; w += strspn(w, " ")) {
		size_t len = strcspn(w, " ");

		json_append(words, json_stringn(w, len));
		w += len;
	}
	json_put(o, "words", words);
	return o;
}

json_t *lab_json(const struct lab *lab, const struct lab_result *result)
{
	json_t *o = json_object(), *breaks = json_array(), *params = json_array();

	for (const struct lab_param *p = lab->params; p && p->name; p++)
		json_append(params, param_json(p));
	for (const struct lab_break *b = lab->breaks; b && b->name; b++)
		json_append(breaks, json_text(b->name));
	json_put(o, "number", json_integer(lab->number));
	json_put(o, "name", json_text(lab->name));
	json_put(o, "title", json_text(lab->title));
	json_put(o, "question", json_text(lab->question));
	json_put(o, "changes",
		 lab->changes ? json_text(lab->changes) : json_null());
	json_put(o, "idea", json_text(lab->idea));
	json_put(o, "pins", json_text(lab->pins));
	json_put(o, "params", params);
	json_put(o, "breaks", breaks);
	json_put(o, "reads", lines_json(lab->reads));
	if (result)
		put_run(o, result);
	return o;
}
