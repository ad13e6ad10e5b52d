/* SPDX-License-Identifier: GPL-2.0 */
/* Replaying a reference string on a space in stepping mode. */
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
 * @write: write to each page instead of reading it
 * @on_step: called after each access, or NULL to only count
 * @arg: passed to @on_step
 */
struct replay {
	struct reference ref;
	uint64_t seed;
	bool write;
	void (*on_step)(void *arg, size_t number, const struct replay_step *step);
	void *arg;
};

/**
 * replay_run - access the pages of a new space in the order of the string
 * @outcome: [in] @policy, @policy_id and @frames [out] the counters
 * @failure: [out] the reason on failure
 *
 * Return: 0 or a negative errno.
 */
int replay_run(const struct vmlab *lab, const struct replay *replay,
	       struct replay_outcome *outcome, struct failure *failure);

#endif /* VMLAB_PAGING_REPLAY_H */
