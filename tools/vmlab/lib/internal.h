/* SPDX-License-Identifier: GPL-2.0 */
/* Internal declarations of libvmlab. */
#ifndef LIBVMLAB_INTERNAL_H
#define LIBVMLAB_INTERNAL_H

#include "libvmlab.h"

struct vmlab {
	int fd;
	struct vmlab_info info;
	struct vmlab_flag_names vma_flags;
	struct vmlab_flag_names features;
	struct vmlab_flag_names pte_flags;
	struct vmlab_flag_names page_flags;
};

struct vmlab_proc {
	const struct vmlab *lab;
	struct vmlab_target target;
	pid_t pid;
	int pidfd; /* owned by the handle, or -1 */
};

/**
 * vmlab_device_open - open VMLAB_DEVICE, again after EINTR
 *
 * Return: a close-on-exec descriptor or a negative errno.
 */
int vmlab_device_open(void);

/**
 * vmlab_request - call ioctl(2), again after EINTR
 *
 * Return: 0 or a negative errno.
 */
int vmlab_request(int fd, unsigned long request, void *arg);

#endif /* LIBVMLAB_INTERNAL_H */
