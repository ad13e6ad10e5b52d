/* SPDX-License-Identifier: GPL-2.0 */
/* An open /dev/vmlab and its space. */
#ifndef VMLAB_OPENED_H
#define VMLAB_OPENED_H

struct file;
struct vmlab_space;

int vmlab_opened_create(struct file *file);
void vmlab_opened_release(struct file *file);
struct vmlab_space *vmlab_opened_space(const struct file *file);
struct vmlab_space *vmlab_opened_use(const struct file *file);
struct vmlab_space *vmlab_opened_map(const struct file *file);
int vmlab_opened_hold(struct file *file, struct vmlab_space *source);
void vmlab_opened_end_hold(struct file *file);

#endif /* VMLAB_OPENED_H */
