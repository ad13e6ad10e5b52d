/* SPDX-License-Identifier: GPL-2.0 */
/* Replaying a reference string on a space. */
#ifndef VMLAB_PAGING_REPLAY_H
#define VMLAB_PAGING_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmlab.h"
#include "model/reference.h"
#include "model/replay.h"
#include "sys/failure.h"

/**
 * struct replay - a reference string to replay
 * @ref: the string
 * @seed: of VMLAB_POLICY_RANDOM
 * @clock_load_0: VMLAB_POLICY_CLOCK fills frames with a clear reference bit
 * @lfu_ties_lru: VMLAB_POLICY_LFU evicts the least recently used of equals
 * @keep_log: fill the logs of the outcomes
 * @on_progress: called now and then with the accesses made, or NULL
 * @arg: passed to @on_progress
 */
struct replay {
	struct reference ref;
	uint64_t seed;
	bool clock_load_0;
	bool lfu_ties_lru;
	bool keep_log;
	void (*on_progress)(void *arg, const struct replay_outcome *outcome,
			    size_t done);
	void *arg;
};

/**
 * replay_run - access the pages of a new space in the order of the string
 * @outcome: [in] @policy, @policy_id and @frames [out] the counters and the log
 * @failure: [out] the reason on failure
 *
 * Return: 0 or a negative errno.
 */
int replay_run(const struct vmlab *lab, const struct replay *replay,
	       struct replay_outcome *outcome, struct failure *failure);

#endif /* VMLAB_PAGING_REPLAY_H */
