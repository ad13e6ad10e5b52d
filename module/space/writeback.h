/* SPDX-License-Identifier: GPL-2.0 */
/* Write dirty pages back to the file of the backing. */
#ifndef VMLAB_SPACE_WRITEBACK_H
#define VMLAB_SPACE_WRITEBACK_H

#include "types.h"

void vmlab_writeback_init(struct vmlab_space *space);
int vmlab_writeback_start(struct vmlab_space *space);
void vmlab_writeback_stop(struct vmlab_space *space);
void vmlab_writeback_destroy(struct vmlab_space *space);
void vmlab_writeback_soon(struct vmlab_space *space);
int vmlab_writeback_sync(struct vmlab_space *space, struct file *file,
			 loff_t start, loff_t end, int datasync);

#endif /* VMLAB_SPACE_WRITEBACK_H */
