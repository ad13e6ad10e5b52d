// SPDX-License-Identifier: GPL-2.0
/*
 * Dump a maple tree: nodes, pivots, slots, gaps.
 *
 * Locking: every change of an mm's tree is made with mmap_lock held for writing.  Holding it
 * for reading is enough to follow every pointer and to read pivots, slots and
 * gaps that belong together.  (Stacks that grew under the read lock were the
 * exception, until 6.5 and the stable kernels of that time.)  mm frees nodes by
 * RCU; the functions on a bare tree take RCU, so that nothing between the
 * batches of a dump can sleep.
 */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "compat.h"
#include "inspect/inspect.h"
#include "inspect/maple.h"

static_assert(maple_dense == VMLAB_TREE_DENSE);
static_assert(maple_leaf_64 == VMLAB_TREE_LEAF_64);
static_assert(maple_range_64 == VMLAB_TREE_RANGE_64);
static_assert(maple_arange_64 == VMLAB_TREE_ARANGE_64);
static_assert(VMLAB_TREE_LEVELS > MAPLE_HEIGHT_MAX);
/* A batch that begins with all ancestors must have room for more. */
static_assert(VMLAB_TREE_NR_MIN > VMLAB_TREE_LEVELS);

/**
 * struct tree_fill - a batch that is being filled
 * @cursor: the first item not yet reported
 * @items: the items
 * @nr: room in @items
 * @filled: items in @items
 */
struct tree_fill {
	struct vmlab_tree_cursor *cursor;
	struct vmlab_tree_item *items;
	unsigned int nr;
	unsigned int filled;
};

/* Nodes are ordered by where they start; ancestors before descendants. */
static bool is_due(const struct vmlab_tree_cursor *cursor, unsigned long first,
		   unsigned int level)
{
	return first > cursor->first ||
	       (first == cursor->first && level >= cursor->level);
}

/* Add an item; NULL when the batch is full. */
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

static void node_reported(struct tree_fill *fill,
			  const struct vmlab_tree_item *item)
{
	fill->cursor->first = item->first;
	fill->cursor->level = item->level + 1;
}

/*
 * Set the cursor after the slots up to @last.  Its level is 0, because the nodes
 * that start there are not reported yet, and because the tree may lose levels
 * until the next batch.
 */
static void slots_reported(struct tree_fill *fill, unsigned long last)
{
	const bool end = last == ULONG_MAX;

	fill->cursor->first = end ? U64_MAX : last + 1;
	fill->cursor->level = end ? VMLAB_TREE_LEVELS : 0;
}

static u8 entry_kind(const void *entry)
{
	if (!entry)
		return VMLAB_TREE_GAP;
	/* Internal entries other than nodes: zero entries, marks of the tree. */
	return xa_is_internal(entry) ? VMLAB_TREE_RESERVED : VMLAB_TREE_ENTRY;
}

/* Fill in a tree without nodes: its root is the entry at index 0, or empty. */
static bool fill_root_entry(struct tree_fill *fill, void *entry)
{
	const struct vmlab_tree_cursor *cursor = fill->cursor;
	struct vmlab_tree_item *item;

	if (entry && !cursor->first) {
		item = add_item(fill, 0, 0, 0, 0);
		if (!item)
			return false;
		item->kind = entry_kind(entry);
		slots_reported(fill, 0);
	}
	item = add_item(fill, !!entry, ULONG_MAX, 0, 0);
	if (!item)
		return false;
	item->kind = VMLAB_TREE_GAP;
	item->flags = VMLAB_TREE_IMPLIED;
	slots_reported(fill, ULONG_MAX);
	return true;
}

/* Add the gap that a parent stores for the node in one of its slots. */
static void add_gap(struct vmlab_tree_item *item, const struct vmlab_maple_node *n,
		    unsigned int slot)
{
	if (n->type != maple_arange_64)
		return;
	item->gap = n->node->ma64.gap[slot];
	item->flags |= VMLAB_TREE_HAS_GAP;
}

