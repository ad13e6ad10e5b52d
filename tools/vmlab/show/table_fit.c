// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "show/format.h"
#include "show/table_fit.h"

enum { LEAST = 12 }; /* columns that a cell gets at least */

/* a column that is not printed, such as that of sort keys */
static bool is_hidden(struct libscols_table *table, size_t column)
{
	return scols_column_is_hidden(scols_table_get_column(table, column));
}

static char *cell_text(struct libscols_table *table, size_t row, size_t column)
{
	struct libscols_line *line = scols_table_get_line(table, row);

	/* The table owns it; only blanks in it are replaced. */
	return (char *)scols_cell_get_data(scols_line_get_cell(line, column));
}

static size_t widest(struct libscols_table *table, size_t column)
{
	size_t width = 0;

	if (is_hidden(table, column))
		return 0;
	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		size_t w = format_width(cell_text(table, i, column));

		width = w > width ? w : width;
	}
	return width;
}

/* Replace blanks by newlines, so that lines have @width columns where words allow it. */
static void break_lines(char *text, size_t width)
{
	char *line = text, *last = NULL;

	for (char *p = strchr(text, ' ');; p = strchr(p + 1, ' ')) {
		if (p)
			*p = '\0';
		if (last && format_width(line) > width) {
			*last = '\n';
			line = last + 1;
		}
		if (!p)
			break;
		*p = ' ';
		last = p;
	}
}

static bool wraps(struct libscols_table *table, size_t column)
{
	return scols_column_is_wrap(scols_table_get_column(table, column));
}

/* Narrow columns keep their widths; the others share what is left. */
static size_t share(struct libscols_table *table, size_t room)
{
	size_t nr = 0, kept = 0, wide = 0;

	for (size_t i = 0; i < scols_table_get_ncols(table); i++)
		nr += wraps(table, i) ? 1 : 0;
	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		if (!wraps(table, i))
			continue;
		if (widest(table, i) <= room / nr)
			kept += widest(table, i);
		else
			wide++;
	}
	room = room > kept && wide ? (room - kept) / wide : 0;
	return room > LEAST ? room : LEAST;
}

void table_fit(struct libscols_table *table, const char *separator,
	       size_t columns)
{
	size_t nr = scols_table_get_ncols(table);
	size_t fixed = 0, wrapped = 0, width;

	for (size_t i = 1; i < nr; i++)
		fixed += is_hidden(table, i) ? 0 : strlen(separator);

	for (size_t i = 0; i < nr; i++)
		*(wraps(table, i) ? &wrapped : &fixed) += widest(table, i);
	if (!wrapped || fixed + wrapped <= columns)
		return;
	width = share(table, columns > fixed ? columns - fixed : 0);
	for (size_t i = 0; i < nr; i++)
		for (size_t row = 0; wraps(table, i) &&
		     row < scols_table_get_nlines(table); row++)
			break_lines(cell_text(table, row, i), width);
}
