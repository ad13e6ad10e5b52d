/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration of a space: length, backing, huge frames. */
#ifndef VMLAB_SPACE_CONFIG_H
#define VMLAB_SPACE_CONFIG_H

#include "types.h"

int vmlab_space_set_backing(struct vmlab_space *space,
			    const struct vmlab_backing *backing,
			    struct file *file, loff_t offset);
int vmlab_space_set_config(struct vmlab_space *space,
			   const struct vmlab_space_config *config);
int vmlab_space_get_config(struct vmlab_space *space,
			   struct vmlab_space_config *config);

#endif /* VMLAB_SPACE_CONFIG_H */
