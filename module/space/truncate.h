/* SPDX-License-Identifier: GPL-2.0 */
/* The length of a space. */
#ifndef VMLAB_SPACE_TRUNCATE_H
#define VMLAB_SPACE_TRUNCATE_H

#include "types.h"

int vmlab_space_discard(struct vmlab_space *space, pgoff_t first,
			bool killable);
int vmlab_space_truncate(struct vmlab_space *space, unsigned long nr_pages)
	__must_hold(&space->config_lock);

#endif /* VMLAB_SPACE_TRUNCATE_H */
