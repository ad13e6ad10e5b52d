// SPDX-License-Identifier: GPL-2.0
/* Totals of the maple tree that holds the VMAs. */
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "inspect/inspect.h"

#define STATS_ITEMS	1024

/**
 * vmlab_tree_tally() - add a part of a dump to the totals
 * @stats: the totals
 * @items: the items; those reported again do not count
 * @nr: number of @items
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
 * vmlab_inspect_tree_stats() - compute totals of the tree that holds the VMAs
 * @mm: the mm; the caller holds a reference in mm_users
 * @stats: filled in except for size and target
 *
 * Context: process context, may sleep; takes mmap_lock for reading, and
 * releases it after each batch.
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
