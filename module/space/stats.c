// SPDX-License-Identifier: GPL-2.0
/* Sums of the statistics of a space.  counters.h lists the counters. */
#include <linux/cpumask.h>

#include "compat.h"
#include "frame/vmas.h"
#include "space/stats.h"

#define SUM(name, unit) stats->name += READ_ONCE(c->name);

/**
 * vmlab_space_stats() - sum the statistics of all CPUs
 * @space: the space
 * @stats: filled in, but for its size and flags
 *
 * Context: process context.  Counters can change meanwhile; each is read once.
 */
void vmlab_space_stats(struct vmlab_space *space,
		       struct vmlab_space_stats *stats)
{
	unsigned int cpu, i;

	stats->space_id = space->id;
	stats->frames = atomic_long_read(&space->frames.nr);
	stats->frames_peak = atomic_long_read(&space->frames.nr_peak);
	stats->frames_dirty = atomic_long_read(&space->frames.nr_dirty);
	stats->frames_shared = atomic_long_read(&space->frames.nr_shared);
	stats->vmas = vmlab_vmas_count(space);

	for_each_possible_cpu(cpu) {
		const struct vmlab_counters *c =
			per_cpu_ptr(space->counters, cpu);

		VMLAB_SPACE_COUNTERS(SUM)
		for (i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
			stats->latency[i] += READ_ONCE(c->latency[i]);
	}
	/* ->close would keep VMAs from merging again after a split. */
	stats->vma_close = stats->vma_open > stats->vmas ?
			   stats->vma_open - stats->vmas : 0;
	stats->faults = stats->filled + stats->mapped + stats->sigbus +
			stats->oom + stats->interrupted + stats->error;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_stats);

/**
 * vmlab_space_paging_stats() - sum the statistics of paging of all CPUs
 * @space: the space
 * @stats: filled in, but for its size and flags
 *
 * Context: process context.  Counters can change meanwhile; each is read once.
 */
void vmlab_space_paging_stats(struct vmlab_space *space,
			      struct vmlab_paging_stats *stats)
{
	unsigned int cpu, i;

	stats->charged = READ_ONCE(space->pager.charged);

	for_each_possible_cpu(cpu) {
		const struct vmlab_counters *c =
			per_cpu_ptr(space->counters, cpu);

		VMLAB_PAGING_COUNTERS(SUM)
		for (i = 0; i < VMLAB_DISTANCE_BUCKETS; i++)
			stats->refault_distance[i] +=
				READ_ONCE(c->refault_distance[i]);
	}
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_paging_stats);
