// SPDX-License-Identifier: GPL-2.0
/*
 * The maple tree as it is: nodes, pivots, slots, gaps.
 *
 * lib/maple_tree.c keeps its accessors to itself; what is decoded here are the
 * layouts and tag bits that include/linux/maple_tree.h describes.
 *
 * Locking: whoever changes an mm's tree holds mmap_lock for writing, so that
 * holding it for reading is enough to follow every pointer and to see pivots,
 * slots and gaps that belong together.  (Stacks that grew under the read lock
 * were the exception, until 6.5 and the stable kernels of that time.)  Nodes
 * are freed by RCU, and RCU is what the functions on a bare tree take, so that
 * nothing between the batches of a dump can sleep.
 */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "../compat.h"
#include "inspect.h"

static_assert(maple_dense == VMLAB_TREE_DENSE);
static_assert(maple_leaf_64 == VMLAB_TREE_LEAF_64);
static_assert(maple_range_64 == VMLAB_TREE_RANGE_64);
static_assert(maple_arange_64 == VMLAB_TREE_ARANGE_64);
static_assert(VMLAB_TREE_LEVELS > MAPLE_HEIGHT_MAX);
/* A batch that begins with all ancestors must have room for more. */
static_assert(VMLAB_TREE_NR_MIN > VMLAB_TREE_LEVELS);

#define STATS_ITEMS	1024

/**
 * struct tree_node - a node, decoded
 * @node: the node
 * @type: its type, from the tag bits of the pointer to it
 * @min: first index that it covers
 * @max: last index that it covers
 * @end: last slot in use
 */
struct tree_node {
	const struct maple_node *node;
	unsigned int type;
	unsigned long min;
	unsigned long max;
	unsigned int end;
};

static bool is_leaf(const struct tree_node *n)
{
	return n->type != maple_range_64 && n->type != maple_arange_64;
}

static unsigned int nr_slots(unsigned int type)
{
	switch (type) {
	case maple_dense:
		return MAPLE_NODE_SLOTS;
	case maple_leaf_64:
	case maple_range_64:
		return MAPLE_RANGE64_SLOTS;
	case maple_arange_64:
		return MAPLE_ARANGE64_SLOTS;
	default:
		return 0;
	}
}

/* Pivots that are stored: the last slot's is always the node's maximum. */
static unsigned int nr_pivots(unsigned int type)
{
	switch (type) {
	case maple_leaf_64:
	case maple_range_64:
		return MAPLE_RANGE64_SLOTS - 1;
	case maple_arange_64:
		return MAPLE_ARANGE64_SLOTS - 1;
	default:
		return 0;
	}
}

static unsigned long stored_pivot(const struct tree_node *n, unsigned int slot)
{
	return n->type == maple_arange_64 ? n->node->ma64.pivot[slot] :
					    n->node->mr64.pivot[slot];
}

/*
 * Nodes of ranges have metadata only while their last slot is free to hold
 * it, which shows in the last pivot.
 */
static unsigned int last_used(const struct tree_node *n)
{
	unsigned int last_pivot = MAPLE_RANGE64_SLOTS - 2;
	unsigned long pivot;

	switch (n->type) {
	case maple_dense:
		return min_t(unsigned long, n->max - n->min,
			     MAPLE_NODE_SLOTS - 1);
	case maple_leaf_64:
	case maple_range_64:
		pivot = n->node->mr64.pivot[last_pivot];
		if (!pivot)
			return n->node->mr64.meta.end;
		return pivot == n->max ? last_pivot : last_pivot + 1;
	case maple_arange_64:
		return n->node->ma64.meta.end;
	default:
		return 0;
	}
}

/* The last index of a slot in use. */
static unsigned long slot_last(const struct tree_node *n, unsigned int slot)
{
	if (n->type == maple_dense)
		return n->min + slot;
	return slot == n->end ? n->max : stored_pivot(n, slot);
}

static void *slot_entry(const struct tree_node *n, unsigned int slot)
{
	switch (n->type) {
	case maple_dense:
		return rcu_dereference(n->node->slot[slot]);
	case maple_leaf_64:
	case maple_range_64:
		return rcu_dereference(n->node->mr64.slot[slot]);
	case maple_arange_64:
		return rcu_dereference(n->node->ma64.slot[slot]);
	default:
		return NULL;
	}
}

/* A pointer to a node has its type in bits 3 to 6 of the low 8. */
static void decode_node(struct tree_node *n, void *entry, unsigned long min,
			unsigned long max)
{
	unsigned long tagged = (unsigned long)entry;

	n->node = (const struct maple_node *)(tagged & ~MAPLE_NODE_MASK);
	n->type = tagged >> MAPLE_NODE_TYPE_SHIFT & MAPLE_NODE_TYPE_MASK;
	n->min = min;
	n->max = max;
	n->end = last_used(n);
}

