/* SPDX-License-Identifier: GPL-2.0 */
/* The backing that reads and writes a regular file. */
#ifndef VMLAB_BACKING_FILE_H
#define VMLAB_BACKING_FILE_H

#include <linux/types.h>

struct file;

struct file *vmlab_backing_open_file(struct file *file, u64 offset);

#endif /* VMLAB_BACKING_FILE_H */
