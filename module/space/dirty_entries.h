/* SPDX-License-Identifier: GPL-2.0 */
/* The dirty bits of page-table entries, as a part of the dirty bitmap. */
#ifndef VMLAB_SPACE_DIRTY_ENTRIES_H
#define VMLAB_SPACE_DIRTY_ENTRIES_H

#include "types.h"

bool vmlab_dirty_entries_fit(const struct vmlab_backing *backing);
int vmlab_dirty_entries_start(struct vmlab_space *space);
void vmlab_dirty_entries_clean(struct vmlab_space *space, pgoff_t first,
			       pgoff_t end, unsigned long *bits)
	__must_hold(&space->dirty_lock);
void vmlab_dirty_entries_mark(struct vmlab_space *space, pgoff_t first,
			      unsigned int nr, const unsigned long *bits)
	__must_hold(&space->dirty_lock);

#endif /* VMLAB_SPACE_DIRTY_ENTRIES_H */
