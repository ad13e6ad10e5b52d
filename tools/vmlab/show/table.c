// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/table.h"
#include "show/table_fit.h"
#include "show/table_sort.h"

#define ROWS_HELD	512
#define NOT_PRINTED	SIZE_MAX
#define TABLE_SEPARATOR "  "

/*
 * struct table - one table
 * @position: for each column of the caller, its place among those printed
 * @optional: for each column that is printed, whether a narrow terminal hides it
 * @line: the row that is being filled, NULL between two rows
 * @column: the caller's column of the next cell
 * @streaming: the widths are settled, and rows are printed one by one
 * @sort_column: the caller's column to sort by, NOT_PRINTED for none
 * @rank: of the rows that are added now
 */
struct table {
	FILE *out;
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t *position;
	bool *optional;
	size_t nr_columns;
	size_t nr_printed;
	size_t column;
	bool colour;
	bool streaming;
	size_t sort_column;
	enum sort_rank rank;
};

static struct table_options options;

void table_set_options(const struct table_options *set)
{
	options = *set;
}

bool table_raw(void)
{
	return options.raw;
}

bool table_plain(void)
{
	return options.no_headings || options.raw;
}

/* Return the first of @nr columns with a name of @len bytes, or @nr. */
static size_t find_column(const struct column *columns, size_t nr,
			  const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (strlen(columns[i].title) == len &&
		    !strncasecmp(columns[i].title, name, len))
			break;
	return i;
}

/* Return the bytes of the name at *s, and set *s to the one after it, or NULL. */
static size_t next_name(const char **s)
{
	size_t len = strcspn(*s, ",");

	*s = (*s)[len] ? *s + len + 1 : NULL;
	return len;
}

/* Return the name of the column to sort by, and whether in descending order. */
static const char *sort_name(bool *descending)
{
	*descending = options.sort && *options.sort == '-';
	return options.sort + *descending;
}

bool table_wants(const char *title)
{
	bool descending;

	for (const char *s = options.output; s;) {
		const char *name = s;
		size_t len = next_name(&s);

		if (strlen(title) == len && !strncasecmp(title, name, len))
			return true;
	}
	return options.sort && !strcasecmp(sort_name(&descending), title);
}

bool table_prints(const struct column *columns, size_t nr)
{
	for (const char *s = options.output; s;) {
		const char *name = s;
		size_t len = next_name(&s);

		if (find_column(columns, nr, name, len) < nr)
			return true;
	}
	return !options.output;
}

size_t table_unknown_column(const char *output,
			    const struct column_list *tables,
			    const char **unknown)
{
	for (const char *s = output; s;) {
		const struct column_list *t = tables;
		const char *name = s;
		size_t len = next_name(&s);

		while (t->columns &&
		       find_column(t->columns, t->nr, name, len) == t->nr)
			t++;
		if (!t->columns) {
			*unknown = name;
			return len ? len : 1;
		}
	}
	return 0;
}

/* Tell whether no table before @t, and no column before @i, has the same title. */
static bool is_first(const struct column_list *tables,
		     const struct column_list *t, size_t i)
{
	const char *title = t->columns[i].title;

	for (const struct column_list *b = tables; b <= t; b++) {
		size_t nr = b == t ? i : b->nr;

		if (find_column(b->columns, nr, title, strlen(title)) < nr)
			return false;
	}
	return true;
}

char *table_titles(const struct column_list *tables, const char *between)
{
	char *titles = NULL;
	size_t len;
	FILE *out = check_alloc(open_memstream(&titles, &len));
	bool any = false;

	for (const struct column_list *t = tables; t->columns; t++)
		for (size_t i = 0; i < t->nr; i++) {
			if (!is_first(tables, t, i))
				continue;
			fprintf(out, "%s%s", any ? between : "",
				t->columns[i].title);
			any = true;
		}
	fclose(out);
	return check_alloc(titles);
}

