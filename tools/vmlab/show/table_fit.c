// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "show/format.h"
#include "show/table_fit.h"
#include "sys/xalloc.h"

/* columns that a cell with several lines has at least, and should have */
enum { LEAST = 8, ENOUGH = 16 };

/* a column that is not printed, such as that of sort keys */
static bool is_hidden(struct libscols_table *table, size_t column)
{
	return scols_column_is_hidden(scols_table_get_column(table, column));
}

static bool wraps(struct libscols_table *table, size_t column)
{
	return !is_hidden(table, column) &&
	       scols_column_is_wrap(scols_table_get_column(table, column));
}

static struct libscols_cell *cell_at(struct libscols_table *table, size_t row,
				     size_t column)
{
	return scols_line_get_cell(scols_table_get_line(table, row), column);
}

static size_t widest(struct libscols_table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		size_t w = format_width(scols_cell_get_data(cell_at(table, i,
								    column)));

		width = w > width ? w : width;
	}
	return width;
}

/* Return the columns of the first @len bytes of a text. */
static size_t width_of(const char *text, size_t len)
{
	char *part = check_alloc(strndup(text, len));
	size_t width = format_width(part);

	free(part);
	return width;
}

/* Return the bytes of the longest beginning of a word that fits @width columns. */
static size_t cut(const char *text, size_t width)
{
	size_t len = 0, next;

	do {
		next = len + 1;
		/* not inside a character of UTF-8 */
		while (((unsigned char)text[next] & 0xc0) == 0x80)
			next++;
		if (len && width_of(text, next) > width)
			break;
		len = next;
	} while (text[len]);
	return len;
}

/*
 * Return how many bytes of a text to print in a line of @width columns: up to a blank,
 * or after a comma or a slash; a part of a word that is longer than a line.
 */
static size_t line_length(const char *text, size_t width)
{
	size_t best = 0;

	for (size_t i = 1; text[i - 1]; i++) {
		bool end = !text[i] || text[i] == ' ' || text[i - 1] == ',' ||
			   text[i - 1] == '/';

		if (!end)
			continue;
		if (width_of(text, i) > width)
			return best ? best : cut(text, width);
		best = i;
	}
	return best;
}

/* Return a copy of a text in lines of @width columns, where words allow it. */
static char *in_lines(const char *text, size_t width)
{
	char *lines = check_alloc(malloc(2 * strlen(text) + 1)), *to = lines;

	while (*text) {
		size_t len = line_length(text, width);

		if (to != lines)
			*to++ = '\n';
		to = mempcpy(to, text, len);
		text += len;
		text += *text == ' ';
	}
	*to = '\0';
	return lines;
}

static void wrap_column(struct libscols_table *table, size_t column, size_t width)
{
	for (size_t row = 0; row < scols_table_get_nlines(table); row++) {
		struct libscols_cell *cell = cell_at(table, row, column);
		const char *text = scols_cell_get_data(cell);
		char *lines;

		if (format_width(text) <= width)
			continue;
		lines = in_lines(text, width);
		check_alloc(scols_cell_set_data(cell, lines) ? NULL : lines);
		free(lines);
	}
}

/* Narrow columns keep their widths; the others share what is left. */
static size_t share(struct libscols_table *table, size_t room)
{
	size_t nr = 0, kept = 0, wide = 0;

	for (size_t i = 0; i < scols_table_get_ncols(table); i++)
		nr += wraps(table, i) ? 1 : 0;
	if (!nr)
		return LEAST;
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

/* struct widths - what the columns need: those that keep their width, and the others */
struct widths {
	size_t fixed, wrapped, nr_wrapped;
};

static struct widths measure(struct libscols_table *table, const char *separator)
{
	struct widths w = { 0 };

	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		if (is_hidden(table, i))
			continue;
		if (w.fixed || w.nr_wrapped)
			w.fixed += strlen(separator);
		if (wraps(table, i))
			w.nr_wrapped++;
		*(wraps(table, i) ? &w.wrapped : &w.fixed) += widest(table, i);
	}
	return w;
}

/* Hide the first optional column; return false without one. */
static bool hide_one(struct libscols_table *table, const bool *optional)
{
	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		struct libscols_column *c = scols_table_get_column(table, i);

		if (is_hidden(table, i) || !optional[i])
			continue;
		scols_column_set_flags(c, SCOLS_FL_HIDDEN);
		return true;
	}
	return false;
}

/*
 * Take what the cells of a row need beyond the widths of their columns from the widest
 * column that wraps, as far as the terminal lacks it.
 */
static void make_room(struct libscols_table *table, const char *separator, size_t columns)
{
	struct libscols_column *widest_wrap = NULL;
	size_t needed = 0, room = 0, hint, more;

	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		struct libscols_column *c = scols_table_get_column(table, i);

		if (is_hidden(table, i))
			continue;
		hint = (size_t)scols_column_get_whint(c);
		needed += needed ? strlen(separator) : 0;
		needed += wraps(table, i) || hint > widest(table, i) ? hint :
								       widest(table, i);
		if (wraps(table, i) && hint > room) {
			room = hint;
			widest_wrap = c;
		}
	}
	more = needed > columns ? needed - columns : 0;
	if (more && room >= more + LEAST)
		scols_column_set_whint(widest_wrap, (double)(room - more));
}

void table_fit_row(struct libscols_table *table, const char *separator, size_t columns)
{
	make_room(table, separator, columns);
	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		struct libscols_column *c = scols_table_get_column(table, i);

		if (wraps(table, i))
			wrap_column(table, i, (size_t)scols_column_get_whint(c));
	}
}

void table_fit(struct libscols_table *table, const char *separator,
	       size_t columns, const bool *optional)
{
	struct widths w = measure(table, separator);
	size_t width;

	if (w.fixed + w.wrapped <= columns)
		return;
	while (w.fixed + w.nr_wrapped * ENOUGH > columns && hide_one(table, optional))
		w = measure(table, separator);
	if (!w.nr_wrapped || w.fixed + w.wrapped <= columns)
		return;
	width = share(table, columns > w.fixed ? columns - w.fixed : 0);
	for (size_t i = 0; i < scols_table_get_ncols(table); i++)
		if (wraps(table, i))
			wrap_column(table, i, width);
}
