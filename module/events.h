/* SPDX-License-Identifier: GPL-2.0 */
/* Events of a space for read(2). */
#ifndef VMLAB_EVENTS_H
#define VMLAB_EVENTS_H

#include <linux/poll.h>

#include "types.h"

struct file;

void vmlab_events_init(struct vmlab_event_ring *events);
void vmlab_events_destroy(struct vmlab_event_ring *events);
void __vmlab_event(struct vmlab_event_ring *events, u32 type, pgoff_t pgoff,
		   u32 arg);
void __vmlab_event_fault(struct vmlab_event_ring *events, u64 now,
			 pgoff_t pgoff, u32 outcome, u64 ns, bool writable);
ssize_t vmlab_events_read(struct vmlab_event_ring *events, struct file *file,
			  char __user *buf, size_t size);
__poll_t vmlab_events_poll(struct vmlab_event_ring *events, struct file *file,
			   poll_table *wait);
int vmlab_events_config(struct vmlab_event_ring *events, u32 mask, u32 nr);

/* Record an event, if events of its type are.  Context: any but interrupts. */
static inline void vmlab_event(struct vmlab_event_ring *events, u32 type,
			       pgoff_t pgoff, u32 arg)
{
	if (unlikely(READ_ONCE(events->mask) & BIT(type)))
		__vmlab_event(events, type, pgoff, arg);
}

/* Record the events of a fault, likewise: see __vmlab_event_fault(). */
static inline void vmlab_event_fault(struct vmlab_event_ring *events, u64 now,
				     pgoff_t pgoff, u32 outcome, u64 ns,
				     bool writable)
{
	if (READ_ONCE(events->mask) & (BIT(VMLAB_EVENT_FAULT) |
				       BIT(VMLAB_EVENT_MKWRITE)))
		__vmlab_event_fault(events, now, pgoff, outcome, ns, writable);
}

#endif /* VMLAB_EVENTS_H */
