/* SPDX-License-Identifier: GPL-2.0 */
/* The vm_operations_struct of /dev/vmlab. */
#ifndef VMLAB_FAULT_OPS_H
#define VMLAB_FAULT_OPS_H

#include <linux/mm.h>

#include "types.h"

bool vmlab_vma_is_ours(const struct vm_area_struct *vma);
void vmlab_vma_setup(struct vm_area_struct *vma, struct vmlab_space *space);

#endif /* VMLAB_FAULT_OPS_H */
