// SPDX-License-Identifier: GPL-2.0
/* Counts against budgets, drawn with letters. */
#include <inttypes.h>
#include <string.h>

#include "show/curves.h"
#include "show/terminal.h"

enum { ROWS_MAX = 20, CELL_MIN = 5 };

/*
 * struct plot - the scale of the drawing
 * @low, @high: the lowest and the highest value
 * @rows: lines; the first is @high, the last @low
 * @cell: columns of one budget: a letter for each curve, and blanks
 * @every: one budget of so many is drawn
 */
struct plot {
	uint64_t low, high;
	uint64_t rows;
	size_t cell;
	size_t every;
};

static struct plot scale(const struct curves *curves, unsigned int columns)
{
	const size_t room = columns > 20 ? columns - 10 : 10;
	struct plot plot = { .low = UINT64_MAX, .every = 1 };

	for (size_t i = 0; i < curves->nr_curves * curves->nr_x; i++) {
		plot.low = curves->y[i] < plot.low ? curves->y[i] : plot.low;
		plot.high = curves->y[i] > plot.high ? curves->y[i] : plot.high;
	}
	plot.rows = plot.high - plot.low < ROWS_MAX ? plot.high - plot.low + 1 : ROWS_MAX;
	plot.cell = curves->nr_curves + 2;
	if (plot.cell < CELL_MIN)
		plot.cell = CELL_MIN;
	for (size_t x = 0; x < curves->nr_x; x++)
		if (plot.cell < strlen(curves->labels[x]) + 2)
			plot.cell = strlen(curves->labels[x]) + 2;
	/* at least one budget is drawn, however long its label is */
	while (plot.every < curves->nr_x &&
	       (curves->nr_x + plot.every - 1) / plot.every * plot.cell > room)
		plot.every++;
	return plot;
}

/* Return the row of a value, 0 at the top. */
static uint64_t row_of(const struct plot *plot, uint64_t y)
{
	const uint64_t span = plot->high - plot->low;

	if (!span)
		return 0;
	return ((plot->high - y) * (plot->rows - 1) + span / 2) / span;
}

static uint64_t value_of(const struct plot *plot, uint64_t row)
{
	const uint64_t span = plot->high - plot->low;

	if (plot->rows == 1)
		return plot->high;
	return plot->high - (row * span + (plot->rows - 1) / 2) / (plot->rows - 1);
}

static char letter(size_t curve)
{
	return "abcdefghijklmnopqrstuvwxyzABCDEF"[curve % 32];
}

/* Draw a row: each curve has a column of its own in the cell of a budget. */
static void draw_row(FILE *out, const struct plot *plot, const struct curves *curves,
		     uint64_t row)
{
	size_t blanks = 0; /* printed only before a letter */

	fprintf(out, "%8" PRIu64 " |", value_of(plot, row));
	for (size_t x = 0; x < curves->nr_x; x += plot->every) {
		blanks += plot->cell - curves->nr_curves;
		for (size_t c = 0; c < curves->nr_curves; c++) {
			if (row_of(plot, curves->y[c * curves->nr_x + x]) != row) {
				blanks++;
				continue;
			}
			fprintf(out, "%*s%c", (int)blanks, "", letter(c));
			blanks = 0;
		}
	}
	fputc('\n', out);
}

static void draw_axis(FILE *out, const struct plot *plot, const struct curves *curves)
{
	const bool long_title = strlen(curves->x_title) > 8;

	fputs("         +", out);
	for (size_t x = 0; x < curves->nr_x; x += plot->every)
		for (size_t i = 0; i < plot->cell; i++)
			fputc('-', out);
	/* the labels stand below their budgets, also with a long title */
	fprintf(out, "\n%8s  ", long_title ? "" : curves->x_title);
	for (size_t x = 0; x < curves->nr_x; x += plot->every)
		fprintf(out, "%*s", (int)plot->cell, curves->labels[x]);
	if (long_title)
		fprintf(out, "\n%10s%s", "", curves->x_title);
	fputs("\n\n", out);
	for (size_t c = 0; c < curves->nr_curves; c++)
		fprintf(out, "  %c %s", letter(c), curves->names[c]);
	fputc('\n', out);
}

void curves_draw(FILE *out, bool colour, unsigned int columns, const struct curves *curves)
{
	const struct plot plot = scale(curves, columns);

	fprintf(out, "%s%8s%s\n", style_on(colour, STYLE_HEAD), curves->y_short,
		style_off(colour, STYLE_HEAD));
	for (uint64_t row = 0; row < plot.rows; row++)
		draw_row(out, &plot, curves, row);
	draw_axis(out, &plot, curves);
}