/* Make the child in @slot, which starts at @first, the node. */
static void step_down(struct tree_node *n, unsigned int slot,
		      unsigned long first)
{
	decode_node(n, slot_entry(n, slot), first, slot_last(n, slot));
}

/* The slot that covers @index, and where that starts. */
static unsigned int find_slot(const struct tree_node *n, unsigned long index,
			      unsigned long *first)
{
	unsigned int slot = 0;

	*first = n->min;
	while (slot < n->end && slot_last(n, slot) < index)
		*first = slot_last(n, slot++) + 1;
	return slot;
}

/**
 * struct tree_fill - a batch that is being filled
 * @cursor: the first item that was not reported before
 * @items: the items
 * @nr: items that there is room for
 * @filled: items in @items
 */
struct tree_fill {
	struct vmlab_tree_cursor *cursor;
	struct vmlab_tree_item *items;
	unsigned int nr;
	unsigned int filled;
};

/* Items are ordered by where they start; ancestors before descendants. */
static bool is_due(const struct vmlab_tree_cursor *cursor, unsigned long first,
		   unsigned int level)
{
	return first > cursor->first ||
	       (first == cursor->first && level >= cursor->level);
}

/* NULL when the batch is full. */
static struct vmlab_tree_item *add_item(struct tree_fill *fill,
					unsigned long first, unsigned long last,
					unsigned int level, unsigned int slot)
{
	struct vmlab_tree_item *item;

	if (fill->filled == fill->nr)
		return NULL;
	item = &fill->items[fill->filled++];
	memset(item, 0, sizeof(*item));
	item->first = first;
	item->last = last;
	item->level = level;
	item->slot = slot;
	return item;
}

static void item_reported(struct tree_fill *fill,
			  const struct vmlab_tree_item *item)
{
	fill->cursor->first = item->first;
	fill->cursor->level = item->level + 1;
}

static void all_reported(struct tree_fill *fill)
{
	fill->cursor->first = U64_MAX;
	fill->cursor->level = VMLAB_TREE_LEVELS;
}

static u8 entry_kind(const void *entry)
{
	if (!entry)
		return VMLAB_TREE_GAP;
	/* Internal entries other than nodes: zero entries, marks of the tree. */
	return xa_is_internal(entry) ? VMLAB_TREE_RESERVED : VMLAB_TREE_ENTRY;
}

/* A tree without nodes: the root is the entry at index 0, or nothing. */
static bool fill_root_entry(struct tree_fill *fill, void *entry)
{
	const struct vmlab_tree_cursor *cursor = fill->cursor;
	struct vmlab_tree_item *item;

	if (entry && is_due(cursor, 0, 0)) {
		item = add_item(fill, 0, 0, 0, 0);
		if (!item)
			return false;
		item->kind = entry_kind(entry);
		item_reported(fill, item);
	}
	if (is_due(cursor, !!entry, 0)) {
		item = add_item(fill, !!entry, ULONG_MAX, 0, 0);
		if (!item)
			return false;
		item->kind = VMLAB_TREE_GAP;
		item->flags = VMLAB_TREE_IMPLIED;
	}
	all_reported(fill);
	return true;
}

/* What a parent says about the node in one of its slots. */
static void add_gap(struct vmlab_tree_item *item, const struct tree_node *n,
		    unsigned int slot)
{
	if (n->type != maple_arange_64)
		return;
	item->gap = n->node->ma64.gap[slot];
	item->flags |= VMLAB_TREE_HAS_GAP;
}

static bool fill_node(struct tree_fill *fill, const struct tree_node *n,
		      const struct tree_node *parent, unsigned int slot,
		      unsigned int level, bool again)
{
	struct vmlab_tree_cursor *cursor = fill->cursor;
	struct vmlab_tree_item *item;

	item = add_item(fill, n->min, n->max, level, slot);
	if (!item)
		return false;

	item->id = cursor->next_id++;
	cursor->path[level] = item->id;
	if (level)
		item->parent = cursor->path[level - 1];
	item->kind = nr_slots(n->type) ? n->type : VMLAB_TREE_UNKNOWN;
	item->slots = nr_slots(n->type);
	if (item->slots)
		item->used = n->end + 1;
	if (n->type == maple_arange_64) {
		item->gap_slot = n->node->ma64.meta.gap;
		item->flags |= VMLAB_TREE_HAS_GAP_SLOT;
	}
	if (parent) {
		add_gap(item, parent, slot);
		if (slot >= nr_pivots(parent->type) ||
		    stored_pivot(parent, slot) != n->max)
			item->flags |= VMLAB_TREE_IMPLIED;
	} else {
		/* No slot has a gap for the root: its own largest is that. */
		if (n->type == maple_arange_64)
			add_gap(item, n, item->gap_slot);
		item->flags |= VMLAB_TREE_IMPLIED;
	}

	if (again)
		item->flags |= VMLAB_TREE_AGAIN;
	else
		item_reported(fill, item);
	return true;
}

