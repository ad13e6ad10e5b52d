// SPDX-License-Identifier: GPL-2.0
/* Faults against frames, for each policy: as a table, a drawing and JSON. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/json.h"
#include "show/replay_curve.h"

#define ROWS_MAX 20 /* of the drawing */

const struct column replay_curve_columns[] = {
	{ "FRAMES", true }, { "FIFO", true }, { "CLOCK", true },
	{ "SECOND-CHANCE", true }, { "LRU", true }, { "MRU", true },
	{ "LFU", true }, { "RANDOM", true }, { "OPT", true },
};

static const struct replay_outcome *run_at(const struct replay_runs *runs,
					   size_t policy, size_t frames)
{
	return &runs->run[policy * runs->nr_frames + frames];
}

/* Does the policy have more faults here than with one frame less? */
static bool is_anomaly(const struct replay_runs *runs, size_t policy, size_t f)
{
	return f && replay_is_anomaly(run_at(runs, policy, f),
				      run_at(runs, policy, f - 1));
}

static char *upper(const char *name)
{
	char *copy = check_alloc(strdup(name));

	for (char *c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

void replay_print_curves(bool colour, const struct replay_runs *runs)
{
	const size_t nr = runs->nr_policies + 1;
	struct column *columns = check_alloc(calloc(nr, sizeof(*columns)));
	struct table *t;

	columns[0] = replay_curve_columns[0];
	for (size_t p = 0; p < runs->nr_policies; p++)
		columns[p + 1] = (struct column){
			upper(run_at(runs, p, 0)->name), true,
		};
	t = table_open(stdout, columns, nr, colour);
	for (size_t f = 0; f < runs->nr_frames; f++) {
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   run_at(runs, 0, f)->frames);
		for (size_t p = 0; p < runs->nr_policies; p++)
			table_cell(t,
				   is_anomaly(runs, p, f) ? STYLE_WARN :
							    STYLE_PLAIN,
				   "%" PRIu64, run_at(runs, p, f)->faults);
	}
	table_close(t);
	for (size_t p = 0; p < runs->nr_policies; p++)
		free((char *)columns[p + 1].title);
	free(columns);
}

/*
 * struct plot - the scale of the drawing
 * @low, @high: the fewest and the most faults
 * @rows: lines; the first is @high, the last @low
 * @cell: columns of one budget: a letter for each policy, and blanks
 * @every: one budget of so many is drawn
 */
struct plot {
	uint64_t low, high;
	uint64_t rows;
	size_t cell;
	size_t every;
};

static struct plot scale(const struct replay_runs *runs, unsigned int columns)
{
	const size_t room = columns > 20 ? columns - 10 : 10;
	struct plot plot = { .low = UINT64_MAX, .every = 1 };

	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++) {
		uint64_t faults = runs->run[i].faults;

		plot.low = faults < plot.low ? faults : plot.low;
		plot.high = faults > plot.high ? faults : plot.high;
	}
	plot.rows = plot.high - plot.low + 1;
	if (plot.rows > ROWS_MAX)
		plot.rows = ROWS_MAX;
	plot.cell = runs->nr_policies + 2;
	if (plot.cell < 5)
		plot.cell = 5;
	while (runs->nr_frames / plot.every * plot.cell > room)
		plot.every++;
	return plot;
}

/* Return the row of a number of faults, 0 at the top. */
static uint64_t row_of(const struct plot *plot, uint64_t faults)
{
	const uint64_t span = plot->high - plot->low;

	if (!span)
		return 0;
	return ((plot->high - faults) * (plot->rows - 1) + span / 2) / span;
}

static uint64_t faults_of(const struct plot *plot, uint64_t row)
{
	const uint64_t span = plot->high - plot->low;

	if (plot->rows == 1)
		return plot->high;
	return plot->high - (row * span + (plot->rows - 1) / 2) /
				    (plot->rows - 1);
}

static char letter(size_t policy)
{
	return "abcdefghijklmnopqrstuvwxyzABCDEF"[policy % 32];
}

/* Draw a row: each policy has a column of its own in the cell of a budget. */
static void draw_row(FILE *out, const struct plot *plot,
		     const struct replay_runs *runs, uint64_t row)
{
	size_t blanks = 0; /* printed only before a letter */

	fprintf(out, "%8" PRIu64 " |", faults_of(plot, row));
	for (size_t f = 0; f < runs->nr_frames; f += plot->every) {
		blanks += plot->cell - runs->nr_policies;
		for (size_t p = 0; p < runs->nr_policies; p++) {
			if (row_of(plot, run_at(runs, p, f)->faults) != row) {
				blanks++;
				continue;
			}
			fprintf(out, "%*s%c", (int)blanks, "", letter(p));
			blanks = 0;
		}
	}
	fputc('\n', out);
}

static void draw_axis(FILE *out, const struct plot *plot,
		      const struct replay_runs *runs)
{
	fputs("         +", out);
	for (size_t f = 0; f < runs->nr_frames; f += plot->every)
		for (size_t i = 0; i < plot->cell; i++)
			fputc('-', out);
	fputs("\n  frames  ", out);
	for (size_t f = 0; f < runs->nr_frames; f += plot->every)
		fprintf(out, "%*" PRIu64, (int)plot->cell,
			run_at(runs, 0, f)->frames);
	fputs("\n\n", out);
	for (size_t p = 0; p < runs->nr_policies; p++)
		fprintf(out, "  %c %s", letter(p), run_at(runs, p, 0)->name);
	fputc('\n', out);
}

static void print_anomalies(FILE *out, bool colour,
			    const struct replay_runs *runs)
{
	for (size_t p = 0; p < runs->nr_policies; p++) {
		for (size_t f = 0; f < runs->nr_frames; f++) {
			const struct replay_outcome *run = run_at(runs, p, f);

			if (!is_anomaly(runs, p, f))
				continue;
			fprintf(out,
				"%s%s: %" PRIu64 " faults with %" PRIu64
				" frames, %" PRIu64 " with %" PRIu64
				": Belady's anomaly%s\n",
				style_on(colour, STYLE_WARN), run->name,
				run->faults, run->frames, run[-1].faults,
				run[-1].frames, style_off(colour, STYLE_WARN));
		}
	}
}

void replay_draw_curves(FILE *out, bool colour, unsigned int columns,
			const struct replay_runs *runs)
{
	const struct plot plot = scale(runs, columns);

	fprintf(out, "%s  faults%s\n", style_on(colour, STYLE_HEAD),
		style_off(colour, STYLE_HEAD));
	for (uint64_t row = 0; row < plot.rows; row++)
		draw_row(out, &plot, runs, row);
	draw_axis(out, &plot, runs);
	print_anomalies(out, colour, runs);
}

json_t *replay_curve_json(const struct replay_runs *runs, size_t policy)
{
	json_t *o = json_object(), *frames = json_array();
	json_t *faults = json_array(), *anomalies = json_array();

	for (size_t f = 0; f < runs->nr_frames; f++) {
		const struct replay_outcome *run = run_at(runs, policy, f);

		json_append(frames, json_count(run->frames));
		json_append(faults, json_count(run->faults));
		if (is_anomaly(runs, policy, f))
			json_append(anomalies, json_count(run->frames));
	}
	json_put(o, "policy", json_text(run_at(runs, policy, 0)->name));
	json_put(o, "frames", frames);
	json_put(o, "faults", faults);
	json_put(o, "anomalies", anomalies);
	return o;
}
