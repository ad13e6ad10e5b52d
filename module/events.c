// SPDX-License-Identifier: GPL-2.0
/*
 * Events of a space for read(2).  A full ring drops new events; the next event
 * that finds room carries the number of dropped ones, and when none follows, the
 * reader gets a VMLAB_EVENT_LOST.
 */
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "events.h"
#include "user.h"

/**
 * vmlab_events_init() - initialise a ring that records no events
 * @events: the events of a new space
 *
 * Context: any.
 */
void vmlab_events_init(struct vmlab_event_ring *events)
{
	spin_lock_init(&events->lock);
	mutex_init(&events->reader);
	init_waitqueue_head(&events->wait);
}

/**
 * vmlab_events_destroy() - free the ring
 * @events: the events of a space that is destroyed
 *
 * Context: process context, may sleep.
 */
void vmlab_events_destroy(struct vmlab_event_ring *events)
	__context_unsafe(/* no other task has the space any more */)
{
	kvfree(events->ring);
	vmlab_user_uncharge(events->user, VMLAB_USER_EVENTS, events->nr);
	if (events->ns)
		put_pid_ns(events->ns);
}

/*
 * Put an event in the ring, if events of its type are recorded and there is room.
 * The caller holds the lock.
 */
static __always_inline void event_put(struct vmlab_event_ring *events,
				      u64 time_ns, u32 type, pgoff_t pgoff,
				      u32 arg, u64 cost_ns, s32 tgid, s32 tid)
	__must_hold(&events->lock)
{
	struct vmlab_event *event;

	if (!(events->mask & BIT(type)))
		return;
	if (events->head - events->tail == events->nr) {
		events->lost++;
		return;
	}
	event = &events->ring[events->head++ % events->nr];
	event->time_ns = time_ns;
	event->pgoff = pgoff;
	event->cost_ns = cost_ns;
	event->lost = events->lost;
	event->type = type;
	event->arg = arg;
	event->tgid = tgid;
	event->tid = tid;
	events->lost = 0;
}

/*
 * Return the id of the current task or process, by which its reader knows it.  The
 * caller holds the lock, and events are on.
 */
static __always_inline s32 event_pid(const struct vmlab_event_ring *events,
				     bool thread)
	__must_hold(&events->lock)
{
	if (unlikely(current->flags & PF_KTHREAD) || !events->ns)
		return 0;
	if (likely(events->ns == &init_pid_ns))
		return thread ? current->pid : current->tgid;
	return pid_nr_ns(thread ? task_pid(current) : task_tgid(current),
			 events->ns);
}

static __always_inline void event_wake(struct vmlab_event_ring *events)
{
	if (wq_has_sleeper(&events->wait))
		wake_up_interruptible(&events->wait);
}

/**
 * __vmlab_event() - put an event in the ring
 * @events: the events of the space
 * @type: VMLAB_EVENT_*
 * @pgoff: offset in the space, pages
 * @arg: its meaning depends on @type
 *
 * Context: any but interrupts.
 */
void __vmlab_event(struct vmlab_event_ring *events, u32 type, pgoff_t pgoff,
		   u32 arg)
{
	const u64 now = ktime_get_ns();

	spin_lock(&events->lock);
	event_put(events, now, type, pgoff, arg, 0, event_pid(events, false),
		  event_pid(events, true));
	spin_unlock(&events->lock);
	event_wake(events);
}

/**
 * __vmlab_event_fault() - put the events of a fault in the ring
 * @events: the events of the space
 * @now: time at which it ended, ktime_get_ns()
 * @pgoff: offset in the space, pages
 * @outcome: VMLAB_FAULT_*
 * @ns: its duration
 * @writable: whether its frame became writable in the mapping
 *
 * Context: any but interrupts.
 */
void __vmlab_event_fault(struct vmlab_event_ring *events, u64 now,
			 pgoff_t pgoff, u32 outcome, u64 ns, bool writable)
{
	s32 tgid, tid;

	spin_lock(&events->lock);
	tgid = event_pid(events, false);
	tid = event_pid(events, true);
	event_put(events, now, VMLAB_EVENT_FAULT, pgoff, outcome, ns, tgid,
		  tid);
	if (writable)
		event_put(events, now, VMLAB_EVENT_MKWRITE, pgoff, 0, 0, tgid,
			  tid);
	spin_unlock(&events->lock);
	event_wake(events);
}

static bool vmlab_events_ready(struct vmlab_event_ring *events)
{
	return vmlab_read_unlocked(events->head) != vmlab_read_unlocked(events->tail) ||
	       vmlab_read_unlocked(events->lost) || !READ_ONCE(events->mask);
}

/*
 * Look at the next event.  Returns 1, 0 when there is none, -EINVAL when events
 * are off.  *@epoch is for vmlab_events_advance().
 */
static int vmlab_events_peek(struct vmlab_event_ring *events,
			     struct vmlab_event *event, u64 *epoch)
{
	int ret = 1;

	spin_lock(&events->lock);
	*epoch = events->epoch;
	if (!events->mask) {
		ret = -EINVAL;
	} else if (events->head != events->tail) {
		*event = events->ring[events->tail % events->nr];
	} else if (events->lost) {
		*event = (struct vmlab_event){
			.time_ns = ktime_get_ns(),
			.type = VMLAB_EVENT_LOST,
			.lost = events->lost,
		};
	} else {
		ret = 0;
	}
	spin_unlock(&events->lock);
	return ret;
}