static bool fill_leaf(struct tree_fill *fill, const struct tree_node *n,
		      unsigned int level)
{
	struct vmlab_tree_item *item;
	unsigned long first, last;
	unsigned int slot;

	if (!nr_slots(n->type))
		return true;

	for (slot = find_slot(n, fill->cursor->first, &first); slot <= n->end;
	     slot++, first = last + 1) {
		last = slot_last(n, slot);
		if (!is_due(fill->cursor, first, level))
			continue;
		item = add_item(fill, first, last, level, slot);
		if (!item)
			return false;
		item->parent = fill->cursor->path[level - 1];
		item->kind = entry_kind(slot_entry(n, slot));
		if (n->type != maple_dense &&
		    (slot >= nr_pivots(n->type) ||
		     stored_pivot(n, slot) != last))
			item->flags |= VMLAB_TREE_IMPLIED;
		item_reported(fill, item);
	}
	return true;
}

/*
 * Go from the root to the leaf that the cursor is in.  Nodes on the way that
 * start where the cursor is are new; all others were reported before, and are
 * again if wanted.  Then comes the content of the leaf, and the cursor goes to
 * the next one.  Returns false when the batch is full.
 */
static bool fill_leaf_and_path(struct tree_fill *fill, void *root, bool again)
{
	struct vmlab_tree_cursor *cursor = fill->cursor;
	struct tree_node n, parent;
	unsigned long first = 0;
	unsigned int level, slot = 0;

	decode_node(&n, root, 0, ULONG_MAX);
	for (level = 0; level < MAPLE_HEIGHT_MAX; level++) {
		bool due = is_due(cursor, n.min, level);

		if ((due || again) &&
		    !fill_node(fill, &n, level ? &parent : NULL, slot, level,
			       !due))
			return false;
		if (is_leaf(&n))
			break;
		slot = find_slot(&n, cursor->first, &first);
		parent = n;
		step_down(&n, slot, first);
	}

	if (!fill_leaf(fill, &n, level + 1))
		return false;
	if (n.max == ULONG_MAX) {
		all_reported(fill);
	} else {
		cursor->first = n.max + 1;
		cursor->level = 0;
	}
	return true;
}

/**
 * vmlab_tree_fill() - dump a stretch of a maple tree
 * @mt: the tree
 * @cursor: where to go on, all zero to start; set to what comes next
 * @again: the tree may not be the one that @cursor is from: begin with the
 *	ancestors of the next item, under new numbers
 * @items: array to fill
 * @nr: its length, at least VMLAB_TREE_NR_MIN
 *
 * A cursor with any contents is safe: it is compared, never followed.
 *
 * Context: the caller keeps writers out; takes RCU itself.
 * Return: the number of items filled, 0 at the end.
 */
unsigned int vmlab_tree_fill(struct maple_tree *mt,
			     struct vmlab_tree_cursor *cursor, bool again,
			     struct vmlab_tree_item *items, unsigned int nr)
{
	struct tree_fill fill = {
		.cursor = cursor,
		.items = items,
		.nr = nr,
	};
	bool more = true;
	void *root;

	if (!cursor->next_id) {
		cursor->next_id = 1;
		again = false;
	}

	rcu_read_lock();
	root = rcu_dereference(mt->ma_root);
	while (more && cursor->level < VMLAB_TREE_LEVELS) {
		if (xa_is_node(root))
			more = fill_leaf_and_path(&fill, root, again);
		else
			more = fill_root_entry(&fill, root);
		again = false;
	}
	rcu_read_unlock();
	return fill.filled;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_tree_fill);

/**
 * vmlab_tree_walk() - count what a lookup of an index costs
 * @mt: the tree
 * @index: the index
 * @pivots: set to the number of pivots compared, by a linear search in each
 *	node as mm has it
 *
 * Context: the caller keeps writers out; takes RCU itself.
 * Return: nodes visited from the root to the leaf, 0 in a tree without nodes.
 */
