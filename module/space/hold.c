// SPDX-License-Identifier: GPL-2.0
/*
 * Hold a space: faults wait, so that a clone has all pages as of one instant.
 *
 * VMLAB_CLONE_HOLD holds the source before the first page is copied.  When a page is
 * copied, its entries are removed.  A task that accesses it from then on faults, and waits
 * until the hold ends.  So what a task writes is in the clone up to one point, and what it
 * writes after that is not: as with fork(2), where a write to a page that was copied
 * waits for mmap_lock.  Writes through entries that are there and writable go on.
 *
 * A hold ends when the clone is mapped, or a descriptor of it closed, and after
 * VMLAB_HOLD_TIME at the latest.  Faults of system calls do not wait: a task that could
 * stall the kernel at an address of its choice could win races there.  Nor do those of
 * the task that cloned.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "compat.h"
#include "space/hold.h"
#include "space/space.h"

/* From the end of the request; until then a fault tries again as often. */
#define VMLAB_HOLD_TIME		HZ

/* How long has a fault to wait, in jiffies?  0: the space is not held. */
static long hold_left(struct vmlab_space *space)
{
	unsigned long until;

	/* Pairs with vmlab_hold_begin(). */
	if (!smp_load_acquire(&space->hold.owner))
		return 0;
	until = READ_ONCE(space->hold.until);
	return until ? max((long)(until - jiffies), 0L) : VMLAB_HOLD_TIME;
}

/**
 * vmlab_hold_begin() - let faults of other tasks wait
 * @space: the space
 * @clone: number of the clone that holds it
 *
 * Context: process context.
 * Return: 0, or -EBUSY when another clone holds it.
 */
int vmlab_hold_begin(struct vmlab_space *space, u64 clone)
{
	struct vmlab_hold *hold = &space->hold;
	int ret = -EBUSY;

	spin_lock(&hold->wait.lock);
	if (!hold_left(space)) {
		WRITE_ONCE(hold->until, 0);
		hold->clone = clone;
		/* After @until: pairs with hold_left(). */
		smp_store_release(&hold->owner, current);
		ret = 0;
	}
	spin_unlock(&hold->wait.lock);
	/*
	 * Either a fault sees the owner, or the request sees the frame that the fault
	 * published before: pairs with fault_serve() and vmlab_huge_fault().
	 */
	smp_mb();
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_hold_begin);

/**
 * vmlab_hold_limit() - limit the time of a hold from now on
 * @space: the space
 * @clone: the clone that holds it; or, if it does no longer, nothing happens
 *
 * Context: process context.
 */
void vmlab_hold_limit(struct vmlab_space *space, u64 clone)
{
	struct vmlab_hold *hold = &space->hold;

	spin_lock(&hold->wait.lock);
	if (hold->clone == clone)
		WRITE_ONCE(hold->until, (jiffies + VMLAB_HOLD_TIME) ?: 1);
	spin_unlock(&hold->wait.lock);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_hold_limit);

/**
 * vmlab_hold_end() - let faults go on
 * @space: the space
 * @clone: the clone that holds it, if it still does; 0 for any
 *
 * Context: process context.
 */
void vmlab_hold_end(struct vmlab_space *space, u64 clone)
{
	struct vmlab_hold *hold = &space->hold;

	spin_lock(&hold->wait.lock);
	if (!clone || hold->clone == clone) {
		WRITE_ONCE(hold->owner, NULL);
		wake_up_all_locked(&hold->wait);
	}
	spin_unlock(&hold->wait.lock);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_hold_end);

/**
 * __vmlab_held() - vmlab_held() for a space that is probably held
 * @space: the space
 * @flags: FAULT_FLAG_* of the fault
 *
 * Context: any.
 * Return: whether the fault has to wait.
 */
bool __vmlab_held(struct vmlab_space *space, unsigned int flags)
{
	return flags & FAULT_FLAG_USER && vmlab_fault_may_end(flags) &&
	       READ_ONCE(space->hold.owner) != current && hold_left(space);
}
VMLAB_EXPORT_FOR_KUNIT(__vmlab_held);

/**
 * vmlab_hold_wait() - wait until a space is not held, without the lock of the fault
 * @space: the space
 * @vmf: a fault for which vmlab_held() is true
 *
 * Context: a page fault, may sleep, until the hold ends or the task is killed.  It holds
 * no other lock, and the VMA may be gone afterwards.
 * Return: VM_FAULT_RETRY.
 */
vm_fault_t vmlab_hold_wait(struct vmlab_space *space, struct vm_fault *vmf)
{
	long left = hold_left(space);

	/* The file of the VMA has a reference until the lock is dropped. */
	kref_get(&space->ref);
	vmlab_fault_unlock(vmf);
	if (left)
		wait_event_killable_timeout(space->hold.wait,
					    !hold_left(space), left);
	vmlab_space_put_later(space);
	return VM_FAULT_RETRY;
}
