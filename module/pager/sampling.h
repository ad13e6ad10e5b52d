/* SPDX-License-Identifier: GPL-2.0 */
/* Sampling: each access to another page of a sample faults. */
#ifndef VMLAB_PAGER_SAMPLING_H
#define VMLAB_PAGER_SAMPLING_H

#include <linux/compiler.h>
#include <linux/mm_types.h>

#include "types.h"

struct folio;

/* Are the accesses to some pages of a space sampled? */
static inline bool vmlab_sampling(const struct vmlab_space *space)
{
	return unlikely(READ_ONCE(space->pager.sample));
}

/* Is a page in the sample?  Pages of huge frames are not, whatever it says. */
static inline bool vmlab_sampled(const struct vmlab_space *space, pgoff_t pgoff)
{
	return vmlab_sample_hash(pgoff) < READ_ONCE(space->pager.sample);
}

int vmlab_sample_prepare(struct vmlab_pager *pager);
int vmlab_sample_start(struct vmlab_space *space);
void vmlab_sample_free(struct vmlab_pager *pager);
void vmlab_sample(struct vmlab_space *space, struct folio *folio, bool filled,
		  unsigned int flags);
void vmlab_sample_dropped(struct vmlab_space *space, pgoff_t pgoff);

#endif /* VMLAB_PAGER_SAMPLING_H */
