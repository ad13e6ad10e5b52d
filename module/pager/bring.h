/* SPDX-License-Identifier: GPL-2.0 */
/* Bring a frame in: find it, or charge, allocate, publish and fill it. */
#ifndef VMLAB_PAGER_BRING_H
#define VMLAB_PAGER_BRING_H

#include "types.h"

struct folio;
struct vmlab_found;

/**
 * enum vmlab_bring_how - why a frame is brought in
 * @VMLAB_BRING_ACCESS: a task accesses it
 * @VMLAB_BRING_REQUEST: a request needs it, before any access
 * @VMLAB_BRING_PREFETCH: before any access, and without reclaim
 * @VMLAB_BRING_NOWAIT: the same, and without waiting for busy frames
 */
enum vmlab_bring_how {
	VMLAB_BRING_ACCESS,
	VMLAB_BRING_REQUEST,
	VMLAB_BRING_PREFETCH,
	VMLAB_BRING_NOWAIT,
};

struct folio *vmlab_bring(struct vmlab_space *space, pgoff_t pgoff,
			  enum vmlab_bring_how how, bool *filled);
struct folio *vmlab_bring_fault(struct vmlab_space *space, pgoff_t pgoff,
				struct vmlab_found *found);
struct folio *vmlab_bring_huge(struct vmlab_space *space, pgoff_t pgoff,
			       struct vmlab_found *found);

#endif /* VMLAB_PAGER_BRING_H */
