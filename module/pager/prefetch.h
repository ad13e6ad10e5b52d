/* SPDX-License-Identifier: GPL-2.0 */
/* Prefetch: bring in pages besides the one that is accessed. */
#ifndef VMLAB_PAGER_PREFETCH_H
#define VMLAB_PAGER_PREFETCH_H

#include <linux/compiler.h>

#include "types.h"

unsigned long vmlab_prefetch_give_back(struct vmlab_space *space,
				       pgoff_t *pgoff, long stride);
void vmlab_prefetch_ask(struct vmlab_space *space, pgoff_t pgoff,
			pgoff_t first, pgoff_t end, bool filled);
void vmlab_prefetch_pages(struct vmlab_space *space, pgoff_t pgoff,
			  pgoff_t first, pgoff_t end);

/* Carry out what policy and prefetcher ask for because of a fault. */
static inline void vmlab_prefetch(struct vmlab_space *space, pgoff_t pgoff,
				  pgoff_t first, pgoff_t end, bool filled)
{
	if (READ_ONCE(space->pager.asks))
		vmlab_prefetch_ask(space, pgoff, first, end, filled);
	if (filled && READ_ONCE(space->pager.prefetches))
		vmlab_prefetch_pages(space, pgoff, first, end);
}

#endif /* VMLAB_PAGER_PREFETCH_H */
