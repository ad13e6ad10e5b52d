/* SPDX-License-Identifier: GPL-2.0 */
/* Events of a space for read(2). */
#ifndef VMLAB_EVENTS_H
#define VMLAB_EVENTS_H

#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <linux/vmlab.h>

struct pid_namespace;

/**
 * struct vmlab_event_ring - events that were not read yet
 * @mask: which are wanted; 0 when there is no ring.  Read without a lock.
 * @lock: protects what is below
 * @ring: @nr events
 * @nr: room
 * @head: events put in so far
 * @tail: events taken out so far
 * @lost: events that found no room since the last one put in
 * @ns: whose pids are told
 * @wait: readers
 */
struct vmlab_event_ring {
	u32 mask;
	spinlock_t lock;	/* what is below */
	struct vmlab_event *ring;
	u32 nr;
	u64 head;
	u64 tail;
	u64 lost;
	struct pid_namespace *ns;
	wait_queue_head_t wait;
};

struct file;
struct vmlab_space;

void vmlab_events_init(struct vmlab_event_ring *events);
void vmlab_events_destroy(struct vmlab_event_ring *events);
void __vmlab_event(struct vmlab_event_ring *events, u32 type, pgoff_t pgoff,
		   u32 arg, u64 cost_ns);
ssize_t vmlab_events_read(struct vmlab_event_ring *events, struct file *file,
			  char __user *buf, size_t size);
__poll_t vmlab_events_poll(struct vmlab_event_ring *events, struct file *file,
			   poll_table *wait);

/* Tell of an event, unless nobody wants it.  Context: any but interrupts. */
static inline void vmlab_event(struct vmlab_event_ring *events, u32 type,
			       pgoff_t pgoff, u32 arg, u64 cost_ns)
{
	if (unlikely(READ_ONCE(events->mask) & BIT(type)))
		__vmlab_event(events, type, pgoff, arg, cost_ns);
}

#endif /* VMLAB_EVENTS_H */
