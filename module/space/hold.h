/* SPDX-License-Identifier: GPL-2.0 */
/* Faults of a space that wait until a clone of it is in use. */
#ifndef VMLAB_SPACE_HOLD_H
#define VMLAB_SPACE_HOLD_H

#include <linux/mm.h>

#include "types.h"

int vmlab_hold_begin(struct vmlab_space *space, u64 clone);
void vmlab_hold_limit(struct vmlab_space *space, u64 clone);
void vmlab_hold_end(struct vmlab_space *space, u64 clone);

bool __vmlab_held(struct vmlab_space *space, unsigned int flags);
vm_fault_t vmlab_hold_wait(struct vmlab_space *space, struct vm_fault *vmf);

/**
 * vmlab_held() - tell whether a fault has to wait, see vmlab_hold_wait()
 * @space: the space
 * @flags: FAULT_FLAG_* of the fault
 *
 * Context: any.
 * Return: false, almost always.
 */
static inline bool vmlab_held(struct vmlab_space *space, unsigned int flags)
{
	return unlikely(READ_ONCE(space->hold.owner)) &&
	       __vmlab_held(space, flags);
}

#endif /* VMLAB_SPACE_HOLD_H */
