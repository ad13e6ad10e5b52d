/* SPDX-License-Identifier: GPL-2.0 */
/* Sums of the statistics of a space. */
#ifndef VMLAB_SPACE_STATS_H
#define VMLAB_SPACE_STATS_H

#include "types.h"

void vmlab_space_stats(struct vmlab_space *space,
		       struct vmlab_space_stats *stats);
void vmlab_space_paging_stats(struct vmlab_space *space,
			      struct vmlab_paging_stats *stats);

#endif /* VMLAB_SPACE_STATS_H */
