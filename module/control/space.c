// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_SPACE_*: configuration and statistics of a space. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/string.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "opened.h"
#include "space/config.h"
#include "space/stats.h"
#include "uarg.h"

/**
 * vmlab_ioctl_space_get() - VMLAB_IOC_SPACE_GET
 * @space: the space of the open file
 * @uarg: struct vmlab_space_config of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_space_get(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_space_config config;
	int ret;

	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	if (ret)
		return ret;
	if (config.flags || config.reserved)
		return -EINVAL;
	ret = vmlab_space_get_config(space, &config);
	return ret ?: vmlab_uarg_put(&config, sizeof(config), uarg);
}

/**
 * vmlab_ioctl_space_set() - VMLAB_IOC_SPACE_SET
 * @file: the open file
 * @uarg: struct vmlab_space_config of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_space_set(struct file *file, void __user *uarg)
{
	struct vmlab_space_config config;
	struct vmlab_space *space;
	int ret;

	/* A shorter space discards contents: a read-only file must not. */
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	if (ret)
		return ret;
	space = vmlab_opened_use(file);
	return PTR_ERR_OR_ZERO(space) ?: vmlab_space_set_config(space, &config);
}

/**
 * vmlab_ioctl_space_stats() - VMLAB_IOC_SPACE_STATS
 * @space: the space of the open file
 * @uarg: struct vmlab_space_stats of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_space_stats(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_space_stats stats;
	u32 usize;
	int ret;

	ret = vmlab_uarg_get(&stats, sizeof(stats), sizeof(stats), uarg);
	if (ret)
		return ret;
	if (stats.flags)
		return -EINVAL;

	usize = stats.size;
	memset(&stats, 0, sizeof(stats));
	stats.size = usize;
	vmlab_space_stats(space, &stats);
	return vmlab_uarg_put(&stats, sizeof(stats), uarg);
}