unsigned int vmlab_tree_walk(struct maple_tree *mt, unsigned long index,
			     unsigned int *pivots)
{
	unsigned int nodes = 0, slot;
	struct tree_node n;
	unsigned long first;
	void *root;

	*pivots = 0;
	rcu_read_lock();
	root = rcu_dereference(mt->ma_root);
	if (xa_is_node(root)) {
		decode_node(&n, root, 0, ULONG_MAX);
		for (nodes = 1; nodes <= MAPLE_HEIGHT_MAX; nodes++) {
			slot = find_slot(&n, index, &first);
			/* The last slot is what remains. */
			*pivots += min(slot + 1, n.end);
			if (is_leaf(&n))
				break;
			step_down(&n, slot, first);
		}
	}
	rcu_read_unlock();
	return nodes;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_tree_walk);

/**
 * vmlab_tree_tally() - add a stretch of a dump to the totals
 * @stats: the totals
 * @items: the items; those marked as reported again do not count
 * @nr: how many
 *
 * Context: any.
 */
void vmlab_tree_tally(struct vmlab_tree_stats *stats,
		      const struct vmlab_tree_item *items, unsigned int nr)
{
	const struct vmlab_tree_item *item;

	for (item = items; item < items + nr; item++) {
		struct vmlab_tree_level *level = &stats->level[item->level];

		if (item->flags & VMLAB_TREE_AGAIN)
			continue;
		if (item->kind == VMLAB_TREE_GAP) {
			stats->gaps++;
		} else if (item->kind == VMLAB_TREE_ENTRY) {
			stats->entries++;
		} else if (item->id) {
			level->nodes++;
			level->used += item->used;
			level->slots += item->slots;
			stats->nodes++;
			stats->bytes += stats->node_bytes;
			stats->depth = max_t(u32, stats->depth,
					     item->level + 1);
		}
	}
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_tree_tally);

/**
 * vmlab_inspect_changed() - did an mm change since the last look?
 * @mm: the mm
 * @generation: its generation then; set to that of now
 * @first: this is the first look
 *
 * Context: mmap_lock held.
 * Return: VMLAB_TREE_CHANGED and VMLAB_TREE_NO_GENERATION as they apply.
 */
u32 vmlab_inspect_changed(struct mm_struct *mm, u64 *generation, bool first)
{
	u32 flags = 0;
	u64 now;

	if (!vmlab_mm_generation(mm, &now))
		flags |= VMLAB_TREE_NO_GENERATION;
	if (!first && (flags || now != *generation))
		flags |= VMLAB_TREE_CHANGED;
	*generation = now;
	return flags;
}

/**
 * vmlab_inspect_tree() - dump a stretch of the tree that holds the VMAs
 * @mm: whose; the caller holds a reference in mm_users
 * @r: its cursor and nr are read and set; flags, map_count and depth are set
 * @items: array of r->nr items, at least VMLAB_TREE_NR_MIN
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, with r->nr at 0 at the end, or -EINTR when the caller was killed
 * while it waited.
 */
int vmlab_inspect_tree(struct mm_struct *mm, struct vmlab_tree *r,
		       struct vmlab_tree_item *items)
{
	unsigned int pivots;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	r->flags = vmlab_inspect_changed(mm, &r->cursor.generation,
					 !r->cursor.next_id);
	r->map_count = mm->map_count;
	r->depth = vmlab_tree_walk(&mm->mm_mt, 0, &pivots);
	r->nr = vmlab_tree_fill(&mm->mm_mt, &r->cursor,
				r->flags & VMLAB_TREE_CHANGED, items, r->nr);
	mmap_read_unlock(mm);
	return 0;
}

/**
 * vmlab_inspect_tree_stats() - totals of the tree that holds the VMAs
 * @mm: whose; the caller holds a reference in mm_users
 * @stats: all but size and target are set
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and lets
 * go of it now and then.
 * Return: 0, -ENOMEM, or -EINTR when the caller was killed.
 */
int vmlab_inspect_tree_stats(struct mm_struct *mm,
			     struct vmlab_tree_stats *stats)
{
	struct vmlab_tree r = {};
	struct vmlab_tree_item *items;
	int ret;

	items = kvmalloc_array(STATS_ITEMS, sizeof(*items),
			       GFP_KERNEL_ACCOUNT);
	if (!items)
		return -ENOMEM;

	stats->node_bytes = sizeof(struct maple_node);
	do {
		r.nr = STATS_ITEMS;
		ret = vmlab_inspect_tree(mm, &r, items);
		if (ret)
			break;
		stats->flags |= r.flags;
		vmlab_tree_tally(stats, items, r.nr);
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	} while (!ret && r.nr);
	kvfree(items);
	return ret;
}
