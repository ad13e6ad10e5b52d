// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/address_map.h"
#include "sys/xalloc.h"

#define FRACTION 256u /* of a power of two */

struct map_item *map_items(const struct snapshot *snap, size_t *nr)
{
	struct map_item *items =
		check_alloc(calloc(2 * snap->nr + 1, sizeof(*items)));
	uint64_t at = 0;
	size_t n = 0;

	for (size_t i = 0; i < snap->nr; i++) {
		const struct snap_vma *v = &snap->vma[i];

		if (v->start > at) {
			items[n].start = at;
			items[n++].end = v->start;
		}
		items[n].start = v->start;
		items[n].end = v->end;
		items[n].vma = v;
		items[n++].kind = snapshot_kind(snap, v);
		at = v->end;
	}
	if (snap->task_size > at) {
		items[n].start = at;
		items[n++].end = snap->task_size;
	}
	*nr = n;
	return items;
}

/* Return log2 in units of 1/FRACTION; linear between powers of two: it never falls. */
static uint64_t log2_of(uint64_t n)
{
	unsigned int whole = 63 - (unsigned int)__builtin_clzll(n);
	uint64_t rest = n - (UINT64_C(1) << whole);

	rest = whole >= 8 ? rest >> (whole - 8) : rest << (8 - whole);
	return whole * FRACTION + rest;
}

unsigned int map_length(uint64_t size, uint64_t page, uint64_t largest,
			unsigned int width)
{
	uint64_t span, length;

	if (!size || !width)
		return 0;
	if (size <= page || largest <= page)
		return size < largest || width == 1 ? 1 : width;
	if (size >= largest)
		return width;
	span = log2_of(largest) - log2_of(page);
	if (!span)
		return 1;
	length = (log2_of(size) - log2_of(page)) * (width - 1) / span;
	return 1 + (unsigned int)length;
}

unsigned int map_filled(uint64_t part, uint64_t size, unsigned int length)
{
	unsigned int filled;

	if (!part || !size || !length)
		return 0;
	if (part >= size)
		return length;
	filled = (unsigned int)((double)part / (double)size * length + 0.5);
	if (length > 1 && !filled)
		return 1;
	if (length > 1 && filled >= length)
		return length - 1;
	return filled;
}

void map_picture_init(struct map_picture *map, const struct snapshot *snap,
		      struct map_item *item, size_t nr)
{
	memset(map, 0, sizeof(*map));
	map->snap = snap;
	map->item = item;
	map->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		uint64_t size = item[i].end - item[i].start;
		uint64_t *most = item[i].vma ? &map->largest :
					       &map->largest_gap;

		if (size > *most)
			*most = size;
	}
}
