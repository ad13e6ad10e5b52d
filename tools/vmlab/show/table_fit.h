/* SPDX-License-Identifier: GPL-2.0 */
/* Break cells into lines, so that a table fits a narrow terminal. */
#ifndef VMLAB_SHOW_TABLE_FIT_H
#define VMLAB_SHOW_TABLE_FIT_H

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * table_fit - break the cells of columns with SCOLS_FL_WRAP into lines
 * @separator: what stands between two columns
 * @columns: of the terminal
 * @optional: for each column, whether to hide it when that is not enough
 *
 * A line ends at a blank, or after a comma or a slash, where one fits.  The other
 * columns keep their widths, so that a table may stay too wide.
 */
void table_fit(struct libscols_table *table, const char *separator,
	       size_t columns, const bool *optional);

/**
 * table_fit_row - break the cells of a row that is printed after the others
 * @columns: the width of the terminal
 *
 * A cell that is wider than its column gets the space of a column that wraps.
 */
void table_fit_row(struct libscols_table *table, const char *separator, size_t columns);

#endif /* VMLAB_SHOW_TABLE_FIT_H */
