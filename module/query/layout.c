// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_LAYOUT. */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

/* No kernel has more. */
#define REGIONS_MAX	64

/**
 * vmlab_query_layout() - VMLAB_IOC_LAYOUT
 * @uarg: struct vmlab_layout of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_layout(void __user *uarg)
{
	struct vmlab_region *regions;
	struct vmlab_layout query;
	u32 nr;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || query.reserved)
		return -EINVAL;

	nr = min_t(u32, query.nr, REGIONS_MAX);
	regions = kcalloc(REGIONS_MAX, sizeof(*regions), GFP_KERNEL);
	if (!regions)
		return -ENOMEM;
	ret = vmlab_inspect_layout(regions, nr, vmlab_layout_hidden());
	if (ret < 0)
		goto out;

	query.nr = ret;
	if (copy_to_user(u64_to_user_ptr(query.regions), regions,
			 min(nr, query.nr) * sizeof(*regions)))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	kfree(regions);
	return ret;
}
