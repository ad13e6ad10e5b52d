// SPDX-License-Identifier: GPL-2.0
/* The requests that ask about processes and the kernel: which is which. */
#include <linux/errno.h>

#include <linux/vmlab.h>

#include "query.h"

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
	default:
		return -ENOTTY;
	}
}
