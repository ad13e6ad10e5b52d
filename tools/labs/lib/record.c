// SPDX-License-Identifier: GPL-2.0
/* What a lab predicts, does and measures, written into the result. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/lib/run.h"

/* --- predictions ------------------------------------------------------------ */

static struct lab_quantity *find_quantity(const struct lab_run *run,
					  const char *key)
{
	for (size_t i = 0; i < run->result->nr; i++)
		if (!strcmp(run->result->quantities[i].key, key))
			return &run->result->quantities[i];
	return NULL;
}

static struct lab_quantity *new_quantity(struct lab_run *run, const char *key,
					 const char *what, enum lab_kind kind)
{
	struct lab_result *r = run->result;
	struct lab_quantity *q;

	if (run->phase != LAB_PHASE_PREDICT)
		abort(); /* nothing is predicted after a measurement */
	if (r->nr == LAB_QUANTITIES || find_quantity(run, key))
		abort();
	q = &r->quantities[r->nr++];
	snprintf(q->key, sizeof(q->key), "%s", key);
	snprintf(q->what, sizeof(q->what), "%s", what);
	q->kind = kind;
	return q;
}

static void set_range(struct lab_quantity *q, double low, double high,
		      const char *unit)
{
	q->low = low;
	q->high = high;
	snprintf(q->unit, sizeof(q->unit), "%s", unit);
}

#define SET_TEXT(text, fmt)                                          \
	do {                                                         \
		va_list ap_;                                         \
		va_start(ap_, fmt);                                  \
		vsnprintf((text), sizeof(text), (fmt), ap_);         \
		va_end(ap_);                                         \
	} while (0)

void lab_predict(struct lab_run *run, const char *key, const char *what,
		 double value, const char *unit, const char *formula, ...)
{
	struct lab_quantity *q = new_quantity(run, key, what, LAB_KIND_COUNT);

	set_range(q, value, value, unit);
	SET_TEXT(q->formula, formula);
}

void lab_predict_range(struct lab_run *run, const char *key, const char *what,
		       double low, double high, const char *unit,
		       const char *formula, ...)
{
	struct lab_quantity *q = new_quantity(run, key, what, LAB_KIND_RANGE);

	set_range(q, low, high, unit);
	SET_TEXT(q->formula, formula);
}

void lab_predict_time(struct lab_run *run, const char *key, const char *what,
		      double low, double high, const char *formula, ...)
{
	struct lab_quantity *q = new_quantity(run, key, what, LAB_KIND_TIME);

	set_range(q, low, high, "times");
	SET_TEXT(q->formula, formula);
}

void lab_predict_words(struct lab_run *run, const char *key, const char *what,
		       const char *words, const char *formula, ...)
{
	struct lab_quantity *q = new_quantity(run, key, what, LAB_KIND_WORDS);

	snprintf(q->words, sizeof(q->words), "%s", words);
	SET_TEXT(q->formula, formula);
}

/* --- measurements ------------------------------------------------------------ */

/* Return the quantity to measure now. */
static struct lab_quantity *measure(struct lab_run *run, const char *key,
				    bool words)
{
	struct lab_quantity *q = find_quantity(run, key);
	bool of_words = q && q->kind == LAB_KIND_WORDS;

	if (run->phase != LAB_PHASE_EXPERIMENT)
		abort(); /* predictions do not measure */
	if (!q || q->measured || words != of_words)
		lab_fail(run, "the lab measures %s, which it %s", key,
			 q ? "has measured, or predicted otherwise" :
			     "did not predict");
	q->measured = true;
	return q;
}

void lab_measure(struct lab_run *run, const char *key, double value)
{
	measure(run, key, false)->value = value;
}

void lab_measure_words(struct lab_run *run, const char *key, const char *fmt,
		       ...)
{
	struct lab_quantity *q = measure(run, key, true);

	SET_TEXT(q->measured_words, fmt);
}

void lab_effect(struct lab_run *run, const char *key, const char *fmt, ...)
{
	struct lab_quantity *q = find_quantity(run, key);

	if (!q)
		abort();
	SET_TEXT(q->effect, fmt);
}

void lab_step(struct lab_run *run, const char *fmt, ...)
{
	struct lab_result *r = run->result;

	if (r->nr_steps == LAB_STEPS_MAX)
		lab_fail(run, "the lab has more than %d steps", LAB_STEPS_MAX);
	SET_TEXT(r->steps[r->nr_steps], fmt);
	if (run->options->step)
		run->options->step(r->nr_steps + 1, r->steps[r->nr_steps]);
	/* A fork after it must not print it again. */
	fflush(stdout);
	r->nr_steps++;
}

void lab_note(struct lab_run *run, const char *fmt, ...)
{
	struct lab_result *r = run->result;

	if (r->nr_notes == LAB_NOTES_MAX)
		lab_fail(run, "the lab has more than %d notes", LAB_NOTES_MAX);
	SET_TEXT(r->notes[r->nr_notes], fmt);
	r->nr_notes++;
}

/* --- plots -------------------------------------------------------------------- */

unsigned int lab_plot(struct lab_run *run, const char *title, const char *x,
		      const char *y, unsigned int flags)
{
	struct lab_result *r = run->result;
	struct lab_plot_data *p;

	if (r->nr_plots == LAB_PLOTS)
		lab_fail(run, "the lab has more than %d plots", LAB_PLOTS);
	p = &r->plots[r->nr_plots];
	snprintf(p->title, sizeof(p->title), "%s", title);
	snprintf(p->x, sizeof(p->x), "%s", x);
	snprintf(p->y, sizeof(p->y), "%s", y);
	p->flags = flags;
	return (unsigned int)r->nr_plots++;
}

unsigned int lab_series(struct lab_run *run, unsigned int plot,
			const char *name)
{
	struct lab_plot_data *p = &run->result->plots[plot];

	if (plot >= run->result->nr_plots)
		abort();
	if (p->nr == LAB_SERIES)
		lab_fail(run, "a plot has more than %d series", LAB_SERIES);
	snprintf(p->series[p->nr].name, sizeof(p->series[0].name), "%s", name);
	return (unsigned int)p->nr++;
}

void lab_point(struct lab_run *run, unsigned int plot, unsigned int series,
	       double x, double y)
{
	struct lab_series_data *s;

	if (plot >= run->result->nr_plots ||
	    series >= run->result->plots[plot].nr)
		abort();
	s = &run->result->plots[plot].series[series];
	if (s->nr == LAB_POINTS)
		lab_fail(run, "a series has more than %d points", LAB_POINTS);
	s->x[s->nr] = x;
	s->y[s->nr++] = y;
}
