// SPDX-License-Identifier: GPL-2.0
/* A whole tree by itself, and against maps and TREE_STATS. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "inspect/maps.h"
#include "inspect/tree/tree.h"

/* The largest part of [first, last] that no VMA covers. */
static uint64_t largest_gap(const struct maps *maps, uint64_t first,
			    uint64_t last)
{
	uint64_t largest = 0, at = first;

	for (size_t i = maps_find(maps, first); i < maps->nr; i++) {
		const struct range *v = &maps->vma[i];

		if (v->start > last)
			break;
		if (v->start > at && v->start - at > largest)
			largest = v->start - at;
		at = v->end;
	}
	if (at <= last && last - at + 1 > largest)
		largest = last - at + 1;
	return largest;
}

/* A node on the path from the root to the current item. */
struct level {
	const struct vmlab_tree_item *node;
	uint64_t next;		/* first index of the next slot */
	unsigned int slot;	/* number of the next slot */
	uint64_t max_gap;	/* the largest of the slots so far */
	uint64_t gap_at_slot;	/* the gap of the node's gap_slot */
};

/* Check a node after its last slot. */
static void close_node(const struct level *l)
{
	const struct vmlab_tree_item *n = l->node;

	if (l->slot != n->used || l->next != n->last + 1)
		differs("node %u: %u of %u slots, up to %#llx of %#llx", n->id,
			l->slot, n->used, (unsigned long long)l->next - 1,
			(unsigned long long)n->last);
	if (n->kind == VMLAB_TREE_ARANGE_64 && l->gap_at_slot != l->max_gap)
		differs("node %u: the gap in slot %u is not the largest",
			n->id, n->gap_slot);
}

/* Check an item against the node above it. */
static void check_slot(const struct vmlab_tree_item *i, size_t n,
		       struct level *up)
{
	if (i->parent != up->node->id || i->slot != up->slot ||
	    i->first != up->next || !is_inner(up->node) != !is_node(i))
		differs("item %zu: %u.%u at %#llx, not %u.%u at %#llx", n,
			i->parent, i->slot, (unsigned long long)i->first,
			up->node->id, up->slot, (unsigned long long)up->next);
	if (i->slot == up->node->gap_slot)
		up->gap_at_slot = i->gap;
	if (i->gap > up->max_gap)
		up->max_gap = i->gap;
	up->slot++;
	up->next = i->last + 1;
}

/* Check an item by itself; @id is that of the last node. */
static void check_item(const struct dump *d, size_t n, uint32_t id)
{
	const struct vmlab_tree_item *i = &d->item[n];

	if (!is_node(i)) {
		if (i->id || i->used || i->slots || i->gap)
			differs("item %zu: a slot with members of a node", n);
		return;
	}
	if (i->id != id + 1 || i->used > i->slots || !i->used)
		differs("item %zu: id %u after %u, %u of %u slots", n, i->id,
			id, i->used, i->slots);
	if (i->level + 1U != d->depth && !is_inner(i))
		differs("item %zu: a leaf on level %u of %u", n, i->level,
			d->depth);
}

/*
 * Check what holds in every tree that was read at once: the slots of a node
 * follow each other and fill it, the parent of a node is above it, all leaves
 * are on one level.
 */
void check_shape(const struct dump *d)
{
	struct level level[VMLAB_TREE_LEVELS + 1] = {};
	unsigned int open = 0;	/* nodes on the path */
	uint32_t id = 0;

	for (size_t n = 0; n < d->nr; n++) {
		const struct vmlab_tree_item *i = &d->item[n];

		if (i->flags & VMLAB_TREE_AGAIN || i->first > i->last ||
		    i->level > open || i->level > VMLAB_TREE_LEVELS) {
			differs("item %zu: level %u of %u, %#llx-%#llx, %#x",
				n, i->level, open,
				(unsigned long long)i->first,
				(unsigned long long)i->last, i->flags);
			return;
		}
		while (open > i->level)
			close_node(&level[--open]);
		if (i->level)
			check_slot(i, n, &level[i->level - 1]);
		check_item(d, n, id);
		if (is_node(i)) {
			id++;
			level[open++] = (struct level){
				.node = i,
				.next = i->first,
			};
		}
	}
	while (open)
		close_node(&level[--open]);
	if (!d->nr || d->item[d->nr - 1].last != UINT64_MAX)
		differs("the last index is missing");
}

