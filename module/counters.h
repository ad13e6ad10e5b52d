/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The statistics of a space, declared once: these lists make the per-CPU
 * structure, the sums (space/stats.c) and the rows of debugfs.
 *
 * x(name, unit): @name is the member of &struct vmlab_space_stats or &struct
 * vmlab_paging_stats of the uapi header, where it is described.
 */
#ifndef VMLAB_COUNTERS_H
#define VMLAB_COUNTERS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include <linux/vmlab.h>

/* Members of struct vmlab_space_stats that are sums over all CPUs. */
#define VMLAB_SPACE_COUNTERS(x)		\
	x(filled, "count")		\
	x(mapped, "count")		\
	x(sigbus, "count")		\
	x(oom, "count")			\
	x(interrupted, "count")		\
	x(error, "count")		\
	x(read_faults, "count")		\
	x(write_faults, "count")	\
	x(cow_faults, "count")		\
	x(mkwrite, "count")		\
	x(vma_lock_faults, "count")	\
	x(remote_access, "count")	\
	x(discarded, "pages")		\
	x(vma_open, "count")		\
	x(vma_mremap, "count")		\
	x(latency_ns_sum, "ns")	\
	x(unshared, "count")

/* The same of struct vmlab_paging_stats. */
#define VMLAB_PAGING_COUNTERS(x)	\
	x(evicted, "pages")		\
	x(stored, "pages")		\
	x(loaded, "pages")		\
	x(refaults, "pages")		\
	x(over_budget, "pages")		\
	x(store_errors, "pages")	\
	x(prefetched, "pages")		\
	x(prefetch_used, "pages")	\
	x(prefetch_wasted, "pages")	\
	x(mapped_around, "count")	\
	x(shrunk, "pages")		\
	x(written_back, "pages")	\
	x(writeback_errors, "count")	\
	x(huge_filled, "count")		\
	x(huge_fallback, "count")	\
	x(huge_evicted, "count")	\
	x(policy_fallbacks, "count")	\
	x(policy_refused, "count")	\
	x(policy_lost, "count")

#define VMLAB_COUNTER(name, unit) u64 name;

/* One CPU's share of the statistics of a space.  Members only grow. */
struct vmlab_counters {
	VMLAB_SPACE_COUNTERS(VMLAB_COUNTER)
	VMLAB_PAGING_COUNTERS(VMLAB_COUNTER)
	u64 refault_distance[VMLAB_DISTANCE_BUCKETS];
	u64 latency[VMLAB_LATENCY_BUCKETS];
};

#undef VMLAB_COUNTER

#define vmlab_count(space, counter) this_cpu_inc((space)->counters->counter)
#define vmlab_count_add(space, counter, nr) \
	this_cpu_add((space)->counters->counter, nr)

#endif /* VMLAB_COUNTERS_H */
