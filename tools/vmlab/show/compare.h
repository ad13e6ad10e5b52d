/* SPDX-License-Identifier: GPL-2.0 */
/* The results of vmlab compare: a table, a drawing, SVG and JSON. */
#ifndef VMLAB_SHOW_COMPARE_H
#define VMLAB_SHOW_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "model/compare.h"
#include "show/table.h"

extern const struct column_list compare_tables[];

/** compare_print - print a row for each policy and budget, medians of its runs */
void compare_print(bool colour, const struct compare_result *result);

/**
 * compare_draw - draw the page faults against the budgets with letters
 * @columns: the width
 */
void compare_draw(FILE *out, bool colour, unsigned int columns,
		  const struct compare_result *result);

/** compare_svg - draw them as SVG */
void compare_svg(FILE *out, const struct compare_result *result);

/** compare_print_json - print all runs as a JSON document */
void compare_print_json(const struct compare_result *result);

#endif /* VMLAB_SHOW_COMPARE_H */
