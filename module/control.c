// SPDX-License-Identifier: GPL-2.0
/* The requests of the paging laboratory: arguments in, results out. */
#include <linux/capability.h>
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
#include "policy/bpf.h"
#include "shrink.h"
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
	if (paging.flags || paging.policy_id)
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

	ret = vmlab_uarg_get(&stats, sizeof(stats),
			     offsetofend(typeof(stats), refault_distance),
			     uarg);
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

/* Policies in BPF that are worth listing at once. */
#define VMLAB_POLICIES_MAX	1024u

/**
 * vmlab_ioctl_policies() - VMLAB_IOC_POLICIES
 * @uarg: struct vmlab_policies of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_policies(void __user *uarg)
{
	struct vmlab_policy_info *infos;
	struct vmlab_policies list;
	unsigned int room;
	int ret;

	ret = vmlab_uarg_get(&list, sizeof(list), sizeof(list), uarg);
	if (ret)
		return ret;
	if (list.flags || list.reserved)
		return -EINVAL;
	if (!vmlab_bpf_usable())
		return -EOPNOTSUPP;

	room = min(list.nr, VMLAB_POLICIES_MAX);
	infos = kvcalloc(room ?: 1, sizeof(*infos), GFP_KERNEL_ACCOUNT);
	if (!infos)
		return -ENOMEM;
	list.nr = vmlab_bpf_list(infos, room);
	if (copy_to_user(u64_to_user_ptr(list.policies), infos,
			 min(list.nr, room) * sizeof(*infos)))
		ret = -EFAULT;
	kvfree(infos);
	return ret ?: vmlab_uarg_put(&list, sizeof(list), uarg);
}

static int vmlab_policy_set_fn(struct vmlab_space *space, void *arg)
{
	const struct vmlab_policy_set *set = arg;

	return vmlab_pager_set_policy(space, set->policy, set->policy_id,
				      set->seed);
}

/**
 * vmlab_ioctl_policy_set() - VMLAB_IOC_POLICY_SET
 * @file: the open file
 * @uarg: struct vmlab_policy_set of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_policy_set(struct file *file, void __user *uarg)
{
	struct vmlab_policy_set set;
	int ret;

	ret = vmlab_uarg_get(&set, sizeof(set), sizeof(set), uarg);
	if (ret)
		return ret;
	if (set.flags)
		return -EINVAL;
	if (set.space_id) {
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		return vmlab_space_by_id(set.space_id, vmlab_policy_set_fn,
					 &set);
	}
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	return vmlab_policy_set_fn(file->private_data, &set);
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
