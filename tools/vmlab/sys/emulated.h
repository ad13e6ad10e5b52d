/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_SYS_EMULATED_H
#define VMLAB_SYS_EMULATED_H

#include <stdbool.h>

/** processor_is_emulated - tell whether QEMU emulates the processor, without KVM */
bool processor_is_emulated(void);

#endif /* VMLAB_SYS_EMULATED_H */
