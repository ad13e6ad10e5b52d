/* SPDX-License-Identifier: GPL-2.0 */
/* The swap store of a space: the contents of evicted frames. */
#ifndef VMLAB_STORE_H
#define VMLAB_STORE_H

#include <linux/types.h>

#include "types.h"

struct folio;

int vmlab_store_create(struct vmlab_space *space) __must_hold(&space->config_lock);
void vmlab_store_destroy(struct vmlab_space *space);
int vmlab_store_save(struct vmlab_space *space, struct folio *folio);
int vmlab_store_load(struct vmlab_space *space, struct folio *folio);
int vmlab_store_copy(struct vmlab_space *space, pgoff_t pgoff, void *to);
void vmlab_store_discard(struct vmlab_space *space, pgoff_t first,
			 pgoff_t last);

#endif /* VMLAB_STORE_H */
