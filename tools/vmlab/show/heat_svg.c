// SPDX-License-Identifier: GPL-2.0
/* The picture of vmlab heat as SVG. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "show/format.h"
#include "show/heat.h"
#include "show/xml.h"

static void svg_colour(double heat, char text[static 8])
{
	/* black, violet, orange, pale yellow: they differ in lightness too */
	static const double stops[][3] = {
		{ 20, 11, 52 },
		{ 132, 32, 107 },
		{ 229, 92, 48 },
		{ 252, 230, 130 },
	};
	double at = heat * 3;
	size_t low = at >= 3 ? 2 : (size_t)at;
	double part = at - (double)low;
	int rgb[3];

	for (size_t i = 0; i < 3; i++)
		rgb[i] = (int)lround(stops[low][i] + part * (stops[low + 1][i] -
							     stops[low][i]));
	snprintf(text, 8, "#%02x%02x%02x", rgb[0] & 255, rgb[1] & 255,
		 rgb[2] & 255);
}

enum {
	LINE = 6, /* height of a line */
	LABEL = 12, /* that of a line with text, when another one follows */
	LEFT = 130,
	TOP = 40,
	RIGHT = 330,
	MAX_COLUMNS = 400,
	MAX_CELL = 20,
	LINES = 120,
	AXIS = 80, /* least width of the axis of time */
};

static bool has_label(const struct heat_row *row)
{
	return row->first || row->idle;
}

/* Return the height of line @r: one whose text the next one would cover is higher. */
static size_t line_height(const struct heat_row *rows, size_t nr, size_t r)
{
	return has_label(&rows[r]) && (r + 1 == nr || has_label(&rows[r + 1])) ? LABEL :
										 LINE;
}

static void svg_label(FILE *out, const struct heat_row *row, size_t y, size_t width)
{
	char size[SIZE_TEXT_MAX];

	fprintf(out, "<text x=\"4\" y=\"%zu\">%" PRIx64 "</text>\n"
		"<text x=\"%zu\" y=\"%zu\">", y + LABEL - 2, row->start,
		LEFT + width + 12, y + LABEL - 2);
	if (row->first) {
		xml_escape(out, heat_area_name(row->area));
		fprintf(out, " %s", format_size(row->area->end - row->area->start, size));
	}
	if (row->idle)
		fprintf(out, "%s%s without access", row->first ? ", first " : "",
			format_size(row->end - row->start, size));
	fputs("</text>\n", out);
	if (row->first)
		fprintf(out, "<path d=\"M%d %zuh%zu\" stroke=\"#ccc\"/>\n", LEFT - 8,
			y, width + 16);
	if (row->idle)
		fprintf(out, "<path d=\"M%d %zuh%zu\" stroke=\"#999\" "
			"stroke-dasharray=\"2 4\"/>\n", LEFT, y + LINE, width);
}

static void svg_cells(FILE *out, const struct heat *h, const struct heat_row *row,
		      size_t y, size_t height, size_t columns, size_t cell)
{
	char colour[8];

	for (size_t c = 0; c < columns; c++) {
		double heat = heat_cell(h, row->start, row->end,
					heat_column(h, c, columns),
					heat_column(h, c + 1, columns));

		if (heat <= 0)
			continue;
		svg_colour(heat_shade(heat), colour);
		fprintf(out,
			"<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" "
			"height=\"%zu\" fill=\"%s\"><title>%" PRIx64
			"-%" PRIx64 ": %.2g%%</title></rect>\n",
			LEFT + c * cell, y, cell, height, colour, row->start,
			row->end, heat * 100);
	}
}

/* The shades, with the share of a line's pages at each power of ten. */
static void svg_scale(FILE *out, size_t y)
{
	enum { STEPS = 30, STEP = 8 };
	char colour[8];

	for (size_t i = 0; i < STEPS; i++) {
		svg_colour((double)i / (STEPS - 1), colour);
		fprintf(out,
			"<rect x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"10\" "
			"fill=\"%s\"/>\n", LEFT + i * STEP, y, STEP, colour);
	}
	for (size_t i = 0; i <= HEAT_DECADES; i++)
		fprintf(out, "<text x=\"%zu\" y=\"%zu\">%g%%</text>\n",
			LEFT + i * STEPS * STEP / HEAT_DECADES, y + 22,
			pow(10, (double)i + 2 - HEAT_DECADES));
	fprintf(out, "<text x=\"%d\" y=\"%zu\">of a line's pages were accessed "
		"in an interval</text>\n", LEFT + STEPS * STEP + 50, y + 22);
}

void heat_svg(const struct heat *h, FILE *out)
{
	const size_t columns = h->nr_samples > MAX_COLUMNS ? MAX_COLUMNS :
							     h->nr_samples;
	size_t cell = columns ? 800 / columns : 1, height = TOP, y = TOP, nr;
	struct heat_row *rows;

	if (cell > MAX_CELL)
		cell = MAX_CELL;
	nr = heat_rows(h, LINES, NULL, &rows);
	for (size_t r = 0; r < nr; r++)
		height += line_height(rows, nr, r);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
		"height=\"%zu\" font-family=\"monospace\" font-size=\"10\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%d\" y=\"16\" font-size=\"13\">vmlab heat, process "
		"%d: %zu interval%s of %.3g s</text>\n"
		"<text x=\"%d\" y=\"30\">by ",
		LEFT + columns * cell + RIGHT, height + 60, LEFT, h->pid,
		h->nr_samples, h->nr_samples == 1 ? "" : "s", h->interval, LEFT);
	xml_escape(out, h->method);
	fputs("</text>\n", out);
	for (size_t r = 0; r < nr; y += line_height(rows, nr, r++)) {
		if (has_label(&rows[r]))
			svg_label(out, &rows[r], y, columns * cell);
		svg_cells(out, h, &rows[r], y, line_height(rows, nr, r), columns, cell);
	}
	fprintf(out, "<text x=\"%d\" y=\"%zu\">0 s</text>\n", LEFT, height + 14);
	/* beside few columns there is no space for two labels below them */
	if (h->nr_samples)
		fprintf(out,
			"<text x=\"%zu\" y=\"%zu\" text-anchor=\"end\">%.1f s</text>\n",
			LEFT + (columns * cell < AXIS ? AXIS : columns * cell),
			height + 14, h->samples[h->nr_samples - 1].time);
	svg_scale(out, height + 28);
	fputs("</svg>\n", out);
	free(rows);
}
