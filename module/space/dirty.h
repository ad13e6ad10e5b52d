/* SPDX-License-Identifier: GPL-2.0 */
/* The dirty bitmap: pages written since user space last cleared it. */
#ifndef VMLAB_SPACE_DIRTY_H
#define VMLAB_SPACE_DIRTY_H

#include "types.h"

long vmlab_space_dirty(struct vmlab_space *space, pgoff_t pgoff, pgoff_t end,
		       u32 flags, void __user *to, u64 *nr_dirty);

#endif /* VMLAB_SPACE_DIRTY_H */
