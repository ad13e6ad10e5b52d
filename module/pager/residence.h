/* SPDX-License-Identifier: GPL-2.0 */
/* What the policy is told of resident frames. */
#ifndef VMLAB_PAGER_RESIDENCE_H
#define VMLAB_PAGER_RESIDENCE_H

#include <linux/compiler.h>

#include "types.h"

struct folio;

/* Does the space have a pager?  Once it has one it keeps it. */
static inline bool vmlab_pager_on(const struct vmlab_pager *pager)
{
	return READ_ONCE(pager->policy);
}

int vmlab_pager_init(void);
void vmlab_pager_exit(void);

struct vmlab_frame *vmlab_pager_record(unsigned int nr, bool prefetched);
void vmlab_pager_record_free(struct vmlab_frame *frame);

int vmlab_pager_adopt(struct vmlab_space *space, struct folio *folio,
		      struct vmlab_frame *frame);
void vmlab_pager_remove(struct vmlab_space *space, struct folio *folio,
			void *entry);
void vmlab_pager_access(struct vmlab_space *space, struct folio *folio);
void vmlab_pager_mapped_around(struct folio *folio);
int vmlab_pager_lock(struct vmlab_space *space, struct folio *folio, bool lock);
bool vmlab_pager_is_locked(struct folio *folio);

#endif /* VMLAB_PAGER_RESIDENCE_H */
