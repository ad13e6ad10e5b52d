// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <string.h>

#include "inspect/tree_order.h"

void tree_order_start(struct tree_order *order)
{
	memset(order, 0, sizeof(*order));
	order->level = -1;
}

static const char *check_slot(struct tree_order *order,
			      const struct vmlab_tree_item *i)
{
	if (i->last < order->next)
		return "not in order";
	if (i->first > order->next)
		return "indices are missing";
	if (i->first < order->next && !order->again)
		return "overlaps the slot before";
	order->again = false;
	order->next = i->last + 1;
	order->level = -1;
	return NULL;
}

static const char *check_node(struct tree_order *order,
			      const struct vmlab_tree_item *i)
{
	if (i->flags & VMLAB_TREE_AGAIN) {
		order->again = true;
		return NULL;
	}
	/* Nodes that begin at one index follow downwards. */
	if (i->first != order->next || i->level <= order->level)
		return "a node not in order";
	order->level = i->level;
	return NULL;
}

const char *tree_order_next(struct tree_order *order,
			    const struct vmlab_tree_item *i)
{
	const char *wrong;

	if (i->level > VMLAB_TREE_LEVELS || i->first > i->last ||
	    i->used > i->slots)
		return "no node or slot";
	wrong = i->id ? check_node(order, i) : check_slot(order, i);
	if (wrong)
		return wrong;
	if (i->level) {
		const struct vmlab_tree_item *up = &order->path[i->level - 1];

		if (!up->id || i->parent != up->id || i->first < up->first ||
		    i->last > up->last)
			return "a parent that does not cover it";
	}
	order->path[i->level] = *i;
	return NULL;
}

const char *tree_order_end(const struct tree_order *order)
{
	return order->next ? "the last index is missing" : NULL;
}
