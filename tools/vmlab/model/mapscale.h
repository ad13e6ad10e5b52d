/* SPDX-License-Identifier: GPL-2.0 */
/* An address space as a sequence of items, drawn to a logarithmic scale. */
#ifndef VMLAB_MAPSCALE_H
#define VMLAB_MAPSCALE_H

#include "model/snapshot.h"

/** struct map_item - a VMA, or a gap: @vma is NULL */
struct map_item {
	uint64_t start;
	uint64_t end;
	const struct snap_vma *vma;
	enum snap_kind kind;
};

/**
 * map_items - all VMAs and what lies between them
 * @nr: [out] how many
 *
 * By rising address, without holes from 0 to the end of the user half.
 *
 * Return: an array to be freed by the caller; it points into @snap.
 */
struct map_item *map_items(const struct snapshot *snap, size_t *nr);

/**
 * map_length - how long to draw @size
 * @page: the page size, which gets length 1
 * @largest: the largest size, which gets length @width
 *
 * In between the length grows with the logarithm, and never falls.
 *
 * Return: 1 to @width, 0 for a @size of 0.
 */
unsigned int map_length(uint64_t size, uint64_t page, uint64_t largest,
			unsigned int width);

/**
 * map_filled - how much of @length to fill for @part of @size
 *
 * In proportion, but nothing looks empty or full that is not, where @length is
 * above 1.
 */
unsigned int map_filled(uint64_t part, uint64_t size, unsigned int length);

#endif /* VMLAB_MAPSCALE_H */
