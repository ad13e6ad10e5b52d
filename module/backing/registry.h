/* SPDX-License-Identifier: GPL-2.0 */
/* Backings by number. */
#ifndef VMLAB_BACKING_REGISTRY_H
#define VMLAB_BACKING_REGISTRY_H

#include "backing/backing.h"

const struct vmlab_backing *vmlab_backing_find(u32 id);

#endif /* VMLAB_BACKING_REGISTRY_H */
