/* SPDX-License-Identifier: GPL-2.0 */
/* Stepping: every access faults, so that the policy sees all of them. */
#ifndef VMLAB_PAGER_STEPPING_H
#define VMLAB_PAGER_STEPPING_H

#include <linux/compiler.h>

#include "types.h"

static inline bool vmlab_stepping(const struct vmlab_space *space)
{
	return unlikely(READ_ONCE(space->pager.stepping));
}

void vmlab_step(struct vmlab_space *space, pgoff_t pgoff, unsigned int flags);

#endif /* VMLAB_PAGER_STEPPING_H */
