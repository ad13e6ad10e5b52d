/* SPDX-License-Identifier: GPL-2.0 */
/* What the policy is told of resident frames. */
#ifndef VMLAB_PAGER_RESIDENCE_H
#define VMLAB_PAGER_RESIDENCE_H

#include <linux/compiler.h>
#include <linux/mm_types.h>

#include "frame/frame.h"
#include "policy/policy.h"
#include "types.h"

struct folio;

/* Does the space have a pager?  Once it has one it keeps it. */
static inline bool vmlab_pager_on(const struct vmlab_pager *pager)
{
	return READ_ONCE(pager->policy);
}

/* Is a frame that is in a policy in the one that is being replaced? */
static inline bool vmlab_pager_in_old(const struct vmlab_pager *pager,
				      const struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	return frame->generation != pager->generation;
}

/*
 * Forget that a frame was prefetched: a fault on a neighbour mapped it, so later
 * accesses cannot be observed.  The folio is locked.
 */
static inline void vmlab_pager_mapped_around(struct vmlab_space *space,
					     struct folio *folio)
{
	struct vmlab_frame *frame = vmlab_frame_private(space, folio);

	if (frame)
		frame->prefetched = false;
}

/* The frame that arrived after another, or NULL. */
static inline struct vmlab_frame *
vmlab_pager_after(struct vmlab_pager *pager, struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	return list_is_last(&frame->pager_link, &pager->frames) ?
	       NULL : list_next_entry(frame, pager_link);
}

int vmlab_pager_init(void);
void vmlab_pager_exit(void);

struct vmlab_frame *vmlab_pager_record(unsigned int nr, bool prefetched,
				       gfp_t gfp);
void vmlab_pager_record_free(struct vmlab_frame *frame);

struct vmlab_frame *vmlab_pager_victim(struct vmlab_pager *pager,
				       struct vmlab_frame *prev)
	__must_hold(&pager->lock);
void vmlab_pager_set_aside(struct vmlab_pager *pager,
			   struct vmlab_frame *frame)
	__must_hold(&pager->lock);
void vmlab_pager_rejoin(struct vmlab_pager *pager, struct vmlab_frame *frame)
	__must_hold(&pager->lock);

int vmlab_pager_adopt(struct vmlab_space *space, struct folio *folio,
		      struct vmlab_frame *frame);
void vmlab_pager_remove(struct vmlab_space *space, struct folio *folio,
			void *entry);
void vmlab_pager_access(struct vmlab_space *space, struct folio *folio);
int vmlab_pager_lock(struct vmlab_space *space, struct folio *folio, bool lock);
bool vmlab_pager_is_locked(struct vmlab_space *space, struct folio *folio);
bool vmlab_pager_is_prefetched(struct vmlab_space *space, struct folio *folio);
struct folio *vmlab_pager_unshare(struct vmlab_space *space,
				  struct folio *folio);

#endif /* VMLAB_PAGER_RESIDENCE_H */
