// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_BACKING: where the contents of new frames come from. */
#include <linux/err.h>
#include <linux/file.h>

#include <linux/vmlab.h>

#include "backing/file.h"
#include "backing/registry.h"
#include "control/control.h"
#include "space/config.h"
#include "uarg.h"

/**
 * vmlab_ioctl_backing() - VMLAB_IOC_BACKING
 * @space: the space of the open file
 * @uarg: struct vmlab_backing_config of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_backing(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_backing_config config;
	const struct vmlab_backing *backing;
	struct file *file, *own;
	int ret;

	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	if (ret)
		return ret;
	backing = vmlab_backing_find(config.backing);
	if (!backing || config.flags || config.reserved)
		return -EINVAL;
	if (!backing->needs_file) {
		if (config.fd || config.offset)
			return -EINVAL;
		return vmlab_space_set_backing(space, backing, NULL, 0);
	}

	file = fget(config.fd);
	if (!file)
		return -EBADF;
	own = vmlab_backing_open_file(file, config.offset);
	fput(file);
	if (IS_ERR(own))
		return PTR_ERR(own);
	ret = vmlab_space_set_backing(space, backing, own, config.offset);
	fput(own);
	return ret;
}