/* Remove an event that was copied to user space, unless the ring was replaced. */
static void vmlab_events_advance(struct vmlab_event_ring *events,
				 const struct vmlab_event *event, u64 epoch)
{
	spin_lock(&events->lock);
	if (events->epoch == epoch) {
		if (event->type != VMLAB_EVENT_LOST)
			events->tail++;
		else if (events->head == events->tail)
			events->lost -= event->lost;
		else
			/* The first event put in meanwhile took the number. */
			events->ring[events->tail % events->nr].lost -=
				event->lost;
	}
	spin_unlock(&events->lock);
}

static int vmlab_events_wait(struct vmlab_event_ring *events)
{
	return wait_event_interruptible(events->wait,
					vmlab_events_ready(events));
}

/*
 * Copy events that are there.  Returns bytes copied, 0 when there is none, or
 * -EINVAL, -EFAULT.  The caller holds the reader lock.
 */
static ssize_t vmlab_events_copy(struct vmlab_event_ring *events,
				 char __user *buf, size_t size)
	__must_hold(&events->reader)
{
	struct vmlab_event event;
	ssize_t done = 0;
	u64 epoch;
	int ret;

	while (size - done >= sizeof(event)) {
		/* At least one, or the caller would wait for what is there. */
		if (done && signal_pending(current))
			break;
		ret = vmlab_events_peek(events, &event, &epoch);
		if (!ret)
			break;
		if (ret < 0)
			return done ?: ret;
		if (copy_to_user(buf + done, &event, sizeof(event)))
			return done ?: -EFAULT;
		vmlab_events_advance(events, &event, epoch);
		done += sizeof(event);
		cond_resched();
	}
	return done;
}

/**
 * vmlab_events_read() - read(2) of /dev/vmlab
 * @events: the events of the file's space
 * @file: the file
 * @buf: buffer of the caller
 * @size: its length, bytes
 *
 * Context: process context, may sleep.
 * Return: bytes read: whole events; or -EINVAL, -EAGAIN, -EFAULT, -ERESTARTSYS.
 */
ssize_t vmlab_events_read(struct vmlab_event_ring *events, struct file *file,
			  char __user *buf, size_t size)
{
	ssize_t done;
	int ret;

	if (size < sizeof(struct vmlab_event))
		return -EINVAL;
	for (;;) {
		/* One reader at a time: what cannot be copied stays. */
		if (file->f_flags & O_NONBLOCK) {
			if (!mutex_trylock(&events->reader))
				return -EAGAIN;
		} else if (mutex_lock_interruptible(&events->reader)) {
			return -ERESTARTSYS;
		}
		done = vmlab_events_copy(events, buf, size);
		mutex_unlock(&events->reader);
		if (done)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = vmlab_events_wait(events);
		if (ret)
			return ret;
	}
}

/**
 * vmlab_events_poll() - poll(2) of /dev/vmlab
 * @events: the events of the file's space
 * @file: the file
 * @wait: poll table
 *
 * Context: process context.
 * Return: EPOLLIN when there is an event, EPOLLERR when events are off.
 */
__poll_t vmlab_events_poll(struct vmlab_event_ring *events, struct file *file,
			   poll_table *wait)
{
	poll_wait(file, &events->wait, wait);
	if (!READ_ONCE(events->mask))
		return EPOLLERR;
	return vmlab_events_ready(events) ? EPOLLIN | EPOLLRDNORM : 0;
}

/**
 * vmlab_events_config() - choose the events that are recorded, and drop all
 *	unread ones
 * @events: the events of a space
 * @mask: VMLAB_EVENT_* as bits; 0 switches events off
 * @nr: capacity of the ring, 0 with a @mask of 0
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or -EDQUOT when the user has room for as many events as the
 * limit allows.
 */
int vmlab_events_config(struct vmlab_event_ring *events, u32 mask, u32 nr)
{
	struct vmlab_event *ring = NULL;
	struct pid_namespace *ns = NULL;
	int ret;

	ret = vmlab_user_charge(events->user, VMLAB_USER_EVENTS, nr);
	if (ret)
		return ret;
	if (mask) {
		ring = kvcalloc(nr, sizeof(*ring), GFP_KERNEL_ACCOUNT);
		if (!ring) {
			vmlab_user_uncharge(events->user, VMLAB_USER_EVENTS,
					    nr);
			return -ENOMEM;
		}
		ns = get_pid_ns(task_active_pid_ns(current));
	}

	spin_lock(&events->lock);
	swap(events->ring, ring);
	swap(events->ns, ns);
	swap(events->nr, nr);
	events->epoch++;
	events->head = 0;
	events->tail = 0;
	events->lost = 0;
	WRITE_ONCE(events->mask, mask);
	spin_unlock(&events->lock);
	wake_up_interruptible(&events->wait);

	vmlab_user_uncharge(events->user, VMLAB_USER_EVENTS, nr);
	kvfree(ring);
	if (ns)
		put_pid_ns(ns);
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_events_config);
