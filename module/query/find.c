// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_FIND. */
#include <linux/minmax.h>
#include <linux/string.h>
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

/* Names that were not asked for are marked as cut. */
static void mark_without_names(struct vmlab_find *r)
{
	unsigned int i;

	for (i = 0; i < VMLAB_FIND_NR; i++)
		if (r->found & 1u << i)
			r->vma[i].flags |= VMLAB_VMA_NAME_CUT;
}

static int put_find(struct vmlab_find *r, const struct vmlab_vma_batch *batch,
		    void __user *uarg)
{
	r->strings_size = batch->strings_used;
	if (!batch->strings)
		mark_without_names(r);
	else if (copy_to_user(u64_to_user_ptr(r->strings), batch->strings,
			      r->strings_size))
		return -EFAULT;
	return vmlab_uarg_put(r, sizeof(*r), uarg);
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
	struct vmlab_vma_batch batch __uninitialized;
	struct vmlab_find r __uninitialized;
	u32 strings_size;
	int ret;

	ret = vmlab_uarg_get(&r, sizeof(r), sizeof(r), uarg);
	if (ret)
		return ret;
	if (!r.end)
		r.end = r.start + 1;
	if (r.flags || r.end <= r.start)
		return -EINVAL;

	strings_size = min_t(u32, r.strings_size, VMLAB_FIND_STRINGS_MIN);
	/* Clear what the caller left in the outputs. */
	memset_after(&r, 0, strings);
	ret = vmlab_vma_batch_alloc(&batch, VMLAB_FIND_NR, strings_size);
	if (ret)
		return ret;
	ret = find(&r, &batch);
	if (!ret)
		ret = put_find(&r, &batch, uarg);
	vmlab_vma_batch_free(&batch);
	return ret;
}
