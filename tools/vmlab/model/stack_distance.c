// SPDX-License-Identifier: GPL-2.0
/* LRU stack distances: a Fenwick tree over the times of last access. */
#include <stdlib.h>

#include "model/stack_distance.h"
#include "sys/xalloc.h"

enum { FREE, PAGE, HOLE };

static void tree_add(struct stack_distance *s, size_t slot, bool up)
{
	for (size_t i = slot + 1; i <= s->room; i += i & -i)
		s->tree[i] += up ? 1 : (size_t)-1;
}

/* Return the entries in the slots up to @slot, that one included. */
static size_t tree_sum(const struct stack_distance *s, size_t slot)
{
	size_t sum = 0;

	for (size_t i = slot + 1; i; i -= i & -i)
		sum += s->tree[i];
	return sum;
}

/* Restore the order of the heap below @i. */
static void heap_down(struct stack_distance *s, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1, slot = s->hole[i];

		if (child >= s->nr_holes)
			return;
		if (child + 1 < s->nr_holes && s->hole[child + 1] > s->hole[child])
			child++;
		if (slot >= s->hole[child])
			return;
		s->hole[i] = s->hole[child];
		s->hole[child] = slot;
		i = child;
	}
}

static void heap_push(struct stack_distance *s, size_t slot)
{
	size_t i = s->nr_holes;

	s->hole = array_grow(s->hole, s->nr_holes, &s->hole_room, sizeof(*s->hole));
	s->nr_holes++;
	for (; i && s->hole[(i - 1) / 2] < slot; i = (i - 1) / 2)
		s->hole[i] = s->hole[(i - 1) / 2];
	s->hole[i] = slot;
}

static void heap_pop(struct stack_distance *s)
{
	s->hole[0] = s->hole[--s->nr_holes];
	if (s->nr_holes)
		heap_down(s, 0);
}

static void make_hole(struct stack_distance *s, size_t slot)
{
	s->state[slot] = HOLE;
	heap_push(s, slot);
}

static void release(struct stack_distance *s, size_t slot)
{
	s->state[slot] = FREE;
	s->entries--;
	tree_add(s, slot, false);
}

static void build_tree(struct stack_distance *s)
{
	for (size_t i = 1; i <= s->room; i++)
		s->tree[i] = i <= s->entries;
	for (size_t i = 1; i <= s->room; i++)
		if (i + (i & -i) <= s->room)
			s->tree[i + (i & -i)] += s->tree[i];
}

/* Remove the free slots, and make room for as many more as are in use. */
static void compact(struct stack_distance *s)
{
	size_t to = 0, nr_holes = 0;

	for (size_t from = 0; from < s->next; from++) {
		if (s->state[from] == FREE)
			continue;
		s->state[to] = s->state[from];
		s->page[to] = s->page[from];
		if (s->state[to] == PAGE)
			page_map_set(&s->slot_of, s->page[to], to);
		to++;
	}
	s->next = to;
	if (to >= s->room / 2) {
		s->room = s->room ? 2 * s->room : 64;
		s->page = check_alloc(reallocarray(s->page, s->room, sizeof(*s->page)));
		s->state = check_alloc(reallocarray(s->state, s->room, sizeof(*s->state)));
		s->tree = check_alloc(reallocarray(s->tree, s->room + 1, sizeof(*s->tree)));
	}
	build_tree(s);
	/* Latest first, an array in order is a heap. */
	for (size_t slot = to; slot--;)
		if (s->state[slot] == HOLE)
			s->hole[nr_holes++] = slot;
}

/* Put a page on top of the stack. */
static void push(struct stack_distance *s, uint64_t page)
{
	s->state[s->next] = PAGE;
	s->page[s->next] = page;
	page_map_set(&s->slot_of, page, s->next);
	tree_add(s, s->next++, true);
	s->entries++;
}

uint64_t stack_distance_access(struct stack_distance *s, uint64_t page)
{
	uint64_t distance = STACK_DISTANCE_COLD;
	const uint64_t *at;
	size_t hole;

	if (s->next == s->room)
		compact(s);
	at = page_map_find(&s->slot_of, page);
	/* The latest hole is filled, if it lies above the page. */
	hole = s->nr_holes ? s->hole[0] : 0;
	if (s->nr_holes && (!at || hole > *at)) {
		heap_pop(s);
		if (at)
			distance = s->entries - tree_sum(s, *at);
		release(s, hole);
		/* The frame of the page becomes free where it was a hit. */
		if (at)
			make_hole(s, *at);
	} else if (at) {
		distance = s->entries - tree_sum(s, *at);
		release(s, *at);
	}
	push(s, page);
	return distance;
}

void stack_distance_drop(struct stack_distance *s, uint64_t page)
{
	const uint64_t *at = page_map_find(&s->slot_of, page);

	if (!at)
		return;
	make_hole(s, *at);
	page_map_remove(&s->slot_of, page);
}

void stack_distance_forget(struct stack_distance *s, uint64_t page)
{
	const uint64_t *at = page_map_find(&s->slot_of, page);

	if (!at)
		return;
	release(s, *at);
	page_map_remove(&s->slot_of, page);
}

size_t stack_distance_pages(const struct stack_distance *s)
{
	return s->slot_of.nr;
}

void stack_distance_free(struct stack_distance *s)
{
	page_map_free(&s->slot_of);
	free(s->page);
	free(s->state);
	free(s->tree);
	free(s->hole);
	*s = (struct stack_distance){ 0 };
}
