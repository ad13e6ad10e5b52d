// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_FIND. */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

static int find(struct vmlab_find *r, struct vmlab_vma_batch *batch)
{
	struct vmlab_subject subject;
	int ret;

	ret = vmlab_subject_get_mm(&subject, &r->target);
	if (ret)
		return ret;
	ret = vmlab_inspect_find(subject.mm, r, batch);
	vmlab_subject_put(&subject);
	return ret;
}

static void mark_without_names(struct vmlab_find *r)
{
	unsigned int i;

	for (i = 0; i < VMLAB_FIND_NR; i++)
		if (r->found & 1u << i)
			r->vma[i].flags |= VMLAB_VMA_NAME_CUT;
}

/**
 * vmlab_query_find() - VMLAB_IOC_FIND
 * @uarg: struct vmlab_find of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_find(void __user *uarg)
{
	struct vmlab_vma_batch batch = {};
	struct vmlab_find *query, *r;
	int ret;

	query = kcalloc(2, sizeof(*query), GFP_KERNEL);
	if (!query)
		return -ENOMEM;
	ret = vmlab_uarg_get(query, sizeof(*query), sizeof(*query), uarg);
	if (ret)
		goto out;
	ret = -EINVAL;
	if (query->flags || (query->end && query->end <= query->start))
		goto out;

	/* Do not return what the caller left in the outputs. */
	r = query + 1;
	r->size = query->size;
	r->target = query->target;
	r->start = query->start;
	r->end = query->end ?: query->start + 1;
	r->strings = query->strings;
	if (r->end <= r->start)
		goto out;

	/* Without room for names none is looked up. */
	ret = vmlab_vma_batch_alloc(&batch, VMLAB_FIND_NR,
				    min_t(u32, query->strings_size,
					  VMLAB_FIND_STRINGS_MIN));
	if (!ret)
		ret = find(r, &batch);
	if (ret)
		goto out_batch;

	if (query->strings_size)
		r->strings_size = batch.strings_used;
	else
		mark_without_names(r);
	if (copy_to_user(u64_to_user_ptr(r->strings), batch.strings,
			 r->strings_size))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(r, sizeof(*r), uarg);
out_batch:
	vmlab_vma_batch_free(&batch);
out:
	kfree(query);
	return ret;
}
