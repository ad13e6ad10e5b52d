/* SPDX-License-Identifier: GPL-2.0 */
/* Faults that map 2 MiB at once. */
#ifndef VMLAB_FAULT_HUGE_H
#define VMLAB_FAULT_HUGE_H

#include <linux/mm.h>

#include "compat.h"

#ifdef VMLAB_HAVE_HUGE
vm_fault_t vmlab_huge_fault(struct vm_fault *vmf, unsigned int order);
#endif

#endif /* VMLAB_FAULT_HUGE_H */
