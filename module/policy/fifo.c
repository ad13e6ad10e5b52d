// SPDX-License-Identifier: GPL-2.0
/* First in, first out: evict the frame that has been resident the longest. */
#include <linux/err.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"

/* The longest resident first. */
struct fifo {
	struct list_head queue;
};

static void *fifo_create(const struct vmlab_policy_args *args)
{
	struct fifo *fifo = kzalloc(sizeof(*fifo), GFP_KERNEL_ACCOUNT);

	if (!fifo)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&fifo->queue);
	return fifo;
}

static void fifo_destroy(void *state)
{
	kfree(state);
}

static void fifo_insert(void *state, struct vmlab_frame *frame,
			bool accessed)
{
	struct fifo *fifo = state;

	list_add_tail(&frame->link, &fifo->queue);
}

static void fifo_remove(void *state, struct vmlab_frame *frame)
{
	list_del(&frame->link);
}

static void fifo_access(void *state, struct vmlab_frame *frame)
{
}

static struct vmlab_frame *fifo_victim(void *state, struct vmlab_frame *prev)
{
	struct list_head *queue = &((struct fifo *)state)->queue;
	struct list_head *next = prev ? prev->link.next : queue->next;

	return next == queue ? NULL : list_entry(next, struct vmlab_frame, link);
}

const struct vmlab_policy vmlab_policy_fifo = {
	.name		= "fifo",
	.id		= VMLAB_POLICY_FIFO,
	.create		= fifo_create,
	.destroy	= fifo_destroy,
	.insert		= fifo_insert,
	.remove		= fifo_remove,
	.access		= fifo_access,
	.victim		= fifo_victim,
};
