// SPDX-License-Identifier: GPL-2.0
/*
 * Frames mapped as device memory is: the mapping is VM_IO and VM_PFNMAP and
 * its entries are special.  mm sees no pages there: it keeps no reverse map and
 * no RSS, and get_user_pages() and core dumps skip them.
 */
#include <linux/vmlab.h>

#include "backing/backing.h"

const struct vmlab_backing vmlab_backing_pfn = {
	.name		= "pfn",
	.id		= VMLAB_BACKING_PFN,
	.alloc_gfp	= __GFP_ZERO,
	.special	= true,
};
