/* SPDX-License-Identifier: GPL-2.0 */
/* An address space as VMAs and gaps, drawn to a logarithmic scale. */
#ifndef VMLAB_MODEL_ADDRESS_MAP_H
#define VMLAB_MODEL_ADDRESS_MAP_H

#include "model/snapshot.h"

/** struct map_item - a VMA, or a gap: @vma is NULL */
struct map_item {
	uint64_t start;
	uint64_t end;
	const struct snap_vma *vma;
	enum snap_kind kind;
};

/**
 * map_items - list all VMAs and the gaps between them
 * @nr: [out] how many
 *
 * By rising address, without holes from 0 to the end of the user half.
 *
 * Return: an array to be freed by the caller; it points into @snap.
 */
struct map_item *map_items(const struct snapshot *snap, size_t *nr);

/**
 * map_length - return the length to draw for a size
 * @page: the page size, which has length 1
 * @largest: the largest size, which has length @width
 *
 * In between, the length grows with the logarithm of the size.
 *
 * Return: 1 to @width, 0 for a @size of 0.
 */
unsigned int map_length(uint64_t size, uint64_t page, uint64_t largest,
			unsigned int width);

/**
 * map_filled - return how much of @length to fill for @part of @size
 *
 * The result is in proportion, but neither 0 nor @length unless @part is empty
 * or all of @size, where @length is above 1.
 */
unsigned int map_filled(uint64_t part, uint64_t size, unsigned int length);

/**
 * struct map_picture - an address space to draw
 * @largest, @largest_gap: the sizes that fill the width of the drawing
 */
struct map_picture {
	const struct snapshot *snap;
	struct map_item *item; /* by rising address */
	size_t nr;
	uint64_t largest; /* VMA, bytes */
	uint64_t largest_gap;
};

/**
 * map_picture_init - make a picture of a snapshot
 * @item: from map_items(); it must outlive the picture, and @snap too
 */
void map_picture_init(struct map_picture *map, const struct snapshot *snap,
		      struct map_item *item, size_t nr);

#endif /* VMLAB_MODEL_ADDRESS_MAP_H */
