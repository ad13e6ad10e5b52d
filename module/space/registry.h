/* SPDX-License-Identifier: GPL-2.0 */
/* The list of all spaces. */
#ifndef VMLAB_SPACE_REGISTRY_H
#define VMLAB_SPACE_REGISTRY_H

#include "types.h"

void vmlab_registry_add(struct vmlab_space *space);
void vmlab_registry_remove(struct vmlab_space *space);
struct vmlab_space *vmlab_registry_get(u64 id);
struct vmlab_space *vmlab_registry_next(void);
unsigned long vmlab_registry_clean(unsigned int *nr_spaces);

#endif /* VMLAB_SPACE_REGISTRY_H */
