/* SPDX-License-Identifier: GPL-2.0 */
/* Errors and delays in faults, by rule. */
#ifndef VMLAB_INJECT_H
#define VMLAB_INJECT_H

#include <linux/mm.h>

struct vmlab_inject_rules;
struct vmlab_space;

void vmlab_inject_free(struct vmlab_inject_rules *rules);
int vmlab_inject_fault(struct vmlab_space *space, struct vm_fault *vmf);

#endif /* VMLAB_INJECT_H */
