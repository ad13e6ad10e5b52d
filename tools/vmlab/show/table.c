// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/must.h"
#include "show/table.h"

#define ROWS_HELD 512

struct cell {
	char *text;
	enum style style;
};

struct table {
	FILE *out;
	const struct column *columns;
	size_t nr_columns;
	bool colour;
	bool streaming;
	size_t nr_cells; /* held back */
	size_t column;	 /* of the next cell */
	size_t *width;
	struct cell *cells; /* ROWS_HELD rows */
};

const char *style_on(bool colour, enum style style)
{
	static const char *const on[] = {
		[STYLE_PLAIN] = "",	   [STYLE_HEAD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",   [STYLE_GOOD] = "\033[32m",
		[STYLE_WARN] = "\033[31m", [STYLE_NAME] = "\033[36m",
	};

	return colour ? on[style] : "";
}

const char *style_off(bool colour, enum style style)
{
	return colour && style != STYLE_PLAIN ? "\033[0m" : "";
}

/* columns that a terminal needs: characters, not bytes */
static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

struct table *table_open(FILE *out, const struct column *columns, size_t nr,
			 bool colour)
{
	struct table *t = must(calloc(1, sizeof(*t)));

	t->out = out;
	t->columns = columns;
	t->nr_columns = nr;
	t->colour = colour;
	t->width = must(calloc(nr, sizeof(*t->width)));
	t->cells = must(calloc(nr * ROWS_HELD, sizeof(*t->cells)));
	for (size_t i = 0; i < nr; i++)
		t->width[i] = text_width(columns[i].title);
	return t;
}

static void print_cell(const struct table *t, size_t col, const char *text,
		       enum style style)
{
	const struct column *c = &t->columns[col];
	bool last = col + 1 == t->nr_columns;
	size_t width = text_width(text);
	int pad = width < t->width[col] ? (int)(t->width[col] - width) : 0;

	fprintf(t->out, "%*s%s%s%s%*s%s", c->right ? pad : 0, "",
		style_on(t->colour, style), text, style_off(t->colour, style),
		c->right || last ? 0 : pad, "", last ? "\n" : "  ");
}

static void print_held(struct table *t)
{
	if (!t->streaming)
		for (size_t i = 0; i < t->nr_columns; i++)
			print_cell(t, i, t->columns[i].title, STYLE_HEAD);
	t->streaming = true;

	for (size_t i = 0, col = 0; i < t->nr_cells; i++) {
		print_cell(t, col, t->cells[i].text, t->cells[i].style);
		free(t->cells[i].text);
		col = col + 1 < t->nr_columns ? col + 1 : 0;
	}
	t->nr_cells = 0;
}

void table_cell(struct table *t, enum style style, const char *fmt, ...)
{
	size_t col = t->column;
	struct cell *cell = &t->cells[t->nr_cells];
	size_t width;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&cell->text, fmt, ap);
	va_end(ap);
	if (n == 0) {
		free(cell->text);
		cell->text = strdup("-");
	}
	must(n < 0 ? NULL : cell->text);
	cell->style = style;
	t->nr_cells++;

	width = text_width(cell->text);
	if (width > t->width[col])
		t->width[col] = width;

	t->column = col + 1 < t->nr_columns ? col + 1 : 0;
	if (!t->column &&
	    (t->streaming || t->nr_cells == ROWS_HELD * t->nr_columns))
		print_held(t);
}

void table_close(struct table *t)
{
	print_held(t);
	free(t->cells);
	free(t->width);
	free(t);
}
