/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_VMA_FLAG_H
#define SELFTESTS_VMA_FLAG_H

#include <stdint.h>

/*
 * The bit of vm_flags that smaps shows as @mnemonic ("rd", "gd"); 0 when this
 * kernel has none.
 */
uint64_t vma_flag(int fd, const char *mnemonic);

#endif /* SELFTESTS_VMA_FLAG_H */
