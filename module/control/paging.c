// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_PAGING_*: budget, policy and prefetcher of a space. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "pager/config.h"
#include "space/stats.h"
#include "uarg.h"
#include "user.h"

/* The size of struct vmlab_paging before accesses could be sampled. */
#define VMLAB_PAGING_MIN	offsetofend(struct vmlab_paging, prefetch_pages)

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

	ret = vmlab_uarg_get(&paging, sizeof(paging), VMLAB_PAGING_MIN, uarg);
	if (ret)
		return ret;
	if (paging.flags || paging.policy_id)
		return -EINVAL;

	usize = paging.size;
	memset(&paging, 0, sizeof(paging));
	paging.size = usize;
	ret = vmlab_pager_get(space, &paging);
	return ret ?: vmlab_uarg_put(&paging, sizeof(paging), uarg);
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

	ret = vmlab_uarg_get(&paging, sizeof(paging), VMLAB_PAGING_MIN, uarg);
	if (ret)
		return ret;
	if (paging.nr_trace > VMLAB_TRACE_MAX)
		return -E2BIG;
	if (!paging.nr_trace && paging.trace)
		return -EINVAL;

	if (paging.nr_trace) {
		/* The copy counts as well, for as long as it is there. */
		ret = vmlab_user_charge(space->user, VMLAB_USER_TRACE,
					paging.nr_trace);
		if (ret)
			return ret;
		trace = kvmalloc_array(paging.nr_trace, sizeof(*trace),
				       GFP_KERNEL_ACCOUNT);
		if (!trace) {
			ret = -ENOMEM;
			goto out;
		}
		if (copy_from_user(trace, u64_to_user_ptr(paging.trace),
				   paging.nr_trace * sizeof(*trace))) {
			ret = -EFAULT;
			goto out;
		}
	}
	ret = vmlab_pager_set(space, &paging, trace);
out:
	kvfree(trace);
	vmlab_user_uncharge(space->user, VMLAB_USER_TRACE, paging.nr_trace);
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
