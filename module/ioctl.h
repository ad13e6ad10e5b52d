/* SPDX-License-Identifier: GPL-2.0 */
/* ioctl(2) of /dev/vmlab. */
#ifndef VMLAB_IOCTL_H
#define VMLAB_IOCTL_H

struct file;

long vmlab_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* VMLAB_IOCTL_H */
