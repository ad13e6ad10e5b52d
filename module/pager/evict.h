/* SPDX-License-Identifier: GPL-2.0 */
/* Eviction: unmap a frame everywhere, save its contents, free it. */
#ifndef VMLAB_PAGER_EVICT_H
#define VMLAB_PAGER_EVICT_H

#include "types.h"

struct folio;

int vmlab_evict_frame(struct vmlab_space *space, struct folio *folio);
int vmlab_evict_clean(struct vmlab_space *space, struct folio *folio);
int vmlab_evict_victim(struct vmlab_space *space, bool wait);
int vmlab_evict_rejoin(struct vmlab_space *space, unsigned long nr);

#endif /* VMLAB_PAGER_EVICT_H */
