/* SPDX-License-Identifier: GPL-2.0 */
/* Drain mm's per-CPU batches, which hold references to frames. */
#ifndef VMLAB_PAGER_DRAIN_H
#define VMLAB_PAGER_DRAIN_H

#include <linux/types.h>

int vmlab_drain_init(void);
void vmlab_drain_exit(void);
void vmlab_drain(bool wait);

#endif /* VMLAB_PAGER_DRAIN_H */
