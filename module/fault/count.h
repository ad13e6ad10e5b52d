/* SPDX-License-Identifier: GPL-2.0 */
/* Statistics, tracepoint and event of each fault. */
#ifndef VMLAB_FAULT_COUNT_H
#define VMLAB_FAULT_COUNT_H

#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/tracepoint-defs.h>

#include "compat.h"
#include "types.h"

DECLARE_TRACEPOINT(vmlab_fault);
DECLARE_TRACEPOINT(vmlab_mkwrite);

unsigned int vmlab_latency_bucket(u64 ns);
void vmlab_observe_fault(struct vmlab_space *space, const struct vm_fault *vmf,
			 u32 outcome, bool writable, u64 begin);
void vmlab_observe_mkwrite(struct vmlab_space *space, pgoff_t pgoff);

/* Is more wanted of each fault than to count it?  Then it is timed, too. */
static __always_inline bool vmlab_fault_observed(const struct vmlab_space *space)
{
	return READ_ONCE(space->latency) ||
	       READ_ONCE(space->events.mask) & (BIT(VMLAB_EVENT_FAULT) |
						BIT(VMLAB_EVENT_MKWRITE)) ||
	       tracepoint_enabled(vmlab_fault) ||
	       tracepoint_enabled(vmlab_mkwrite);
}

/* Return the time at which a fault begins, or 0 when it is only counted. */
static __always_inline u64 vmlab_fault_begin(const struct vmlab_space *space)
{
	return unlikely(vmlab_fault_observed(space)) ? ktime_get_ns() : 0;
}

/*
 * Record the end of a fault with an outcome VMLAB_FAULT_*.  @writable says whether
 * it made its frame writable in the mapping.  @begin is from vmlab_fault_begin().
 */
static __always_inline void
vmlab_count_fault(struct vmlab_space *space, const struct vm_fault *vmf,
		  u32 outcome, bool writable, u64 begin)
{
	struct vmlab_counters __percpu *counters = space->counters;

	if (vmf->flags & FAULT_FLAG_WRITE) {
		this_cpu_inc(counters->write_faults);
		if (unlikely(!(vmf->vma->vm_flags & VM_SHARED)))
			this_cpu_inc(counters->cow_faults);
		if (writable)
			this_cpu_inc(counters->mkwrite);
	} else {
		this_cpu_inc(counters->read_faults);
	}
	if (vmf->flags & VMLAB_FAULT_VMA_LOCK)
		this_cpu_inc(counters->vma_lock_faults);
	if (unlikely(begin))
		vmlab_observe_fault(space, vmf, outcome, writable, begin);
}

/* Record that a frame becomes writable in a mapping, without a fault of ours. */
static inline void vmlab_count_mkwrite(struct vmlab_space *space, pgoff_t pgoff)
{
	vmlab_count(space, mkwrite);
	if (unlikely(vmlab_fault_observed(space)))
		vmlab_observe_mkwrite(space, pgoff);
}

#endif /* VMLAB_FAULT_COUNT_H */
