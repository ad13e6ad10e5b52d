/* SPDX-License-Identifier: GPL-2.0 */
/* An address space as a picture. */
#ifndef VMLAB_SHOW_MAP_H
#define VMLAB_SHOW_MAP_H

#include <stdio.h>

#include "model/address_map.h"

/** map_print_text - draw for a terminal, the highest address first */
void map_print_text(FILE *out, const struct map_picture *map,
		    unsigned int columns, bool utf8, bool colour);

/** map_print_svg - draw as an SVG file that refers to no other file */
void map_print_svg(FILE *out, const struct map_picture *map);

/** map_print_html - draw as an HTML page that refers to no other file */
void map_print_html(FILE *out, const struct map_picture *map);

/** map_print_json - print the items as a JSON document */
void map_print_json(FILE *out, const struct map_picture *map);

#endif /* VMLAB_SHOW_MAP_H */
