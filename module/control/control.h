/* SPDX-License-Identifier: GPL-2.0 */
/* Requests about a space: structures of user space in, results out. */
#ifndef VMLAB_CONTROL_H
#define VMLAB_CONTROL_H

#include <linux/compiler.h>

#include "types.h"

struct file;

/* One handler for each request.  Return 0 or a negative errno. */
long vmlab_ioctl_space_get(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_space_set(struct file *file, void __user *uarg);
long vmlab_ioctl_space_stats(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_paging_get(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_paging_set(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_paging_stats(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_policies(void __user *uarg);
long vmlab_ioctl_policy_set(struct file *file, void __user *uarg);
long vmlab_ioctl_backing(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_inject_set(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_inject_get(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_events(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_range(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_dirty(struct vmlab_space *space, void __user *uarg);
long vmlab_ioctl_clone(struct file *file, void __user *uarg);

#endif /* VMLAB_CONTROL_H */
