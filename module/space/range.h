/* SPDX-License-Identifier: GPL-2.0 */
/* Evict, prefetch, drop, lock and unlock a range of pages by request. */
#ifndef VMLAB_SPACE_RANGE_H
#define VMLAB_SPACE_RANGE_H

#include "types.h"

int vmlab_space_range(struct vmlab_space *space, u32 op, unsigned long *pgoff,
		      unsigned long end, struct vmlab_range *range);

#endif /* VMLAB_SPACE_RANGE_H */
