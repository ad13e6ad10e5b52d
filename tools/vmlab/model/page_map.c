// SPDX-License-Identifier: GPL-2.0
/* A hash table from numbers to numbers: linear probing. */
#include <stdlib.h>

#include "libvmlab.h"
#include "model/page_map.h"
#include "sys/xalloc.h"

static size_t home(const struct page_map *map, uint64_t key)
{
	return vmlab_page_mix(key) & (map->room - 1);
}

/* Return the entry of @key, or the free one where it belongs. */
static struct page_map_entry *look_up(const struct page_map *map, uint64_t key)
{
	size_t i = home(map, key);

	while (map->entry[i].used && map->entry[i].key != key)
		i = (i + 1) & (map->room - 1);
	return &map->entry[i];
}

static void grow(struct page_map *map)
{
	struct page_map old = *map;

	map->room = old.room ? 2 * old.room : 64;
	map->entry = check_alloc(calloc(map->room, sizeof(*map->entry)));
	for (size_t i = 0; i < old.room; i++)
		if (old.entry[i].used)
			*look_up(map, old.entry[i].key) = old.entry[i];
	free(old.entry);
}

uint64_t *page_map_find(const struct page_map *map, uint64_t key)
{
	struct page_map_entry *entry;

	if (!map->nr)
		return NULL;
	entry = look_up(map, key);
	return entry->used ? &entry->value : NULL;
}

void page_map_set(struct page_map *map, uint64_t key, uint64_t value)
{
	struct page_map_entry *entry;

	/* At most half full: probes stay short. */
	if (map->nr >= map->room / 2)
		grow(map);
	entry = look_up(map, key);
	if (!entry->used)
		map->nr++;
	*entry = (struct page_map_entry){ key, value, true };
}

void page_map_remove(struct page_map *map, uint64_t key)
{
	struct page_map_entry *hole;
	size_t i;

	if (!map->nr)
		return;
	hole = look_up(map, key);
	if (!hole->used)
		return;
	map->nr--;
	/* Move back each later entry that a probe would not find beyond a hole. */
	for (i = (size_t)(hole - map->entry);;) {
		size_t mask = map->room - 1, from, at = (size_t)(hole - map->entry);

		i = (i + 1) & mask;
		if (!map->entry[i].used)
			break;
		from = home(map, map->entry[i].key);
		if (((i - from) & mask) < ((i - at) & mask))
			continue;
		*hole = map->entry[i];
		hole = &map->entry[i];
	}
	hole->used = false;
}

void page_map_free(struct page_map *map)
{
	free(map->entry);
	*map = (struct page_map){ 0 };
}
