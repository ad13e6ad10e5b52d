// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_DIRTY: pages written since user space last asked. */
#include <linux/kernel.h>
#include <linux/mm.h>

#include "control/control.h"
#include "space/dirty.h"
#include "uarg.h"

/**
 * vmlab_ioctl_dirty() - VMLAB_IOC_DIRTY
 * @space: the space of the open file
 * @uarg: struct vmlab_dirty of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_dirty(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_dirty dirty;
	u64 nr_dirty = 0;
	long ret;

	ret = vmlab_uarg_get(&dirty, sizeof(dirty), sizeof(dirty), uarg);
	if (ret)
		return ret;
	if (dirty.flags & ~(VMLAB_DIRTY_CLEAR | VMLAB_DIRTY_NO_PROTECT) ||
	    dirty.flags == VMLAB_DIRTY_NO_PROTECT || dirty.end < dirty.start ||
	    (dirty.start | dirty.end) & ~PAGE_MASK)
		return -EINVAL;

	ret = vmlab_space_dirty(space, dirty.start >> PAGE_SHIFT,
				dirty.end >> PAGE_SHIFT, dirty.flags,
				u64_to_user_ptr(dirty.bitmap), &nr_dirty);
	dirty.nr_dirty = nr_dirty;
	return ret ?: vmlab_uarg_put(&dirty, sizeof(dirty), uarg);
}
