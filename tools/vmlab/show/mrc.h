/* SPDX-License-Identifier: GPL-2.0 */
/* A miss-ratio curve: a table, a drawing, SVG, HTML and JSON. */
#ifndef VMLAB_SHOW_MRC_H
#define VMLAB_SHOW_MRC_H

#include <stdbool.h>
#include <stdio.h>

#include "model/mrc.h"
#include "show/table.h"

extern const struct column_list mrc_tables[];

/** mrc_print - print what follows from the curve, its points, and the runs that verify it */
void mrc_print(FILE *out, bool colour, const struct mrc_result *result);

/**
 * mrc_draw - draw the curve, and the working set over time, with letters
 * @columns: the width
 */
void mrc_draw(FILE *out, bool colour, unsigned int columns, const struct mrc_result *result);

/** mrc_svg - draw the curve as SVG */
void mrc_svg(FILE *out, const struct mrc_result *result);

/** mrc_html - print a page with the results and drawings */
void mrc_html(FILE *out, const struct mrc_result *result);

/** mrc_print_json - print all as a JSON document */
void mrc_print_json(FILE *out, const struct mrc_result *result);

#endif /* VMLAB_SHOW_MRC_H */
