// SPDX-License-Identifier: GPL-2.0
#include "inspect/tasks.h"
#include "sys/xalloc.h"

int tasks_read(const struct vmlab_proc *proc, struct vmlab_task **tasks,
	       size_t *nr)
{
	const struct vmlab_task *task;
	struct vmlab_tasks_iter *it;
	size_t room = 0;
	int ret;

	*tasks = NULL;
	*nr = 0;
	ret = vmlab_tasks_open(proc, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_tasks_next(it, &task)) > 0) {
		*tasks = array_grow(*tasks, *nr, &room, sizeof(**tasks));
		(*tasks)[(*nr)++] = *task;
	}
	vmlab_tasks_close(it);
	return ret;
}
