/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables: a header, one record a line, columns aligned by spaces.
 *
 * The first records are held back to find the widths; after those, records
 * are printed as they come, so a long table needs little memory and shows up
 * early in a pipe.  A cell is never cut, and never empty: "-" stands for
 * nothing, so that awk counts columns right.
 */
#ifndef VMLAB_TABLE_H
#define VMLAB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_NAME
};

/** struct column - one column; the last is not padded when it is left-aligned */
struct column {
	const char *title;
	bool right;
};

struct table;

/**
 * table_open - start a table
 * @out: where to print
 * @columns: must outlive the table
 * @nr: how many, at least 1
 * @colour: whether to print styles
 *
 * Without memory the program ends: there is nothing better to do.
 */
struct table *table_open(FILE *out, const struct column *columns, size_t nr,
			 bool colour);

/** table_cell - the next cell; the last of a row ends it */
void table_cell(struct table *t, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** table_close - print what was held back and free the table */
void table_close(struct table *t);

/** style_on, style_off - the escape sequences, or "" without colour */
const char *style_on(bool colour, enum style style);
const char *style_off(bool colour, enum style style);

#endif /* VMLAB_TABLE_H */
