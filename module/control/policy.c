// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_POLICIES and VMLAB_IOC_POLICY_SET: policies in BPF. */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "opened.h"
#include "pager/config.h"
#include "policy/bpf/loaded.h"
#include "space/registry.h"
#include "space/space.h"
#include "uarg.h"

/* The most policies that one request lists. */
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

static int policy_set(struct vmlab_space *space,
		      const struct vmlab_policy_set *set)
{
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
	struct vmlab_space *space;
	int ret;

	ret = vmlab_uarg_get(&set, sizeof(set), sizeof(set), uarg);
	if (ret)
		return ret;
	if (set.flags)
		return -EINVAL;
	if (set.space_id) {
		if (!ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
			return -EPERM;
		space = vmlab_registry_get(set.space_id);
		if (IS_ERR(space))
			return PTR_ERR(space);
		ret = policy_set(space, &set);
		vmlab_space_put(space);
		return ret;
	}
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	space = vmlab_opened_use(file);
	return PTR_ERR_OR_ZERO(space) ?: policy_set(space, &set);
}
