/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vmlab. */
#ifndef VMLAB_CHARDEV_H
#define VMLAB_CHARDEV_H

int vmlab_chardev_init(void);
void vmlab_chardev_exit(void);

#endif /* VMLAB_CHARDEV_H */
