/* SPDX-License-Identifier: GPL-2.0 */
/* The list of all spaces. */
#ifndef VMLAB_SPACE_REGISTRY_H
#define VMLAB_SPACE_REGISTRY_H

#include "types.h"

/* All spaces, the next one for the shrinker first. */
extern struct list_head vmlab_spaces;
extern struct mutex vmlab_spaces_lock;

void vmlab_registry_add(struct vmlab_space *space);
void vmlab_registry_remove(struct vmlab_space *space);
int vmlab_registry_call(u64 id,
			int (*fn)(struct vmlab_space *space, void *arg),
			void *arg);

#endif /* VMLAB_SPACE_REGISTRY_H */
