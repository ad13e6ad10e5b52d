/* SPDX-License-Identifier: GPL-2.0 */
/* The picture of vmlab heat: on a terminal, as SVG and as JSON. */
#ifndef VMLAB_SHOW_HEAT_H
#define VMLAB_SHOW_HEAT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/heat.h"

/** heat_draw - draw with characters, or with colours, about @rows lines */
void heat_draw(const struct heat *heat, FILE *out, bool colour,
	       unsigned int columns, unsigned int rows);

void heat_svg(const struct heat *heat, FILE *out);
void heat_json(const struct heat *heat, FILE *out);

#endif /* VMLAB_SHOW_HEAT_H */
