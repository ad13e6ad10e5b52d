/* SPDX-License-Identifier: GPL-2.0 */
/* Faults of a space that wait until a clone of it is in use. */
#ifndef VMLAB_SPACE_HOLD_H
#define VMLAB_SPACE_HOLD_H

#include <linux/mm.h>

#include "compat.h"
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

/**
 * vmlab_hold_expect_mkwrite() - tell vmlab_held_mkwrite() whether a fault can wait
 * @vmf: a write fault in a shared mapping: mm unlocks its frame, calls ->page_mkwrite,
 *	and then sets the entry.  vmf->page is set.
 *
 * mm hides the flags of a fault in ->page_mkwrite, but passes the rest.  It uses
 * @cow_page in private mappings alone.
 *
 * Context: any.
 */
static inline void vmlab_hold_expect_mkwrite(struct vm_fault *vmf)
{
	vmf->cow_page = vmf->flags & FAULT_FLAG_USER &&
			vmlab_fault_may_end(vmf->flags) ? vmf->page : NULL;
}

/**
 * vmlab_held_mkwrite() - tell whether a fault in ->page_mkwrite has to begin again
 * @space: the space
 * @vmf: the fault
 *
 * When mm has set no entry yet, that depends on vmlab_hold_expect_mkwrite().  When there
 * is a read-only one, also a system call begins again, once: it does not wait in ->fault.
 *
 * Context: any; the frame is locked.
 * Return: false, almost always.
 */
static inline bool vmlab_held_mkwrite(struct vmlab_space *space,
				      const struct vm_fault *vmf)
{
	const unsigned int flags = FAULT_FLAG_USER | FAULT_FLAG_ALLOW_RETRY |
				   FAULT_FLAG_KILLABLE;

	return vmlab_held(space, flags) && (vmf->pte || vmf->cow_page);
}

#endif /* VMLAB_SPACE_HOLD_H */
