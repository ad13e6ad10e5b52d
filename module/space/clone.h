/* SPDX-License-Identifier: GPL-2.0 */
/* Copy the contents and the configuration of a space. */
#ifndef VMLAB_SPACE_CLONE_H
#define VMLAB_SPACE_CLONE_H

#include "types.h"

int vmlab_space_clone(struct vmlab_space *from, struct vmlab_space *to,
		      bool held);

#endif /* VMLAB_SPACE_CLONE_H */
