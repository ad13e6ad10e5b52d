/* SPDX-License-Identifier: GPL-2.0 */
/* Sort the rows of a table by one column. */
#ifndef VMLAB_SHOW_TABLE_SORT_H
#define VMLAB_SHOW_TABLE_SORT_H

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of a lower rank precede those of a higher one, in both orders. */
enum sort_rank { SORT_HEADER, SORT_ROW, SORT_FOOTER };

/**
 * table_sort_add - add a hidden column for the keys, after those that are printed
 * @numbers: the column has numbers, all decimal or all hexadecimal
 * @descending: the largest first
 */
void table_sort_add(struct libscols_table *table, bool numbers, bool descending);

/**
 * table_sort_key - set the key of a row
 * @column: the index of the hidden column
 * @value: what to compare; NULL compares @text
 */
void table_sort_key(struct libscols_line *line, size_t column,
		    enum sort_rank rank, const uint64_t *value,
		    const char *text);

/** table_sort - sort the rows; rows with equal keys keep their order; free the keys */
void table_sort(struct libscols_table *table, size_t column);

#endif /* VMLAB_SHOW_TABLE_SORT_H */
