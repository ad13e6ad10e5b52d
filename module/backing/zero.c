// SPDX-License-Identifier: GPL-2.0
/* Demand-zero: a new frame is all zeroes, as anonymous memory is. */
#include <linux/vmlab.h>

#include "backing/backing.h"

const struct vmlab_backing vmlab_backing_zero = {
	.name		= "zero",
	.id		= VMLAB_BACKING_ZERO,
	.alloc_gfp	= __GFP_ZERO,
	.huge		= true,
};
