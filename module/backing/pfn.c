// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of our own shown as device memory: the mapping is VM_IO and
 * VM_PFNMAP, its entries are special, so mm knows nothing of pages there: no
 * reverse map, no RSS, no get_user_pages(), no core dump.
 */
#include <linux/vmlab.h>

#include "backing.h"

const struct vmlab_backing vmlab_backing_pfn = {
	.name		= "pfn",
	.id		= VMLAB_BACKING_PFN,
	.alloc_gfp	= __GFP_ZERO,
	.special	= true,
};
