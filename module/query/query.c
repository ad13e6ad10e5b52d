// SPDX-License-Identifier: GPL-2.0
/* Dispatch the requests about processes and the kernel. */
#include <linux/errno.h>

#include <linux/vmlab.h>

#include "query/query.h"

/**
 * vmlab_query() - serve a request that does not concern the open file's space
 * @cmd: VMLAB_IOC_*
 * @uarg: the caller's structure
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno, -ENOTTY when the request is unknown.
 */
long vmlab_query(unsigned int cmd, void __user *uarg)
{
	switch (cmd) {
	case VMLAB_IOC_INFO:
		return vmlab_query_info(uarg);
	case VMLAB_IOC_FLAG_NAMES:
		return vmlab_query_flag_names(uarg);
	case VMLAB_IOC_MM:
		return vmlab_query_mm(uarg);
	case VMLAB_IOC_TASKS:
		return vmlab_query_tasks(uarg);
	case VMLAB_IOC_VMAS:
		return vmlab_query_vmas(uarg);
	case VMLAB_IOC_TREE:
		return vmlab_query_tree(uarg);
	case VMLAB_IOC_TREE_STATS:
		return vmlab_query_tree_stats(uarg);
	case VMLAB_IOC_FIND:
		return vmlab_query_find(uarg);
	case VMLAB_IOC_GAPS:
		return vmlab_query_gaps(uarg);
	case VMLAB_IOC_GAP_STATS:
		return vmlab_query_gap_stats(uarg);
	case VMLAB_IOC_FREE_AREA:
		return vmlab_query_free_area(uarg);
	case VMLAB_IOC_LAYOUT:
		return vmlab_query_layout(uarg);
	case VMLAB_IOC_PTES:
		return vmlab_query_ptes(uarg);
	case VMLAB_IOC_PAGES:
		return vmlab_query_pages(uarg);
	case VMLAB_IOC_TRANSLATE:
		return vmlab_query_translate(uarg);
	case VMLAB_IOC_PGTABLE_TOTALS:
		return vmlab_query_pgtotals(uarg);
	case VMLAB_IOC_KMEM:
		return vmlab_query_kmem(uarg);
	default:
		return -ENOTTY;
	}
}
