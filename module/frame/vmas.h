/* SPDX-License-Identifier: GPL-2.0 */
/* The VMAs that map a space. */
#ifndef VMLAB_FRAME_VMAS_H
#define VMLAB_FRAME_VMAS_H

#include "types.h"

unsigned long vmlab_vmas_count(struct vmlab_space *space);
bool vmlab_vmas_locked(struct vmlab_space *space, pgoff_t first, pgoff_t last);

#endif /* VMLAB_FRAME_VMAS_H */