/* Compare entries with the VMAs, and gaps with the ranges between them. */
void check_contents(const struct dump *d, const struct maps *maps)
{
	uint64_t at = 0;
	size_t n = 0;

	for (const struct vmlab_tree_item *i = d->item; i < d->item + d->nr;
	     i++) {
		uint64_t start = n < maps->nr ? maps->vma[n].start : 0;

		if (i->flags & VMLAB_TREE_HAS_GAP &&
		    i->gap != largest_gap(maps, i->first, i->last))
			differs("node %u: gap %llu, really %llu", i->id,
				(unsigned long long)i->gap,
				(unsigned long long)
				largest_gap(maps, i->first, i->last));
		if (i->kind == VMLAB_TREE_GAP) {
			if (i->first != at || i->last != start - 1)
				differs("gap %#llx-%#llx, maps %#llx-%#llx",
					(unsigned long long)i->first,
					(unsigned long long)i->last,
					(unsigned long long)at,
					(unsigned long long)start - 1);
			at = start;
		} else if (i->kind == VMLAB_TREE_ENTRY) {
			if (n == maps->nr || i->first != start ||
			    i->last != maps->vma[n].end - 1) {
				differs("entry %#llx-%#llx is not VMA %zu",
					(unsigned long long)i->first,
					(unsigned long long)i->last, n);
				return;
			}
			if (i->first != at)
				differs("no gap before %#llx",
					(unsigned long long)i->first);
			at = maps->vma[n++].end;
		} else if (!is_node(i)) {
			differs("kind %u at %#llx", i->kind,
				(unsigned long long)i->first);
		} else if (is_inner(i) && i->kind != VMLAB_TREE_ARANGE_64) {
			differs("node %u: an mm's tree without gaps", i->id);
		}
	}
	if (n != maps->nr || d->map_count != maps->nr)
		differs("%zu entries, map_count %u, maps %zu", n,
			d->map_count, maps->nr);
}

void check_stats(const struct dump *d, pid_t pid)
{
	struct vmlab_tree_stats got = {
		.size = sizeof(got),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
	};
	struct vmlab_tree_stats want = {
		.size = sizeof(want),
		.target = got.target,
		.node_bytes = 256,
		.depth = d->depth,
		.flags = d->flags & VMLAB_TREE_NO_GENERATION,
	};

	for (const struct vmlab_tree_item *i = d->item; i < d->item + d->nr;
	     i++) {
		if (is_node(i)) {
			want.nodes++;
			want.level[i->level].nodes++;
			want.level[i->level].used += i->used;
			want.level[i->level].slots += i->slots;
		}
		want.entries += i->kind == VMLAB_TREE_ENTRY;
		want.gaps += i->kind == VMLAB_TREE_GAP;
	}
	want.bytes = want.nodes * want.node_bytes;
	if (ioctl(vmlab_fd, VMLAB_IOC_TREE_STATS, &got)) {
		differs("TREE_STATS: %s", strerror(errno));
		return;
	}
	/* A running process may have changed meanwhile. */
	got.flags &= ~VMLAB_TREE_CHANGED;
	if (memcmp(&got, &want, sizeof(got)))
		differs("TREE_STATS: %llu %u %llu %llu, not %llu %u %llu %llu",
			(unsigned long long)got.nodes, got.depth,
			(unsigned long long)got.entries,
			(unsigned long long)got.gaps,
			(unsigned long long)want.nodes, want.depth,
			(unsigned long long)want.entries,
			(unsigned long long)want.gaps);
}
