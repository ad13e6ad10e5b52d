// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_VMAS. */
#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

/* Bound the memory of a call, and how long it holds mmap_lock. */
#define VMAS_PER_CALL		256
#define STRINGS_PER_CALL	(64 * 1024)

/**
 * vmlab_query_vmas() - VMLAB_IOC_VMAS
 * @uarg: struct vmlab_vmas of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_vmas(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_vma_batch batch;
	struct vmlab_vmas query;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || query.reserved || !query.nr)
		return -EINVAL;

	/* Without a buffer no names are wanted, and none is looked up. */
	if (!query.strings)
		query.strings_size = 0;
	ret = vmlab_vma_batch_alloc(&batch,
				    min_t(u32, query.nr, VMAS_PER_CALL),
				    !query.strings ? 0 :
				    clamp_t(u32, query.strings_size, 1,
					    STRINGS_PER_CALL));
	if (ret)
		return ret;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	query.map_count = READ_ONCE(subject.mm->map_count);
	ret = vmlab_inspect_vmas(subject.mm, &query.cursor, query.end, &batch);
	vmlab_subject_put(&subject);
	if (ret)
		goto out;

	query.nr = batch.filled;
	/* A buffer of size 0 has no room for the empty string of cut names. */
	query.strings_size = min(query.strings_size, batch.strings_used);
	if (copy_to_user(u64_to_user_ptr(query.vmas), batch.vmas,
			 batch.filled * sizeof(*batch.vmas)) ||
	    copy_to_user(u64_to_user_ptr(query.strings), batch.strings,
			 query.strings_size))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	vmlab_vma_batch_free(&batch);
	return ret;
}
