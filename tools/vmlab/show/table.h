/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables: a header, one record a line, columns aligned with spaces.
 *
 * libsmartcols aligns them, by the columns that a terminal needs.  The first
 * records are held back to find the widths; later ones are printed one by one,
 * so that a long table needs little memory and a pipe gets its rows at once.  A cell
 * is never cut, and never empty: "-" stands for nothing, so that awk counts
 * columns right.
 */
#ifndef VMLAB_SHOW_TABLE_H
#define VMLAB_SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "show/terminal.h"

/**
 * struct column - one column; the last is not padded when it is left-aligned
 * @right: align cells to the right
 * @wrap: a terminal that is too narrow breaks cells into lines
 * @optional: left out on a terminal that is too narrow, the first of them first, unless
 *	--output names it
 * @extra: printed only when --output names it
 */
struct column {
	const char *title;
	bool right;
	bool wrap;
	bool optional;
	bool extra;
};

/** struct column_list - the columns of one table; a NULL ends an array of them */
struct column_list {
	const struct column *columns;
	size_t nr;
};

/** COLUMN_LIST - the struct column_list of an array of columns */
#define COLUMN_LIST(array) { (array), sizeof(array) / sizeof((array)[0]) }

/**
 * struct table_options - how to print the tables of this run
 * @output: names of columns, separated by commas, in the order to print; NULL
 *	for all.  A table that has none of them is not printed
 * @own_choice: the command chose @output, not its user: optional columns may go
 * @sort: the column to sort by, after "-" in descending order; NULL keeps the
 *	order.  A table that does not have it keeps its order
 * @no_headings: leave out the header
 * @bytes: print sizes as numbers of bytes
 * @raw: separate columns by one blank, do not align; blanks and bytes that are
 *	not printable ASCII in a cell become \xNN
 */
struct table_options {
	const char *output;
	bool own_choice;
	const char *sort;
	bool no_headings;
	bool bytes;
	bool raw;
};

/** table_set_options - set the options of all tables that are opened from now on */
void table_set_options(const struct table_options *options);

/** table_raw - tell whether tables are printed raw */
bool table_raw(void);

/** table_plain - tell whether --noheadings or --raw asks for rows alone */
bool table_plain(void);

/** table_wants - tell whether --output or --sort names a column */
bool table_wants(const char *title);

/** table_prints - tell whether a table has a column to print */
bool table_prints(const struct column *columns, size_t nr);

/**
 * table_unknown_column - check the names that --output was given
 * @output: names, separated by commas; upper and lower case are the same
 * @tables: the tables that may be printed
 * @unknown: [out] the first name that no table has
 *
 * Return: bytes of the name, 0 when all are known; an empty name counts as
 * unknown and gives 1.
 */
size_t table_unknown_column(const char *output,
			    const struct column_list *tables,
			    const char **unknown);

/**
 * table_titles - list the columns of tables, each title once
 * @between: printed between two titles
 *
 * Return: a string to be freed by the caller.
 */
char *table_titles(const struct column_list *tables, const char *between);

struct table;

/**
 * table_open - start a table
 * @out: where to print
 * @columns: must outlive the table
 * @nr: how many, at least 1
 * @colour: whether to print styles
 *
 * The program ends when there is no memory.
 */
struct table *table_open(FILE *out, const struct column *columns, size_t nr,
			 bool colour);

/** table_cell - add the next cell; the last cell of a row ends it */
void table_cell(struct table *t, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** table_size - add a cell with a size; --sort compares @bytes */
void table_size(struct table *t, enum style style, uint64_t bytes);

/** table_time - add a cell with a time; --sort compares @ns */
void table_time(struct table *t, enum style style, uint64_t ns);

/** table_keyed - add a cell with a text for which --sort compares @key */
void table_keyed(struct table *t, enum style style, uint64_t key,
		 const char *text);

/** table_footer - keep the rows that follow, such as a total, behind the others */
void table_footer(struct table *t);

/** table_close - print what was held back and free the table */
void table_close(struct table *t);

#endif /* VMLAB_SHOW_TABLE_H */
