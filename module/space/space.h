/* SPDX-License-Identifier: GPL-2.0 */
/* Life of a space: what one open /dev/vmlab maps. */
#ifndef VMLAB_SPACE_H
#define VMLAB_SPACE_H

#include "types.h"

int vmlab_space_init(void);
void vmlab_space_exit(void);

int vmlab_opener_get(struct vmlab_opener *opener);
void vmlab_opener_put(struct vmlab_opener *opener);

struct vmlab_space *vmlab_space_create(struct vmlab_opener *opener);
void vmlab_space_destroy(struct vmlab_space *space);
void vmlab_space_put(struct vmlab_space *space);
void vmlab_space_put_later(struct vmlab_space *space);

#endif /* VMLAB_SPACE_H */
