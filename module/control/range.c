// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_RANGE: evict, prefetch, drop, lock, unlock pages. */
#include <linux/mm.h>

#include "control/control.h"
#include "space/range.h"
#include "uarg.h"

/**
 * vmlab_ioctl_range() - VMLAB_IOC_RANGE
 * @space: the space of the open file
 * @uarg: struct vmlab_range of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_range(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_range range;
	unsigned long pgoff;
	int ret;

	ret = vmlab_uarg_get(&range, sizeof(range), sizeof(range), uarg);
	if (ret)
		return ret;
	if (range.op > VMLAB_RANGE_UNLOCK || range.flags ||
	    range.reserved || range.end < range.start ||
	    (range.start | range.end) & ~PAGE_MASK)
		return -EINVAL;

	range.done = 0;
	range.busy = 0;
	pgoff = range.start >> PAGE_SHIFT;
	ret = vmlab_space_range(space, range.op, &pgoff,
				range.end >> PAGE_SHIFT, &range);
	range.start = (u64)pgoff << PAGE_SHIFT;
	return vmlab_uarg_put(&range, sizeof(range), uarg) ?: ret;
}
