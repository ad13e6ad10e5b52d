/* SPDX-License-Identifier: GPL-2.0 */
/* Access by ptrace(2) and /proc/PID/mem. */
#ifndef VMLAB_FAULT_ACCESS_H
#define VMLAB_FAULT_ACCESS_H

#include <linux/mm.h>

int vmlab_access(struct vm_area_struct *vma, unsigned long addr, void *buf,
		 int len, int write);

#endif /* VMLAB_FAULT_ACCESS_H */
