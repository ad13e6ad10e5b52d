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
 * vmlab_observe_fault() - record the end of a fault, besides counting it
 * @space: the space
 * @vmf: the fault
 * @outcome: VMLAB_FAULT_*
 * @writable: the fault made its frame writable in the mapping
 * @begin: time at which it began, ktime_get_ns()
 *
 * Context: process context.
 */
void vmlab_observe_fault(struct vmlab_space *space, const struct vm_fault *vmf,
			 u32 outcome, bool writable, u64 begin)
{
	const u64 end = ktime_get_ns(), ns = end - begin;

	trace_vmlab_fault(space->id, vmf, outcome, ns);
	if (writable)
		trace_vmlab_mkwrite(space->id, vmf->pgoff);
	vmlab_event_fault(&space->events, end, vmf->pgoff, outcome, ns,
			  writable);
	if (READ_ONCE(space->latency)) {
		this_cpu_add(space->counters->latency_ns_sum, ns);
		this_cpu_inc(space->counters->latency[vmlab_latency_bucket(ns)]);
	}
}

/**
 * vmlab_observe_mkwrite() - record that a frame becomes writable in a mapping
 * @space: the space
 * @pgoff: offset in the space, pages
 *
 * Context: process context.
 */
void vmlab_observe_mkwrite(struct vmlab_space *space, pgoff_t pgoff)
{
	trace_vmlab_mkwrite(space->id, pgoff);
	vmlab_event(&space->events, VMLAB_EVENT_MKWRITE, pgoff, 0);
}
