// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_MM and VMLAB_IOC_TASKS. */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

#define TASKS_PER_CALL	256

/**
 * vmlab_query_mm() - VMLAB_IOC_MM
 * @uarg: struct vmlab_mm of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_mm(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_target target;
	struct vmlab_mm record;
	u32 usize;
	int ret;

	ret = vmlab_uarg_get(&record, sizeof(record), sizeof(record), uarg);
	if (ret)
		return ret;
	if (record.flags || record.reserved)
		return -EINVAL;
	target = record.target;
	usize = record.size;

	ret = vmlab_subject_get(&subject, &target);
	if (ret)
		return ret;
	/* Do not return what the caller left in the outputs. */
	memset(&record, 0, sizeof(record));
	record.size = usize;
	record.target = target;
	ret = vmlab_inspect_mm(&subject, &record);
	vmlab_subject_put(&subject);

	return ret ?: vmlab_uarg_put(&record, sizeof(record), uarg);
}

/**
 * vmlab_query_tasks() - VMLAB_IOC_TASKS
 * @uarg: struct vmlab_tasks of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_tasks(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_tasks query;
	struct vmlab_task *tasks;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || query.reserved || !query.nr)
		return -EINVAL;

	query.nr = min_t(u32, query.nr, TASKS_PER_CALL);
	tasks = kvcalloc(query.nr, sizeof(*tasks), GFP_KERNEL_ACCOUNT);
	if (!tasks)
		return -ENOMEM;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	ret = vmlab_inspect_tasks(subject.mm, &query.cursor, tasks, query.nr);
	vmlab_subject_put(&subject);
	if (ret < 0)
		goto out;

	query.nr = ret;
	if (copy_to_user(u64_to_user_ptr(query.tasks), tasks,
			 query.nr * sizeof(*tasks)))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	kvfree(tasks);
	return ret;
}
