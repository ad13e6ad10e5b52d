// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_TREE and VMLAB_IOC_TREE_STATS. */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

/* Bounds the memory of a call, and how long it holds mmap_lock. */
#define ITEMS_PER_CALL	4096

/**
 * vmlab_query_tree() - VMLAB_IOC_TREE
 * @uarg: struct vmlab_tree of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_tree(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_tree_item *items;
	struct vmlab_tree query;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || query.reserved || query.nr < VMLAB_TREE_NR_MIN)
		return -EINVAL;

	query.nr = min_t(u32, query.nr, ITEMS_PER_CALL);
	items = kvmalloc_array(query.nr, sizeof(*items), GFP_KERNEL_ACCOUNT);
	if (!items)
		return -ENOMEM;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	ret = vmlab_inspect_tree(subject.mm, &query, items);
	vmlab_subject_put(&subject);
	if (ret)
		goto out;

	if (copy_to_user(u64_to_user_ptr(query.items), items,
			 query.nr * sizeof(*items)))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	kvfree(items);
	return ret;
}

/**
 * vmlab_query_tree_stats() - VMLAB_IOC_TREE_STATS
 * @uarg: struct vmlab_tree_stats of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_tree_stats(void __user *uarg)
{
	struct vmlab_tree_stats *stats;
	struct vmlab_subject subject;
	struct vmlab_target target;
	u32 usize;
	int ret;

	stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	ret = vmlab_uarg_get(stats, sizeof(*stats), sizeof(*stats), uarg);
	if (ret)
		goto out;
	if (stats->flags) {
		ret = -EINVAL;
		goto out;
	}
	target = stats->target;
	usize = stats->size;

	ret = vmlab_subject_get_mm(&subject, &target);
	if (ret)
		goto out;
	/* Do not return what the caller left in the outputs. */
	memset(stats, 0, sizeof(*stats));
	stats->size = usize;
	stats->target = target;
	ret = vmlab_inspect_tree_stats(subject.mm, stats);
	vmlab_subject_put(&subject);
	if (!ret)
		ret = vmlab_uarg_put(stats, sizeof(*stats), uarg);
out:
	kfree(stats);
	return ret;
}
