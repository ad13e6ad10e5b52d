/* SPDX-License-Identifier: GPL-2.0 */
/* The picture of vmlab heat: on a terminal, as SVG and as JSON. */
#ifndef VMLAB_SHOW_HEAT_H
#define VMLAB_SHOW_HEAT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/heat.h"

/**
 * heat_draw - draw with characters, or with colours
 * @rows: lines of the picture
 * @exact: print no more lines, even if there are more mappings
 */
void heat_draw(const struct heat *heat, FILE *out, bool colour,
	       unsigned int columns, unsigned int rows, bool exact);

void heat_svg(const struct heat *heat, FILE *out);
void heat_json(const struct heat *heat, FILE *out);

#endif /* VMLAB_SHOW_HEAT_H */
