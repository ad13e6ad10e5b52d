// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) of /dev/vmlab: which request is handled where. */
#include <linux/err.h>
#include <linux/fs.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "ioctl.h"
#include "opened.h"
#include "query/query.h"

/**
 * vmlab_ioctl() - ioctl(2) of /dev/vmlab
 * @file: the open file
 * @cmd: VMLAB_IOC_*
 * @arg: address of the request's structure in user space
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno; -EBADF when the request needs a file open for
 * writing, -ENOTTY for an unknown request.
 */
long vmlab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	struct vmlab_space *space;
	long ret;

	if (_IOC_TYPE(cmd) != VMLAB_IOC_MAGIC)
		return -ENOTTY;
	ret = vmlab_query(cmd, uarg);
	if (ret != -ENOTTY)
		return ret;

	/* Requests that need no space, or find out themselves. */
	switch (cmd) {
	case VMLAB_IOC_SPACE_SET:
		return vmlab_ioctl_space_set(file, uarg);
	case VMLAB_IOC_POLICIES:
		return vmlab_ioctl_policies(uarg);
	case VMLAB_IOC_POLICY_SET:
		return vmlab_ioctl_policy_set(file, uarg);
	}

	switch (cmd) {
	case VMLAB_IOC_PAGING_SET:
	case VMLAB_IOC_BACKING:
	case VMLAB_IOC_RANGE:
	case VMLAB_IOC_DIRTY:
	case VMLAB_IOC_CLONE:
	case VMLAB_IOC_INJECT_SET:
		if (!(file->f_mode & FMODE_WRITE))
			return -EBADF;
	}

	space = vmlab_opened_use(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	switch (cmd) {
	case VMLAB_IOC_SPACE_GET:
		return vmlab_ioctl_space_get(space, uarg);
	case VMLAB_IOC_SPACE_STATS:
		return vmlab_ioctl_space_stats(space, uarg);
	case VMLAB_IOC_PAGING_GET:
		return vmlab_ioctl_paging_get(space, uarg);
	case VMLAB_IOC_PAGING_SET:
		return vmlab_ioctl_paging_set(space, uarg);
	case VMLAB_IOC_PAGING_STATS:
		return vmlab_ioctl_paging_stats(space, uarg);
	case VMLAB_IOC_BACKING:
		return vmlab_ioctl_backing(space, uarg);
	case VMLAB_IOC_INJECT_SET:
		return vmlab_ioctl_inject_set(space, uarg);
	case VMLAB_IOC_INJECT_GET:
		return vmlab_ioctl_inject_get(space, uarg);
	case VMLAB_IOC_EVENTS:
		return vmlab_ioctl_events(space, uarg);
	case VMLAB_IOC_RANGE:
		return vmlab_ioctl_range(space, uarg);
	case VMLAB_IOC_DIRTY:
		return vmlab_ioctl_dirty(space, uarg);
	case VMLAB_IOC_CLONE:
		return vmlab_ioctl_clone(file, uarg);
	default:
		return -ENOTTY;
	}
}
