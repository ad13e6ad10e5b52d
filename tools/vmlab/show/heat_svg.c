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

void heat_svg(const struct heat *h, FILE *out)
{
	const size_t cell_h = 6, left = 130, top = 40, right = 330;
	size_t columns = h->nr_samples > 400 ? 400 : h->nr_samples;
	size_t cell_w = columns ? 800 / columns : 1, nr;
	struct heat_row *rows;
	char colour[8], size[SIZE_TEXT_MAX];

	if (cell_w > 20)
		cell_w = 20;
	nr = heat_rows(h, 120, &rows);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
		"height=\"%zu\" font-family=\"monospace\" font-size=\"10\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%zu\" y=\"16\" font-size=\"13\">vmlab heat, process "
		"%d: %zu intervals of %.3g s, by ",
		left + columns * cell_w + right, top + nr * cell_h + 60, left,
		h->pid, h->nr_samples, h->interval);
	xml_escape(out, h->method);
	fputs("</text>\n", out);
	for (size_t r = 0; r < nr; r++) {
		size_t y = top + r * cell_h;

		if (rows[r].first) {
			fprintf(out,
				"<path d=\"M%zu %zuh%zu\" stroke=\"#ccc\"/>\n"
				"<text x=\"4\" y=\"%zu\">%" PRIx64 "</text>\n"
				"<text x=\"%zu\" y=\"%zu\">",
				left - 8, y, columns * cell_w + 16, y + cell_h,
				rows[r].start, left + columns * cell_w + 12,
				y + cell_h);
			xml_escape(out, heat_area_name(rows[r].area));
			fprintf(out, " %s</text>\n",
				format_size(rows[r].area->end - rows[r].area->start, size));
		}
		for (size_t c = 0; c < columns; c++) {
			double heat =
				heat_cell(h, rows[r].start, rows[r].end,
					  heat_column(h, c, columns),
					  heat_column(h, c + 1, columns));

			if (heat <= 0)
				continue;
			svg_colour(heat, colour);
			fprintf(out,
				"<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" "
				"height=\"%zu\" fill=\"%s\"><title>%" PRIx64
				"-%" PRIx64 ": %.0f%%</title></rect>\n",
				left + c * cell_w, y, cell_w, cell_h, colour,
				rows[r].start, rows[r].end, heat * 100);
		}
	}
	fprintf(out, "<text x=\"%zu\" y=\"%zu\">0 s</text>\n", left,
		top + nr * cell_h + 14);
	if (h->nr_samples)
		fprintf(out,
			"<text x=\"%zu\" y=\"%zu\" text-anchor=\"end\">%.1f s</text>\n",
			left + columns * cell_w, top + nr * cell_h + 14,
			h->samples[h->nr_samples - 1].time);
	/* the scale */
	for (size_t i = 0; i < 10; i++) {
		svg_colour((double)i / 9, colour);
		fprintf(out,
			"<rect x=\"%zu\" y=\"%zu\" width=\"16\" height=\"10\" "
			"fill=\"%s\"/>\n",
			left + 60 + i * 16, top + nr * cell_h + 28, colour);
	}
	fprintf(out,
		"<text x=\"%zu\" y=\"%zu\">touched</text>\n"
		"<text x=\"%zu\" y=\"%zu\">100%%</text>\n</svg>\n",
		left, top + nr * cell_h + 37, left + 226,
		top + nr * cell_h + 37);
	free(rows);
}
