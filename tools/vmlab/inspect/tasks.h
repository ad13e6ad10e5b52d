/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_INSPECT_TASKS_H
#define VMLAB_INSPECT_TASKS_H

#include "libvmlab.h"

/**
 * tasks_read - read the tasks that share the mm of a process
 * @tasks: [out] to be freed by the caller, also after an error
 * @nr: [out] how many
 *
 * Return: 0 or a negative errno of libvmlab.
 */
int tasks_read(const struct vmlab_proc *proc, struct vmlab_task **tasks,
	       size_t *nr);

#endif /* VMLAB_INSPECT_TASKS_H */
