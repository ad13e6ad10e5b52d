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
/* Room for a path of usual length.  A call ends early when paths are longer. */
#define STRINGS_PER_VMA		128

/* Never less than VMLAB_STRINGS_MIN, unless the caller has less. */
static u32 strings_room(const struct vmlab_vmas *query)
{
	u32 room;

	if (!query->strings)
		return 0;
	room = min_t(u32, query->nr, VMAS_PER_CALL) * STRINGS_PER_VMA;
	return clamp_t(u32, query->strings_size, 1,
		       clamp_t(u32, room, VMLAB_STRINGS_MIN, STRINGS_PER_CALL));
}

static int put_vmas(struct vmlab_vmas *query,
		    const struct vmlab_vma_batch *batch, void __user *uarg)
{
	void __user *vmas = u64_to_user_ptr(query->vmas);

	query->nr = batch->filled;
	/* A buffer of size 0 has no room for the empty string of cut names. */
	query->strings_size = min(query->strings_size, batch->strings_used);
	if (batch->filled == 1 ?
	    vmlab_uarg_write(vmas, batch->vmas, sizeof(*batch->vmas)) :
	    copy_to_user(vmas, batch->vmas,
			 batch->filled * sizeof(*batch->vmas)))
		return -EFAULT;
	if (query->strings_size &&
	    copy_to_user(u64_to_user_ptr(query->strings), batch->strings,
			 query->strings_size))
		return -EFAULT;
	return vmlab_uarg_put_short(query, sizeof(*query), uarg);
}

/*
 * Fill a batch of one with room for a short name, which needs no allocation.
 * Returns -ENOSPC when the name is longer, and there is more room.
 */
static int fill_one(struct vmlab_vma_batch *batch, struct mm_struct *mm,
		    struct vmlab_vmas *query, u32 room)
{
	const u64 cursor = query->cursor;
	int ret;

	vmlab_vma_batch_few(batch, 1, min_t(u32, room, VMLAB_SHORT_STRINGS));
	batch->no_ops = query->flags & VMLAB_VMAS_NO_OPS;
	ret = vmlab_inspect_vmas(mm, &query->cursor, query->end, batch);
	if (!ret && room > VMLAB_SHORT_STRINGS && batch->filled &&
	    batch->vmas->flags & VMLAB_VMA_NAME_CUT) {
		query->cursor = cursor;
		ret = -ENOSPC;
	}
	return ret;
}

/* Fill a batch with room for @room bytes of names. */
static int fill_batch(struct vmlab_vma_batch *batch, struct mm_struct *mm,
		      struct vmlab_vmas *query, u32 room)
{
	int ret = vmlab_vma_batch_alloc(batch, min_t(u32, query->nr,
						     VMAS_PER_CALL), room);

	if (ret)
		return ret;
	batch->no_ops = query->flags & VMLAB_VMAS_NO_OPS;
	ret = vmlab_inspect_vmas(mm, &query->cursor, query->end, batch);
	if (ret)
		vmlab_vma_batch_free(batch);
	return ret;
}

/**
 * vmlab_query_vmas() - VMLAB_IOC_VMAS
 * @uarg: struct vmlab_vmas of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_vmas(void __user *uarg)
{
	struct vmlab_vma_batch batch __uninitialized;
	struct vmlab_vmas query __uninitialized;
	struct vmlab_subject subject;
	u32 room;
	int ret;

	ret = vmlab_uarg_get_short(&query, sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags & ~VMLAB_VMAS_NO_OPS || query.reserved || !query.nr)
		return -EINVAL;

	/* Without a buffer no names are wanted, and none is looked up. */
	if (!query.strings)
		query.strings_size = 0;
	room = strings_room(&query);
	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		return ret;
	query.map_count = READ_ONCE(subject.mm->map_count);
	ret = query.nr == 1 ? fill_one(&batch, subject.mm, &query, room) :
			      -ENOSPC;
	if (ret == -ENOSPC)
		ret = fill_batch(&batch, subject.mm, &query, room);
	vmlab_subject_put(&subject);
	if (ret)
		return ret;
	ret = put_vmas(&query, &batch, uarg);
	vmlab_vma_batch_free(&batch);
	return ret;
}
