// SPDX-License-Identifier: GPL-2.0
/* vmlab heat: the picture on a terminal, as SVG and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "show/format.h"
#include "model/heat.h"
#include "show/json.h"
#include "cli/must.h"
#include "show/table.h"

#define MAX_ROWS 4096

/* a line of the picture: part of an area */
struct row {
	const struct heat_area *area;
	uint64_t start, end;
	bool first; /* of the area */
};

static uint64_t area_size(const struct heat_area *a)
{
	return a->end - a->start;
}

/*
 * Every area that was touched has a row, however small; the others go by size.
 * Boundaries are on pages, so there may be fewer rows than asked for.
 */
static size_t make_rows(const struct heat *h, size_t wanted, struct row **rows)
{
	uint64_t total = 0;
	size_t touched = 0, nr = 0;

	for (size_t i = 0; i < h->nr_areas; i++) {
		if (!h->areas[i].touched)
			continue;
		total += area_size(&h->areas[i]);
		touched++;
	}
	*rows = must(calloc(touched + wanted + 1, sizeof(**rows)));
	for (size_t i = 0; i < h->nr_areas; i++) {
		const struct heat_area *a = &h->areas[i];
		uint64_t pages = area_size(a) >> 12, parts = 1;

		if (!a->touched)
			continue;
		if (wanted > touched)
			parts += (uint64_t)((double)(wanted - touched) *
					    (double)area_size(a) /
					    (double)total);
		if (parts > pages)
			parts = pages ? pages : 1;
		for (uint64_t p = 0; p < parts; p++)
			(*rows)[nr++] = (struct row){
				.area = a,
				.start = a->start + ((pages * p / parts) << 12),
				.end = p + 1 == parts ?
					       a->end :
					       a->start +
						       ((pages * (p + 1) / parts)
							<< 12),
				.first = p == 0,
			};
	}
	return nr;
}

/* the samples that a column shows: [first, last) */
static size_t column_start(const struct heat *h, size_t column, size_t columns)
{
	return h->nr_samples * column / columns;
}

static const char *area_name(const struct heat_area *a)
{
	const char *slash = strrchr(a->name, '/');

	return slash && slash[1] ? slash + 1 : a->name;
}

/* the first characters of a name, as far as they fit */
static void print_name(FILE *out, const char *name, size_t width)
{
	char *safe = must(format_safe(name)), *end = safe;

	while (*end && width--)
		end += utf8_length(end);
	*end = '\0';
	fputs(safe, out);
	free(safe);
}

static void draw_cell(FILE *out, double heat, bool colour)
{
	static const char shades[] = " .:-=+*#%@";
	/* from blue by red to white, of the 256 colours of xterm */
	static const int colours[] = { 17,  19,	 55,  91,  127,
				       163, 203, 208, 220, 231 };
	size_t nr = sizeof(shades) - 2, shade;

	if (heat <= 0) {
		fputs(colour ? "\033[0m " : " ", out);
		return;
	}
	/* the least that there was is seen */
	shade = 1 + (size_t)lround(heat * (double)(nr - 1));
	if (shade > nr)
		shade = nr;
	if (colour)
		fprintf(out, "\033[48;5;%dm ", colours[shade]);
	else
		fputc(shades[shade], out);
}

