// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_KMEM. */
#include <linux/capability.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

/**
 * vmlab_query_kmem() - VMLAB_IOC_KMEM
 * @uarg: struct vmlab_kmem of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_kmem(void __user *uarg)
{
	const bool privileged = ns_capable_noaudit(&init_user_ns,
						   CAP_SYS_ADMIN);
	struct vmlab_kmem_page *records;
	struct vmlab_kmem query;
	u32 nr;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || query.result || query.reserved)
		return -EINVAL;
	if (!query.length || query.length > VMLAB_KMEM_LENGTH_MAX)
		return -EINVAL;

	nr = min_t(u64, query.nr, PAGE_ALIGN(query.length) / PAGE_SIZE);
	records = kvcalloc(nr ?: 1, sizeof(*records), GFP_KERNEL_ACCOUNT);
	if (!records)
		return -ENOMEM;
	ret = vmlab_inspect_kmem(query.kind, query.length, privileged, records,
				 nr);
	if (ret < 0)
		goto out;

	query.nr = ret;
	query.result = privileged ? 0 : VMLAB_PT_HIDDEN;
	if (copy_to_user(u64_to_user_ptr(query.pages), records,
			 nr * sizeof(*records)))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	kvfree(records);
	return ret;
}