static void add_column(struct table *t, const struct column *columns, size_t i)
{
	int flags = (columns[i].right ? SCOLS_FL_RIGHT : 0) |
		    (columns[i].wrap ? SCOLS_FL_WRAP : 0);
	struct libscols_column *c;

	c = check_alloc(scols_table_new_column(t->scols, columns[i].title, 0,
					       flags));
	if (columns[i].wrap)
		scols_column_set_wrapfunc(c, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
	t->optional[t->nr_printed] = columns[i].optional &&
				    (!options.output || options.own_choice);
	t->position[i] = t->nr_printed++;
}

static void add_columns(struct table *t, const struct column *columns)
{
	for (size_t i = 0; i < t->nr_columns; i++)
		t->position[i] = NOT_PRINTED;
	if (!options.output)
		for (size_t i = 0; i < t->nr_columns; i++)
			if (!columns[i].extra)
				add_column(t, columns, i);
	for (const char *s = options.output; s;) {
		const char *name = s;
		size_t len = next_name(&s);
		size_t i = find_column(columns, t->nr_columns, name, len);

		if (i < t->nr_columns && t->position[i] == NOT_PRINTED)
			add_column(t, columns, i);
	}
}

static void add_sort_column(struct table *t, const struct column *columns)
{
	const char *name;
	bool descending;
	size_t i;

	t->sort_column = NOT_PRINTED;
	if (!options.sort || !t->nr_printed)
		return;
	name = sort_name(&descending);
	i = find_column(columns, t->nr_columns, name, strlen(name));
	if (i == t->nr_columns)
		return;
	t->sort_column = i;
	table_sort_add(t->scols, columns[i].right, descending);
}

struct table *table_open(FILE *out, const struct column *columns, size_t nr,
			 bool colour)
{
	struct table *t = check_alloc(calloc(1, sizeof(*t)));
	struct libscols_table *scols = check_alloc(scols_new_table());

	t->out = out;
	t->scols = scols;
	t->nr_columns = nr;
	t->colour = colour && !options.raw;
	t->position = check_alloc(calloc(nr, sizeof(*t->position)));
	/* one more for the column of sort keys */
	t->optional = check_alloc(calloc(nr + 1, sizeof(*t->optional)));
	scols_table_set_stream(scols, out);
	/* without a terminal to fit, libsmartcols cuts no cell */
	scols_table_set_termforce(scols, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_noencoding(scols, 1);
	scols_table_enable_colors(scols, t->colour);
	scols_table_enable_raw(scols, options.raw);
	scols_table_set_column_separator(scols, options.raw ? " " : TABLE_SEPARATOR);
	add_columns(t, columns);
	add_sort_column(t, columns);
	/* libsmartcols prints no header of an empty table: make it a row */
	scols_table_enable_noheadings(scols, 1);
	if (!options.no_headings)
		for (size_t i = 0; i < nr; i++)
			table_cell(t, STYLE_HEAD, "%s", columns[i].title);
	t->rank = SORT_ROW;
	return t;
}

/* Settle the widths: rows from now on keep to them, or widen them. */
static void keep_widths(struct table *t)
{
	for (size_t i = 0; i < t->nr_printed; i++) {
		struct libscols_column *c = scols_table_get_column(t->scols, i);

		scols_column_set_whint(c, (double)scols_column_get_width(c));
	}
}

static void print_held(struct table *t)
{
	locale_t before = utf8_enter();
	struct libscols_line *line;

	if (!t->streaming && !options.raw && isatty(fileno(t->out)))
		table_fit(t->scols, TABLE_SEPARATOR,
			  terminal_columns(fileno(t->out)), t->optional);
	if (t->streaming) {
		if (!options.raw && isatty(fileno(t->out)))
			table_fit_row(t->scols, TABLE_SEPARATOR,
				      terminal_columns(fileno(t->out)));
		line = scols_table_get_line(t->scols, 0);
		scols_table_print_range(t->scols, line, line);
		fputc('\n', t->out);
	} else {
		scols_print_table(t->scols);
	}
	keep_widths(t);
	scols_table_remove_lines(t->scols);
	uselocale(before);
}

static void end_row(struct table *t)
{
	t->column = 0;
	t->line = NULL;
	if (!t->nr_printed) {
		scols_table_remove_lines(t->scols);
	} else if (t->streaming) {
		print_held(t);
	} else if (t->sort_column == NOT_PRINTED &&
		   scols_table_get_nlines(t->scols) > ROWS_HELD) {
		print_held(t);
		t->streaming = true;
	}
}

/* Add a cell; @value is what --sort compares, NULL for the text. */
static void add_cell(struct table *t, enum style style, const uint64_t *value,
		     const char *text)
{
	size_t position = t->position[t->column];
	struct libscols_cell *cell;

	if (!t->line)
		t->line = check_alloc(scols_table_new_line(t->scols, NULL));
	if (!*text)
		text = "-";
	if (position != NOT_PRINTED) {
		cell = scols_line_get_cell(t->line, position);
		if (scols_cell_set_data(cell, text))
			check_alloc(NULL);
		if (t->colour && style != STYLE_PLAIN)
			scols_cell_set_color(cell, style_on(true, style));
	}
	if (t->column == t->sort_column)
		table_sort_key(t->line, t->nr_printed, t->rank, value, text);
	if (++t->column == t->nr_columns)
		end_row(t);
}

void table_cell(struct table *t, enum style style, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	add_cell(t, style, NULL, text);
	free(text);
}

void table_size(struct table *t, enum style style, uint64_t bytes)
{
	char text[SIZE_TEXT_MAX];

	if (options.bytes)
		snprintf(text, sizeof(text), "%" PRIu64, bytes);
	else
		format_size(bytes, text);
	add_cell(t, style, &bytes, text);
}

void table_time(struct table *t, enum style style, uint64_t ns)
{
	char text[TIME_TEXT_MAX];

	add_cell(t, style, &ns, format_ns(ns, text));
}

void table_keyed(struct table *t, enum style style, uint64_t key,
		 const char *text)
{
	add_cell(t, style, &key, text);
}

void table_footer(struct table *t)
{
	t->rank = SORT_FOOTER;
}

void table_close(struct table *t)
{
	if (t->sort_column != NOT_PRINTED)
		table_sort(t->scols, t->nr_printed);
	if (scols_table_get_nlines(t->scols))
		print_held(t);
	scols_unref_table(t->scols);
	free(t->position);
	free(t->optional);
	free(t);
}
