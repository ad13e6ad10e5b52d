// SPDX-License-Identifier: GPL-2.0
/* The results of vmlab compare. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "show/command.h"
#include "show/compare.h"
#include "show/curves.h"
#include "show/format.h"
#include "show/json.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column columns[] = {
	{ "POLICY" },
	{ "BUDGET" },
	{ "SIZE", true },
	{ "FAULTS", true },
	{ "FILLED", true },
	{ "REFAULTS", true },
	{ "EVICTED", true },
	{ .title = "STORED", .right = true, .optional = true },
	{ .title = "IN_FAULTS", .right = true, .optional = true },
	{ "TIME", true },
	{ "SLOWER", true },
	{ "STATUS" },
	{ .title = "TIME_MIN", .right = true, .extra = true },
	{ .title = "TIME_MAX", .right = true, .extra = true },
	{ .title = "RUNS", .right = true, .extra = true },
};

const struct column_list compare_tables[] = { COLUMN_LIST(columns), { 0 } };

static const struct compare_cell *cell_at(const struct compare_result *r, size_t policy,
					  size_t budget)
{
	return &r->cells[policy * r->nr_budgets + budget];
}

static void status_cell(struct table *t, const struct compare_cell *cell)
{
	const struct compare_run *failed = compare_failed(cell);
	char signal[SIGNAL_TEXT_MAX];

	if (!failed)
		table_cell(t, STYLE_PLAIN, "ok");
	else if (failed->timed_out)
		table_cell(t, STYLE_WARN, "timeout");
	else if (WIFSIGNALED(failed->status))
		table_cell(t, STYLE_WARN, "%s", format_signal(WTERMSIG(failed->status), signal));
	else
		table_cell(t, STYLE_WARN, "exit %d", WEXITSTATUS(failed->status));
}

static void extra_cells(struct table *t, const struct compare_cell *cell)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < cell->nr; i++) {
		const uint64_t ns = cell->runs[i].ns;

		low = ns < low ? ns : low;
		high = ns > high ? ns : high;
	}
	table_time(t, STYLE_PLAIN, low);
	table_time(t, STYLE_PLAIN, high);
	table_cell(t, STYLE_PLAIN, "%zu", cell->nr);
}

static void row(struct table *t, const struct compare_result *r, const struct compare_cell *cell)
{
	const uint64_t ns = COMPARE_MEDIAN(cell, ns), base = COMPARE_MEDIAN(&r->first, ns);
	const enum style style = cell == &r->first ? STYLE_DIM : STYLE_PLAIN;

	table_cell(t, style, "%s", cell->policy ? cell->policy : "-");
	table_cell(t, style, "%s", cell->budget ? cell->budget->text : "none");
	if (cell->budget && cell->budget->pages)
		table_size(t, style, cell->budget->pages * r->page_size);
	else
		table_cell(t, STYLE_DIM, "-");
	table_cell(t, style, "%" PRIu64, COMPARE_MEDIAN(cell, faults));
	table_cell(t, style, "%" PRIu64, COMPARE_MEDIAN(cell, filled));
	table_cell(t, style, "%" PRIu64, COMPARE_MEDIAN(cell, refaults));
	table_cell(t, style, "%" PRIu64, COMPARE_MEDIAN(cell, evicted));
	table_cell(t, style, "%" PRIu64, COMPARE_MEDIAN(cell, stored));
	table_time(t, style, COMPARE_MEDIAN(cell, in_faults_ns));
	table_time(t, style, ns);
	table_cell(t, style, "%.2f", base ? (double)ns / (double)base : 1);
	status_cell(t, cell);
	extra_cells(t, cell);
}

void compare_print(bool colour, const struct compare_result *r)
{
	struct table *t;
	char size[SIZE_TEXT_MAX];

	if (!table_plain()) {
		fputs("vmlab compare:", stdout);
		command_print(stdout, r->command);
		printf("\npeak without a budget: %s\n\n",
		       format_size(COMPARE_MEDIAN(&r->first, frames_peak) * r->page_size, size));
	}
	t = table_open(stdout, columns, NR(columns), colour);
	row(t, r, &r->first);
	for (size_t i = 0; i < r->nr_policies * r->nr_budgets; i++)
		row(t, r, &r->cells[i]);
	table_close(t);
}

/* Call @draw with the fills of each policy at each budget. */
static void with_curves(const struct compare_result *r,
			void (*draw)(void *arg, const struct curves *curves), void *arg)
{
	const size_t nr = r->nr_policies * r->nr_budgets;
	const char **labels = check_alloc(calloc(r->nr_budgets, sizeof(*labels)));
	uint64_t *y = check_alloc(calloc(nr, sizeof(*y)));
	const struct curves curves = {
		.x_title = "budget",
		.y_title = "page faults that filled a frame",
		.y_short = "filled",
		.x_unit = "",
		.nr_x = r->nr_budgets,
		.labels = labels,
		.nr_curves = r->nr_policies,
		.names = r->policies,
		.y = y,
	};

	for (size_t b = 0; b < r->nr_budgets; b++)
		labels[b] = r->budgets[b].text;
	for (size_t p = 0; p < r->nr_policies; p++)
		for (size_t b = 0; b < r->nr_budgets; b++)
			y[p * r->nr_budgets + b] = COMPARE_MEDIAN(cell_at(r, p, b), filled);
	draw(arg, &curves);
	free(labels);
	free(y);
}

