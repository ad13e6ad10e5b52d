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

static void draw_cell(FILE *out, double heat, bool colour)
{
	static const char shades[] = " .:-=+*#%@";
	/* of the 256 colours of xterm: from blue over red to white */
	static const int colours[] = { 17,  19,	 55,  91,  127,
				       163, 203, 208, 220, 231 };
	size_t nr = sizeof(shades) - 2, shade;

	if (heat <= 0) {
		fputs(colour ? "\033[0m " : " ", out);
		return;
	}
	/* any access shows, however few */
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
	struct heat_row *rows;
	size_t nr;

	if (width > h->nr_samples)
		width = h->nr_samples;
	nr = heat_rows(h, rows_wanted > MAX_ROWS ? MAX_ROWS : rows_wanted,
		       &rows);
	for (size_t r = 0; r < nr; r++) {
		fprintf(out, "%13" PRIx64 " ", rows[r].start);
		for (size_t c = 0; c < width; c++)
			draw_cell(out,
				  heat_cell(h, rows[r].start, rows[r].end,
					    heat_column(h, c, width),
					    heat_column(h, c + 1, width)),
				  colour);
		if (colour)
			fputs("\033[0m", out);
		if (rows[r].first) {
			fputc(' ', out);
			print_name(out, heat_area_name(rows[r].area),
				   label - 14 - 8);
			fprintf(out, " %s",
				format_size(rows[r].area->end - rows[r].area->start, size));
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
