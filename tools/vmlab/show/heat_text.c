// SPDX-License-Identifier: GPL-2.0
/* The picture of vmlab heat on a terminal. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "show/format.h"
#include "show/heat.h"
#include "sys/xalloc.h"

#define MAX_ROWS 4096

/* Print the first characters of a name. */
static void print_name(FILE *out, const char *name, size_t width)
{
	char *safe = check_alloc(format_safe(name)), *end = safe;

	while (*end && width--)
		end += utf8_length(end);
	*end = '\0';
	fputs(safe, out);
	free(safe);
}

static const char shades[] = ".:-=+*#%@";
enum { SHADES = sizeof(shades) - 1 };

static void draw_shade(FILE *out, size_t shade, bool colour)
{
	/* of the 256 colours of xterm: from blue over red to white */
	static const int colours[SHADES] = { 19,  55,  91,  127, 163,
					     203, 208, 220, 231 };

	if (colour)
		fprintf(out, "\033[48;5;%dm ", colours[shade]);
	else
		fputc(shades[shade], out);
}

static void draw_cell(FILE *out, double heat, bool colour)
{
	if (heat > 0)
		draw_shade(out, (size_t)lround(heat_shade(heat) * (SHADES - 1)), colour);
	else
		fputs(colour ? "\033[0m " : " ", out);
}

static void draw_scale(FILE *out, bool colour)
{
	fprintf(out, "%13s 0.1%% ", "");
	for (size_t i = 0; i < SHADES; i++)
		draw_shade(out, i, colour);
	fprintf(out, "%s 100%% of a line's pages; ~ long parts without access\n",
		colour ? "\033[0m" : "");
}

/* Print what a line is: the name and size of a mapping, or the size of an idle part. */
static void draw_label(FILE *out, const struct heat_row *row, size_t width)
{
	char size[SIZE_TEXT_MAX];

	if (row->first) {
		fputc(' ', out);
		print_name(out, heat_area_name(row->area), width);
		fprintf(out, " %s",
			format_size(row->area->end - row->area->start, size));
	} else if (row->idle) {
		fprintf(out, " %s idle", format_size(row->end - row->start, size));
	}
	fputc('\n', out);
}

static size_t nr_mappings(const struct heat_row *rows, size_t nr)
{
	size_t mappings = 0;

	for (size_t i = 0; i < nr; i++)
		mappings += rows[i].first;
	return mappings;
}

void heat_draw(const struct heat *h, FILE *out, bool colour,
	       unsigned int columns, unsigned int rows_wanted, bool exact)
{
	const size_t label = 14 + 17; /* address and size before, name after */
	size_t width = columns > label + 20 ? columns - label - 1 : 20;
	struct heat_row *rows;
	size_t nr, left_out = 0;

	if (width > h->nr_samples)
		width = h->nr_samples;
	nr = heat_rows(h, rows_wanted > MAX_ROWS ? MAX_ROWS : rows_wanted,
		       exact ? &left_out : NULL, &rows);
	for (size_t r = 0; r < nr; r++) {
		fprintf(out, "%13" PRIx64 " ", rows[r].start);
		for (size_t c = 0; c < width && rows[r].idle; c++)
			fputc('~', out);
		for (size_t c = 0; c < width && !rows[r].idle; c++)
			draw_cell(out,
				  heat_cell(h, rows[r].start, rows[r].end,
					    heat_column(h, c, width),
					    heat_column(h, c + 1, width)),
				  colour);
		if (colour)
			fputs("\033[0m", out);
		draw_label(out, &rows[r], label - 14 - 8);
	}
	if (!nr) {
		fputs(h->nr_areas ? "no access was seen\n" :
				    "no VMA of the process is in the range\n", out);
	} else {
		if (left_out)
			fprintf(out, "%13s (%zu more mapping%s with fewer accesses: "
				"--rows=%zu shows all)\n", "", left_out,
				left_out == 1 ? "" : "s", nr_mappings(rows, nr) + left_out);
		/* the labels stay apart when the picture has few columns */
		fprintf(out, "%13s 0 s%*s%.1f s\n", "",
			width > 4 ? (int)width - 2 : 2, "",
			h->samples[h->nr_samples - 1].time);
		draw_scale(out, colour);
	}
	free(rows);
}
