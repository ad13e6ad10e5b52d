/* SPDX-License-Identifier: GPL-2.0 */
/* Fault-around: map resident pages that follow. */
#ifndef VMLAB_FAULT_AROUND_H
#define VMLAB_FAULT_AROUND_H

#include <linux/mm.h>

#include "types.h"

bool vmlab_map_around(struct vmlab_space *space, struct vm_fault *vmf,
		      struct folio *folio);

#endif /* VMLAB_FAULT_AROUND_H */
