/* SPDX-License-Identifier: GPL-2.0 */
/* Record the accesses of a command to a sample of its pages. */
#ifndef VMLAB_RUN_ACCESSES_H
#define VMLAB_RUN_ACCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/mrc.h"
#include "run/session.h"

/**
 * struct accesses - the processes of a command that is sampled
 * @sample: the rate to begin with, as vmlab_paging.sample
 * @max_pages: the rate of a process drops when more pages are tracked; 0: it stays
 * @adapt: when faults take much of the time, or events are lost, each thread keeps more
 *	pages mapped, and then the rate drops too
 * @keep: pages that a thread keeps to begin with, as vmlab_paging.sample_keep
 * @process, @nr, @room: each space, also of those that ended
 * @spaces, @nr_spaces, @spaces_room: those that did not end, the time in faults at
 *	their begin and at the last tick, and their counters when it was decided last
 *	whether their threads keep more pages, and when that was
 * @lost: events lost
 * @in_faults_ns: time in the fault handler, of all threads, of the spaces that ended
 * @observer: for run_plan.observer
 */
struct accesses {
	uint32_t sample;
	size_t max_pages;
	bool adapt;
	uint32_t keep;
	struct mrc_process **process;
	size_t nr, room;
	struct sampled_space {
		const struct vmlab_space *space;
		struct mrc_process *process;
		uint64_t begin_ns, in_faults_ns, early_ns;
		struct vmlab_space_stats early;
		bool lost;
	} *spaces;
	size_t nr_spaces, spaces_room;
	uint64_t lost;
	uint64_t in_faults_ns;
	struct run_observer observer;
};

/** accesses_plan - set up @plan so that the accesses of its command are recorded */
void accesses_plan(struct accesses *a, struct run_plan *plan);

/** accesses_free - free the memory */
void accesses_free(struct accesses *a);

#endif /* VMLAB_RUN_ACCESSES_H */
