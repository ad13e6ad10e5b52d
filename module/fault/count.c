// SPDX-License-Identifier: GPL-2.0
/* Statistics, tracepoint and event of each fault. */
#include <linux/ktime.h>
#include <linux/mm.h>

#include "compat.h"
#include "events.h"
#include "fault/count.h"
#include "trace.h"

/**
 * vmlab_latency_bucket() - return the bucket of a duration in the histogram
 * @ns: nanoseconds
 *
 * Context: any.
 * Return: floor(log2(@ns)), 0 for 0, at most VMLAB_LATENCY_BUCKETS - 1.
 */
unsigned int vmlab_latency_bucket(u64 ns)
{
	return min_t(unsigned int, ns ? fls64(ns) - 1 : 0,
		     VMLAB_LATENCY_BUCKETS - 1);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_latency_bucket);

/**
 * vmlab_count_fault() - record the end of a fault
 * @space: the space
 * @vmf: the fault
 * @outcome: VMLAB_FAULT_*
 * @begin: ktime_get_ns() at its start
 *
 * Context: process context.
 */
void vmlab_count_fault(struct vmlab_space *space, const struct vm_fault *vmf,
		       u32 outcome, u64 begin)
{
	u64 ns = ktime_get_ns() - begin;

	if (vmf->flags & FAULT_FLAG_WRITE) {
		vmlab_count(space, write_faults);
		if (!(vmf->vma->vm_flags & VM_SHARED))
			vmlab_count(space, cow_faults);
	} else {
		vmlab_count(space, read_faults);
	}
	if (vmf->flags & VMLAB_FAULT_VMA_LOCK)
		vmlab_count(space, vma_lock_faults);

	trace_vmlab_fault(space->id, vmf, outcome, ns);
	vmlab_event(&space->events, VMLAB_EVENT_FAULT, vmf->pgoff, outcome,
		    ns);
	this_cpu_add(space->counters->latency_ns_sum, ns);
	this_cpu_inc(space->counters->latency[vmlab_latency_bucket(ns)]);
}

/**
 * vmlab_count_mkwrite() - record that a frame becomes writable in a mapping
 * @space: the space
 * @pgoff: offset in the space, pages
 *
 * Context: process context.
 */
void vmlab_count_mkwrite(struct vmlab_space *space, pgoff_t pgoff)
{
	vmlab_count(space, mkwrite);
	trace_vmlab_mkwrite(space->id, pgoff);
	vmlab_event(&space->events, VMLAB_EVENT_MKWRITE, pgoff, 0, 0);
}
