// SPDX-License-Identifier: GPL-2.0
/* Iteration over the tasks that share one mm. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define TASKS_PER_REQUEST 256

struct vmlab_tasks_iter {
	const struct vmlab_proc *proc;
	uint64_t cursor;
	uint32_t next, nr;
	bool end;
	struct vmlab_task tasks[TASKS_PER_REQUEST];
};

int vmlab_tasks_open(const struct vmlab_proc *proc,
		     struct vmlab_tasks_iter **out)
{
	struct vmlab_tasks_iter *it = calloc(1, sizeof(*it));

	if (!it)
		return -ENOMEM;
	it->proc = proc;
	*out = it;
	return 0;
}

static int refill(struct vmlab_tasks_iter *it)
{
	struct vmlab_tasks req = {
		.size = sizeof(req),
		.target = it->proc->target,
		.cursor = it->cursor,
		.tasks = (uintptr_t)it->tasks,
		.nr = TASKS_PER_REQUEST,
	};
	int err;

	err = vmlab_request(it->proc->lab->fd, VMLAB_IOC_TASKS, &req);
	if (err)
		return err;
	if (req.nr > TASKS_PER_REQUEST)
		return -EPROTO;

	it->cursor = req.cursor;
	it->next = 0;
	it->nr = req.nr;
	it->end = !req.nr;
	return 0;
}

int vmlab_tasks_next(struct vmlab_tasks_iter *it,
		     const struct vmlab_task **task)
{
	struct vmlab_task *t;

	if (it->next == it->nr && !it->end) {
		int err = refill(it);

		if (err)
			return err;
	}
	if (it->end)
		return 0;

	t = &it->tasks[it->next++];
	t->comm[sizeof(t->comm) - 1] = '\0';
	*task = t;
	return 1;
}

void vmlab_tasks_close(struct vmlab_tasks_iter *it)
{
	free(it);
}
