/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments of ioctl requests: structures that are versioned by their size. */
#ifndef VMLAB_UARG_H
#define VMLAB_UARG_H

#include <linux/types.h>

int vmlab_uarg_check_size(size_t usize, size_t min);
int vmlab_uarg_get(void *karg, size_t ksize, size_t min,
		   const void __user *uarg);
int vmlab_uarg_put(const void *karg, size_t ksize, void __user *uarg);

#endif /* VMLAB_UARG_H */