static bool fill_node(struct tree_fill *fill, const struct vmlab_maple_node *n,
		      const struct vmlab_maple_node *parent, unsigned int slot,
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
	item->kind = vmlab_maple_slots(n->type) ? n->type : VMLAB_TREE_UNKNOWN;
	item->slots = vmlab_maple_slots(n->type);
	if (item->slots)
		item->used = n->end + 1;
	if (n->type == maple_arange_64) {
		item->gap_slot = n->node->ma64.meta.gap;
		item->flags |= VMLAB_TREE_HAS_GAP_SLOT;
	}
	if (parent) {
		add_gap(item, parent, slot);
		if (!vmlab_maple_has_pivot(parent, slot, n->max))
			item->flags |= VMLAB_TREE_IMPLIED;
	} else {
		/* No parent stores a gap for the root: take its own largest. */
		if (n->type == maple_arange_64)
			add_gap(item, n, item->gap_slot);
		item->flags |= VMLAB_TREE_IMPLIED;
	}

	if (again)
		item->flags |= VMLAB_TREE_AGAIN;
	else
		node_reported(fill, item);
	return true;
}

/*
 * Fill in slots from the one that holds the cursor.  When the tree changed, it
 * may start below the cursor: that part was reported as another slot.
 */
static bool fill_leaf(struct tree_fill *fill, const struct vmlab_maple_node *n,
		      unsigned int level)
{
	struct vmlab_tree_item *item;
	unsigned long first, last;
	unsigned int slot;

	if (!vmlab_maple_slots(n->type))
		return true;

	for (slot = vmlab_maple_find_slot(n, fill->cursor->first, &first); slot <= n->end;
	     slot++, first = last + 1) {
		last = vmlab_maple_last(n, slot);
		item = add_item(fill, first, last, level, slot);
		if (!item)
			return false;
		item->parent = fill->cursor->path[level - 1];
		item->kind = entry_kind(vmlab_maple_entry(n, slot));
		if (n->type != maple_dense &&
		    !vmlab_maple_has_pivot(n, slot, last))
			item->flags |= VMLAB_TREE_IMPLIED;
		slots_reported(fill, last);
	}
	return true;
}

/*
 * Descend from the root to the leaf that the cursor is in.  Nodes on the way
 * that start at the cursor are new; the others were reported before, and are
 * reported again when @again is set.  Then report the content of the leaf and
 * move the cursor to the next one.  Returns false when the batch is full.
 */
static bool fill_leaf_and_path(struct tree_fill *fill, void *root, bool again)
{
	struct vmlab_tree_cursor *cursor = fill->cursor;
	struct vmlab_maple_node n, parent;
	unsigned long first = 0;
	unsigned int level, slot = 0;

	vmlab_maple_decode(&n, root, 0, ULONG_MAX);
	for (level = 0; level < MAPLE_HEIGHT_MAX; level++) {
		bool due = is_due(cursor, n.min, level);

		if ((due || again) &&
		    !fill_node(fill, &n, level ? &parent : NULL, slot, level,
			       !due))
			return false;
		if (vmlab_maple_is_leaf(&n))
			break;
		slot = vmlab_maple_find_slot(&n, cursor->first, &first);
		parent = n;
		vmlab_maple_step_down(&n, slot, first);
	}

	if (!fill_leaf(fill, &n, level + 1))
		return false;
	slots_reported(fill, n.max);
	return true;
}

/**
 * vmlab_tree_fill() - dump a part of a maple tree
 * @mt: the tree
 * @cursor: the next item, all zero to start; updated
 * @again: the tree may have changed since @cursor was set: begin with the
 *	ancestors of the next item, under new numbers
 * @items: array to fill
 * @nr: its length, at least VMLAB_TREE_NR_MIN
 *
 * A cursor with any contents is safe: it is compared, never followed.
 *
 * Context: the caller excludes writers; takes RCU itself.
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
 * vmlab_inspect_changed() - check whether an mm changed since the last call
 * @mm: the mm
 * @generation: its generation at the last call; updated
 * @first: this is the first call
 *
 * Context: mmap_lock held.
 * Return: VMLAB_TREE_* flags: CHANGED, and NO_GENERATION when this kernel does not
 * count changes.
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
 * vmlab_inspect_tree() - dump a part of the tree that holds the VMAs
 * @mm: the mm; the caller holds a reference in mm_users
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