struct drawing {
	FILE *out;
	bool colour;
	unsigned int columns;
};

static void draw_letters(void *arg, const struct curves *curves)
{
	const struct drawing *d = arg;

	curves_draw(d->out, d->colour, d->columns, curves);
}

void compare_draw(FILE *out, bool colour, unsigned int width, const struct compare_result *r)
{
	struct drawing d = { out, colour, width };

	with_curves(r, draw_letters, &d);
}

static void draw_svg(void *arg, const struct curves *curves)
{
	curves_svg(arg, curves);
}

void compare_svg(FILE *out, const struct compare_result *r)
{
	with_curves(r, draw_svg, out);
}

static json_t *run_json(const struct compare_run *run)
{
	json_t *o = check_alloc(json_object());

	command_put_status(o, run->status);
	json_put(o, "timed_out", json_boolean(run->timed_out));
	json_put(o, "ns", json_count(run->ns));
	json_put(o, "faults", json_count(run->faults));
	json_put(o, "filled", json_count(run->filled));
	json_put(o, "refaults", json_count(run->refaults));
	json_put(o, "evicted", json_count(run->evicted));
	json_put(o, "stored", json_count(run->stored));
	json_put(o, "in_faults_ns", json_count(run->in_faults_ns));
	json_put(o, "frames_peak", json_count(run->frames_peak));
	return o;
}

static json_t *cell_json(const struct compare_cell *cell)
{
	json_t *o = check_alloc(json_object()), *runs = check_alloc(json_array());

	json_put(o, "policy", cell->policy ? json_text(cell->policy) : json_null());
	json_put(o, "budget", json_text(cell->budget ? cell->budget->text : "none"));
	json_put(o, "budget_pages", cell->budget && cell->budget->pages ?
					    json_count(cell->budget->pages) : json_null());
	for (size_t i = 0; i < cell->nr; i++)
		json_append(runs, run_json(&cell->runs[i]));
	json_put(o, "runs", runs);
	return o;
}

void compare_print_json(const struct compare_result *r)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "command", command_json(r->command));
	json_member(&doc, "page_size", json_count(r->page_size));
	json_member(&doc, "frames_peak", json_count(COMPARE_MEDIAN(&r->first, frames_peak)));
	json_array_begin(&doc, "results");
	json_item(&doc, cell_json(&r->first));
	for (size_t i = 0; i < r->nr_policies * r->nr_budgets; i++)
		json_item(&doc, cell_json(&r->cells[i]));
	json_array_end(&doc);
	json_end(&doc);
}
