/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_INSPECT_SYSCTL_H
#define VMLAB_INSPECT_SYSCTL_H

#include <stdint.h>

/** sysctl_mmap_min_addr - return vm.mmap_min_addr, 0 when it cannot be read */
uint64_t sysctl_mmap_min_addr(void);

#endif /* VMLAB_INSPECT_SYSCTL_H */
