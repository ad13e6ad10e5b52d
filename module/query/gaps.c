// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_GAPS, VMLAB_IOC_GAP_STATS and VMLAB_IOC_FREE_AREA. */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inspect/inspect.h"
#include "query/query.h"
#include "uarg.h"

/* Bounds the memory of a call, and how long it holds mmap_lock. */
#define GAPS_PER_CALL	1024

/**
 * vmlab_query_gaps() - VMLAB_IOC_GAPS
 * @uarg: struct vmlab_gaps of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_gaps(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_gaps query;
	struct vmlab_gap *gaps;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags || !query.nr)
		return -EINVAL;

	query.nr = min_t(u32, query.nr, GAPS_PER_CALL);
	gaps = kvmalloc_array(query.nr, sizeof(*gaps), GFP_KERNEL_ACCOUNT);
	if (!gaps)
		return -ENOMEM;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	ret = vmlab_inspect_gaps(subject.mm, &query, gaps);
	vmlab_subject_put(&subject);
	if (ret)
		goto out;

	if (copy_to_user(u64_to_user_ptr(query.gaps), gaps,
			 query.nr * sizeof(*gaps)))
		ret = -EFAULT;
	else
		ret = vmlab_uarg_put(&query, sizeof(query), uarg);
out:
	kvfree(gaps);
	return ret;
}

/**
 * vmlab_query_gap_stats() - VMLAB_IOC_GAP_STATS
 * @uarg: struct vmlab_gap_stats of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_gap_stats(void __user *uarg)
{
	struct vmlab_gap_stats query, stats;
	struct vmlab_subject subject;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags)
		return -EINVAL;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		return ret;
	/* Do not return what the caller left in the outputs. */
	memset(&stats, 0, sizeof(stats));
	stats.size = query.size;
	stats.target = query.target;
	stats.start = query.start;
	stats.end = query.end;
	ret = vmlab_inspect_gap_stats(subject.mm, &stats);
	vmlab_subject_put(&subject);

	return ret ?: vmlab_uarg_put(&stats, sizeof(stats), uarg);
}

/**
 * vmlab_query_free_area() - VMLAB_IOC_FREE_AREA
 * @uarg: struct vmlab_free_area of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_free_area(void __user *uarg)
{
	struct vmlab_subject subject;
	struct vmlab_free_area query;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags & ~VMLAB_AREA_HIGH || query.result || query.reserved ||
	    !query.length)
		return -EINVAL;
	if (query.alignment && (query.alignment < PAGE_SIZE ||
				!is_power_of_2(query.alignment)))
		return -EINVAL;
	query.length = PAGE_ALIGN(query.length);
	if (!query.length)
		return -ENOMEM;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		return ret;
	ret = vmlab_inspect_free_area(subject.mm, &query);
	vmlab_subject_put(&subject);

	return ret ?: vmlab_uarg_put(&query, sizeof(query), uarg);
}
