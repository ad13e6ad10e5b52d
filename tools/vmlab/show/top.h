/* SPDX-License-Identifier: GPL-2.0 */
/* The pictures of vmlab top: a table, on a terminal or in a stream, and JSON. */
#ifndef VMLAB_SHOW_TOP_H
#define VMLAB_SHOW_TOP_H

#include <stdbool.h>

#include "model/activity.h"
#include "show/screen.h"
#include "show/table.h"

/** top_tables - the table that top_show() prints */
extern const struct column_list top_tables[];

/**
 * top_show - print the table of an interval
 * @terminal: draw there, as much as fits; NULL: print all to standard output
 */
void top_show(const struct interval *interval, struct screen *terminal,
	      bool colour);

/** top_print_json - print the record of an interval as one line of JSON */
void top_print_json(const struct interval *interval);

#endif /* VMLAB_SHOW_TOP_H */
