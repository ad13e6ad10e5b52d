/* SPDX-License-Identifier: GPL-2.0 */
/* Memory at addresses where nothing else is near. */
#ifndef LABS_ALONE_H
#define LABS_ALONE_H

#include "labs/lab.h"

enum { LAB_ALONE_MAX = 64, LAB_ALONE_DISTANCE = 32 << 20 };

/**
 * lab_map_alone - map anonymous memory far below all that the kernel places
 * @nr: which place, below LAB_ALONE_MAX; each has LAB_ALONE_DISTANCE bytes
 *
 * The mapping merges with no other VMA and needs page tables of its own; all
 * places are below one entry of the third level.
 */
void *lab_map_alone(struct lab_run *run, unsigned int nr, size_t length,
		    int prot, int flags);

#endif /* LABS_ALONE_H */
