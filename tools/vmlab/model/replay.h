/* SPDX-License-Identifier: GPL-2.0 */
/* The results of replaying a reference string: each access, and the totals. */
#ifndef VMLAB_MODEL_REPLAY_H
#define VMLAB_MODEL_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmlab.h"

/**
 * struct replay_outcome - one run of a reference string
 * @name: of the policy
 * @policy, @policy_id: the policy, as in struct vmlab_paging
 * @frames: the budget
 * @faults: accesses whose page was not resident
 * @evicted: pages evicted
 * @stored: evictions that saved the contents to the swap store
 */
struct replay_outcome {
	const char *name;
	uint32_t policy;
	uint32_t policy_id;
	uint64_t frames;
	uint64_t faults;
	uint64_t evicted;
	uint64_t stored;
};

/**
 * struct replay_step - one access
 * @page: the page accessed
 * @fault: whether it had to be filled
 * @evicted, @nr_evicted: pages evicted by this access
 * @resident, @nr_resident: pages resident after it, the longest resident first
 */
struct replay_step {
	uint64_t page;
	bool fault;
	const uint64_t *evicted;
	size_t nr_evicted;
	const uint64_t *resident;
	size_t nr_resident;
};

/** struct residency - which pages are resident, followed by the events of a space */
struct residency {
	uint64_t *resident;
	size_t nr_resident;
	uint64_t *evicted; /* since residency_step() */
	size_t nr_evicted;
	size_t room; /* of each array */
	bool fault; /* since residency_step() */
};

/**
 * residency_init - begin with no page resident
 * @room: pages that can be resident, or evicted in one step
 *
 * Return: 0 or -ENOMEM.
 */
int residency_init(struct residency *r, size_t room);

/** residency_free - free what residency_init() allocated */
void residency_free(struct residency *r);

/** residency_step - begin the next access: forget the faults and evictions of the last */
void residency_step(struct residency *r);

/**
 * residency_apply - follow one event
 * @event: VMLAB_EVENT_FAULT and VMLAB_EVENT_EVICT change what is resident
 *
 * Return: 0, or -EOVERFLOW when events before @event were lost or there are
 * more pages than room.
 */
int residency_apply(struct residency *r, const struct vmlab_event *event);

/** residency_result - return the step for an access of @page, valid until the next call on @r */
struct replay_step residency_result(const struct residency *r, uint64_t page);

#endif /* VMLAB_MODEL_REPLAY_H */
