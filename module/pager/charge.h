/* SPDX-License-Identifier: GPL-2.0 */
/* The budget: charge a frame before it is allocated. */
#ifndef VMLAB_PAGER_CHARGE_H
#define VMLAB_PAGER_CHARGE_H

#include "types.h"

/* Is the budget used up?  Without the lock: a hint. */
static inline bool vmlab_charge_is_full(const struct vmlab_pager *pager)
{
	return vmlab_read_unlocked(pager->charged) >=
	       vmlab_read_unlocked(pager->budget);
}

struct vmlab_frame *vmlab_charge(struct vmlab_space *space, bool wait,
				 bool prefetched, gfp_t gfp);
struct vmlab_frame *vmlab_charge_huge(struct vmlab_space *space,
				      unsigned int nr);
void vmlab_uncharge(struct vmlab_space *space, struct vmlab_frame *frame);
int vmlab_charge_shrink(struct vmlab_space *space);

#endif /* VMLAB_PAGER_CHARGE_H */
