/* SPDX-License-Identifier: GPL-2.0 */
/* An address space as a picture. */
#ifndef VMLAB_MAP_OUT_H
#define VMLAB_MAP_OUT_H

#include "model/address_map.h"

/** struct map_picture - what to draw */
struct map_picture {
	const struct snapshot *snap;
	const struct map_item *item; /* by rising address */
	size_t nr;
	uint64_t largest; /* VMA, bytes */
	uint64_t largest_gap;
};

/** map_picture_init - collect it from @snap and @item, which must outlive it */
void map_picture_init(struct map_picture *map, const struct snapshot *snap,
		      const struct map_item *item, size_t nr);

/** map_print_text - for a terminal of @width columns, highest address first */
void map_print_text(FILE *out, const struct map_picture *map,
		    unsigned int width, bool utf8, bool colour);

/** map_print_svg - a drawing, complete in itself */
void map_print_svg(FILE *out, const struct map_picture *map);

/** map_print_html - a page with the drawing and a table, complete in itself */
void map_print_html(FILE *out, const struct map_picture *map);

#endif /* VMLAB_MAP_OUT_H */
