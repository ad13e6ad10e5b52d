/* SPDX-License-Identifier: GPL-2.0 */
/* A hash table from numbers to numbers. */
#ifndef VMLAB_MODEL_PAGE_MAP_H
#define VMLAB_MODEL_PAGE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct page_map - open addressing; all 0 is an empty map */
struct page_map {
	struct page_map_entry {
		uint64_t key, value;
		bool used;
	} *entry;
	size_t nr, room; /* @room is 0 or a power of two */
};

/** page_map_find - return the place of the value of @key, or NULL; valid until the map changes */
uint64_t *page_map_find(const struct page_map *map, uint64_t key);

/** page_map_set - add a key, or change its value */
void page_map_set(struct page_map *map, uint64_t key, uint64_t value);

/** page_map_remove - remove a key, if it is there */
void page_map_remove(struct page_map *map, uint64_t key);

/** page_map_free - free the entries: an empty map */
void page_map_free(struct page_map *map);

#endif /* VMLAB_MODEL_PAGE_MAP_H */