void heat_draw(const struct heat *h, FILE *out, bool colour,
	       unsigned int columns, unsigned int rows_wanted)
{
	const size_t label = 14 + 17; /* address and size before, name after */
	size_t width = columns > label + 20 ? columns - label - 1 : 20;
	char size[SIZE_TEXT_MAX];
	struct row *rows;
	size_t nr;

	if (width > h->nr_samples)
		width = h->nr_samples;
	nr = make_rows(h, rows_wanted > MAX_ROWS ? MAX_ROWS : rows_wanted,
		       &rows);
	for (size_t r = 0; r < nr; r++) {
		fprintf(out, "%13" PRIx64 " ", rows[r].start);
		for (size_t c = 0; c < width; c++)
			draw_cell(out,
				  heat_cell(h, rows[r].start, rows[r].end,
					    column_start(h, c, width),
					    column_start(h, c + 1, width)),
				  colour);
		if (colour)
			fputs("\033[0m", out);
		if (rows[r].first) {
			fputc(' ', out);
			print_name(out, area_name(rows[r].area),
				   label - 14 - 8);
			fprintf(out, " %s",
				format_size(area_size(rows[r].area), size));
		}
		fputc('\n', out);
	}
	if (!nr)
		fputs("nothing was touched\n", out);
	else
		fprintf(out, "%13s 0 s%*s%.1f s\n", "", (int)width - 2, "",
			h->samples[h->nr_samples - 1].time);
	free(rows);
}

/* --- SVG ------------------------------------------------------------------------- */

/* XML allows neither control characters nor U+FFFE and U+FFFF */
static void svg_text(FILE *out, const char *text)
{
	char *safe = must(format_safe(text));

	for (const char *s = safe; *s;) {
		size_t len = utf8_length(s);

		if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else if (*s == '&')
			fputs("&amp;", out);
		else if (!strncmp(s, "\xef\xbf\xbe", 3) ||
			 !strncmp(s, "\xef\xbf\xbf", 3))
			fputc('?', out);
		else
			fwrite(s, 1, len, out);
		s += len;
	}
	free(safe);
}

static void svg_colour(double heat, char text[static 8])
{
	/* black, violet, orange, pale yellow: readable in grey too */
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
	struct row *rows;
	char colour[8], size[SIZE_TEXT_MAX];

	if (cell_w > 20)
		cell_w = 20;
	nr = make_rows(h, 120, &rows);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
		"height=\"%zu\" font-family=\"monospace\" font-size=\"10\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%zu\" y=\"16\" font-size=\"13\">vmlab heat, process "
		"%d: %zu intervals of %.3g s, by ",
		left + columns * cell_w + right, top + nr * cell_h + 60, left,
		h->pid, h->nr_samples, h->interval);
	svg_text(out, h->method);
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
			svg_text(out, area_name(rows[r].area));
			fprintf(out, " %s</text>\n",
				format_size(area_size(rows[r].area), size));
		}
		for (size_t c = 0; c < columns; c++) {
			double heat =
				heat_cell(h, rows[r].start, rows[r].end,
					  column_start(h, c, columns),
					  column_start(h, c + 1, columns));

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

/* --- JSON ------------------------------------------------------------------------ */

void heat_json(const struct heat *h, FILE *out)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_integer(h->pid));
	json_member(&doc, "method", json_string(h->method));
	json_member(&doc, "interval_s", json_real(h->interval));
	json_member(&doc, "cpu_share", json_real(heat_cost(h)));
	json_array_begin(&doc, "mappings");
	for (size_t i = 0; i < h->nr_areas; i++) {
		json_t *o = must(json_object());

		json_put(o, "start", json_hex(h->areas[i].start));
		json_put(o, "end", json_hex(h->areas[i].end));
		json_put_name(o, "name", h->areas[i].name);
		json_put(o, "touched", json_boolean(h->areas[i].touched));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_array_begin(&doc, "samples");
	for (size_t s = 0; s < h->nr_samples; s++) {
		const struct heat_sample *sample = &h->samples[s];
		json_t *o = must(json_object()), *runs = must(json_array());

		json_put(o, "time_s", json_real(sample->time));
		json_put(o, "cpu_s", json_real(sample->cost));
		for (size_t i = 0; i < sample->nr; i++) {
			json_t *run = must(json_object());

			json_put(run, "start", json_hex(sample->runs[i].start));
			json_put(run, "end", json_hex(sample->runs[i].end));
			json_put(run, "heat", json_real(sample->runs[i].heat));
			json_array_append_new(runs, run);
		}
		json_put(o, "runs", runs);
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}
