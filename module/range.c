// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_RANGE: move frames by hand. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include <linux/vmlab.h>

#include "control.h"
#include "space.h"
#include "uarg.h"

/* Each: 1 when done, 0 when there was nothing to do, or a negative errno. */

static int vmlab_range_evict(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_space_peek(space, pgoff);
	int ret;

	if (!folio)
		return 0;
	ret = folio_lock_killable(folio);
	if (!ret) {
		int nr = folio_nr_pages(folio);

		if (folio->mapping)
			ret = vmlab_frame_evict(space, folio) ?: nr;
		folio_unlock(folio);
	}
	folio_put(folio);
	/* A frame whose contents cannot be kept stays. */
	return ret < 0 && ret != -EINTR ? -EBUSY : ret;
}

static int vmlab_range_prefetch(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	bool filled;

	folio = vmlab_space_bring(space, pgoff, VMLAB_BRING_EARLY, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	folio_unlock(folio);
	folio_put(folio);
	return filled;
}

static int vmlab_range_lock(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio;
	bool filled;
	int ret;

	folio = vmlab_space_bring(space, pgoff, VMLAB_BRING_EARLY, &filled);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	ret = vmlab_pager_lock(space, folio, true);
	folio_unlock(folio);
	folio_put(folio);
	return ret ?: 1;
}

static int vmlab_range_unlock(struct vmlab_space *space, pgoff_t pgoff)
{
	struct folio *folio = vmlab_space_peek(space, pgoff);
	int ret;

	if (!folio)
		return 0;
	ret = folio_lock_killable(folio);
	if (!ret) {
		if (folio->mapping && vmlab_pager_is_locked(folio))
			ret = vmlab_pager_lock(space, folio, false) ?: 1;
		folio_unlock(folio);
	}
	folio_put(folio);
	return ret;
}

/*
 * @resident: the operation concerns only offsets at which there is something,
 * so that the rest of a large range costs nothing
 */
static const struct {
	int (*page)(struct vmlab_space *space, pgoff_t pgoff);
	bool resident;
} vmlab_range_ops[] = {
	[VMLAB_RANGE_EVICT]	= { vmlab_range_evict, true },
	[VMLAB_RANGE_PREFETCH]	= { vmlab_range_prefetch, false },
	[VMLAB_RANGE_DROP]	= { vmlab_space_drop, true },
	[VMLAB_RANGE_LOCK]	= { vmlab_range_lock, false },
	[VMLAB_RANGE_UNLOCK]	= { vmlab_range_unlock, true },
};

/**
 * vmlab_ioctl_range() - VMLAB_IOC_RANGE
 * @space: the space of the open file
 * @uarg: struct vmlab_range of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_range(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_range range;
	unsigned long pgoff, end;
	int ret;

	ret = vmlab_uarg_get(&range, sizeof(range), sizeof(range), uarg);
	if (ret)
		return ret;
	if (range.op >= ARRAY_SIZE(vmlab_range_ops) || range.flags ||
	    range.reserved || range.end < range.start ||
	    (range.start | range.end) & ~PAGE_MASK)
		return -EINVAL;
	ret = vmlab_pager_enable(space);
	if (ret)
		return ret;

	down_read(&space->backing_lock);
	range.done = 0;
	range.busy = 0;
	pgoff = range.start >> PAGE_SHIFT;
	end = range.end >> PAGE_SHIFT;
	for (; pgoff < end; pgoff++) {
		if (vmlab_range_ops[range.op].resident &&
		    !xa_find(&space->frames, &pgoff, end - 1, XA_PRESENT))
			break;
		if (signal_pending(current)) {
			ret = -EINTR;
			goto out;
		}
		ret = vmlab_range_ops[range.op].page(space, pgoff);
		/* The space ends here: so does what can be done. */
		if (ret == -ERANGE)
			break;
		if (ret == -EBUSY)
			range.busy++;
		else if (ret < 0)
			goto out;
		else
			range.done += ret;
		cond_resched();
	}
	pgoff = end;
	ret = 0;
out:
	up_read(&space->backing_lock);
	range.start = (u64)pgoff << PAGE_SHIFT;
	return vmlab_uarg_put(&range, sizeof(range), uarg) ?: ret;
}
