// SPDX-License-Identifier: GPL-2.0
/* The maple tree: iteration over its nodes and slots, and its totals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define ITEMS_PER_REQUEST 512

struct vmlab_tree_iter {
	const struct vmlab_proc *proc;
	struct vmlab_tree_cursor cursor;
	uint32_t next, nr;
	bool end;
	uint32_t flags;
	uint32_t map_count;
	uint32_t depth;
	struct vmlab_tree_item items[ITEMS_PER_REQUEST];
};

int vmlab_tree_open(const struct vmlab_proc *proc, struct vmlab_tree_iter **out)
{
	struct vmlab_tree_iter *it = calloc(1, sizeof(*it));

	if (!it)
		return -ENOMEM;
	it->proc = proc;
	*out = it;
	return 0;
}

static int refill(struct vmlab_tree_iter *it)
{
	struct vmlab_tree req = {
		.size = sizeof(req),
		.target = it->proc->target,
		.cursor = it->cursor,
		.items = (uintptr_t)it->items,
		.nr = ITEMS_PER_REQUEST,
	};
	int err;

	err = vmlab_request(it->proc->lab->fd, VMLAB_IOC_TREE, &req);
	if (err)
		return err;
	if (req.nr > ITEMS_PER_REQUEST)
		return -EPROTO;
	/* a cursor that does not advance would repeat the same items for ever */
	if (req.nr && !memcmp(&req.cursor, &it->cursor, sizeof(req.cursor)))
		return -EPROTO;

	it->cursor = req.cursor;
	it->next = 0;
	it->nr = req.nr;
	it->end = !req.nr;
	it->flags |= req.flags;
	it->map_count = req.map_count;
	it->depth = req.depth;
	return 0;
}

int vmlab_tree_next(struct vmlab_tree_iter *it,
		    const struct vmlab_tree_item **item)
{
	if (it->next == it->nr && !it->end) {
		int err = refill(it);

		if (err)
			return err;
	}
	if (it->end)
		return 0;
	*item = &it->items[it->next++];
	return 1;
}

uint64_t vmlab_tree_map_count(const struct vmlab_tree_iter *it)
{
	return it->map_count;
}

unsigned int vmlab_tree_depth(const struct vmlab_tree_iter *it)
{
	return it->depth;
}

uint32_t vmlab_tree_flags(const struct vmlab_tree_iter *it)
{
	return it->flags;
}

void vmlab_tree_close(struct vmlab_tree_iter *it)
{
	free(it);
}

int vmlab_tree_stats_get(const struct vmlab_proc *proc,
			 struct vmlab_tree_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	stats->target = proc->target;
	return vmlab_request(proc->lab->fd, VMLAB_IOC_TREE_STATS, stats);
}
