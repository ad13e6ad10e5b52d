// SPDX-License-Identifier: GPL-2.0
/* The requests of the paging laboratory: arguments in, results out. */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/vmlab.h>

#include "backing/backing.h"
#include "control.h"
#include "pager.h"
#include "space.h"
#include "uarg.h"

/**
 * vmlab_ioctl_paging_get() - VMLAB_IOC_PAGING_GET
 * @space: the space of the open file
 * @uarg: struct vmlab_paging of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_paging_get(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_paging paging;
	u32 usize;
	int ret;

	ret = vmlab_uarg_get(&paging, sizeof(paging), sizeof(paging), uarg);
	if (ret)
		return ret;
	if (paging.flags || paging.reserved)
		return -EINVAL;

	usize = paging.size;
	memset(&paging, 0, sizeof(paging));
	paging.size = usize;
	vmlab_pager_get(space, &paging);
	return vmlab_uarg_put(&paging, sizeof(paging), uarg);
}

/**
 * vmlab_ioctl_paging_set() - VMLAB_IOC_PAGING_SET
 * @space: the space of the open file
 * @uarg: struct vmlab_paging of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_paging_set(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_paging paging;
	u64 *trace = NULL;
	int ret;

	ret = vmlab_uarg_get(&paging, sizeof(paging), sizeof(paging), uarg);
	if (ret)
		return ret;
	if (paging.nr_trace > VMLAB_TRACE_MAX)
		return -E2BIG;
	if (!paging.nr_trace && paging.trace)
		return -EINVAL;

	if (paging.nr_trace) {
		trace = kvmalloc_array(paging.nr_trace, sizeof(*trace),
				       GFP_KERNEL_ACCOUNT);
		if (!trace)
			return -ENOMEM;
		if (copy_from_user(trace, u64_to_user_ptr(paging.trace),
				   paging.nr_trace * sizeof(*trace))) {
			ret = -EFAULT;
			goto out;
		}
	}
	ret = vmlab_pager_set(space, &paging, trace);
out:
	kvfree(trace);
	return ret;
}

/**
 * vmlab_ioctl_paging_stats() - VMLAB_IOC_PAGING_STATS
 * @space: the space of the open file
 * @uarg: struct vmlab_paging_stats of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_paging_stats(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_paging_stats stats;
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
	vmlab_space_paging_stats(space, &stats);
	return vmlab_uarg_put(&stats, sizeof(stats), uarg);
}

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
	struct file *file;
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
	ret = vmlab_backing_check_file(file, config.offset);
	if (!ret)
		ret = vmlab_space_set_backing(space, backing, file,
					      config.offset);
	fput(file);
	return ret;
}
