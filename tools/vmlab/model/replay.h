/* SPDX-License-Identifier: GPL-2.0 */
/* The results of replaying a reference string: totals, and what each access changed. */
#ifndef VMLAB_MODEL_REPLAY_H
#define VMLAB_MODEL_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmlab.h"

/**
 * struct replay_log - pages that were filled and evicted, access by access
 * @change: a page that was filled, or @evicted
 * @nr, @room: used and allocated elements of @change
 * @end: for each access, the end of its changes in @change
 * @nr_steps, @step_room: used and allocated elements of @end
 */
struct replay_log {
	struct replay_change {
		uint64_t page;
		bool evicted;
	} *change;
	size_t nr, room;
	size_t *end;
	size_t nr_steps, step_room;
};

/**
 * replay_log_event - add one event of a space to the current access
 * @event: VMLAB_EVENT_FAULT and VMLAB_EVENT_EVICT change what is resident
 *
 * Return: 0, or -EOVERFLOW when events before @event were lost.
 */
int replay_log_event(struct replay_log *log, const struct vmlab_event *event);

/** replay_log_step - end the current access */
void replay_log_step(struct replay_log *log);

/** replay_log_free - free the arrays */
void replay_log_free(struct replay_log *log);

/**
 * struct replay_outcome - one run of a reference string
 * @name: of the policy
 * @policy, @policy_id: the policy, as in struct vmlab_paging
 * @frames: the budget
 * @references: accesses
 * @faults: accesses whose page was not resident
 * @evicted: pages evicted
 * @stored: evictions that saved the contents to the swap store
 * @fallbacks: evictions for which a BPF policy named no page that could be evicted
 * @log: the accesses, when they were asked for
 */
struct replay_outcome {
	const char *name;
	uint32_t policy;
	uint32_t policy_id;
	uint64_t frames;
	uint64_t references;
	uint64_t faults;
	uint64_t evicted;
	uint64_t stored;
	uint64_t fallbacks;
	struct replay_log log;
};

/**
 * struct replay_runs - one run for each policy and each budget
 * @run: the runs of the first policy, by budget, then those of the next
 * @nr_policies, @nr_frames: how many; @nr_policies * @nr_frames runs
 */
struct replay_runs {
	struct replay_outcome *run;
	size_t nr_policies;
	size_t nr_frames;
};

/** replay_hit_ratio - return the part of the accesses that were hits, 0 to 1 */
double replay_hit_ratio(const struct replay_outcome *outcome);

/**
 * replay_is_anomaly - tell whether one frame more causes more faults
 * @run: the run of a policy
 * @before: the run of the same policy with fewer frames
 */
bool replay_is_anomaly(const struct replay_outcome *run,
		       const struct replay_outcome *before);

#define REPLAY_FREE UINT64_MAX

/**
 * struct residency - which pages are resident after an access
 * @fault: the access filled its page
 * @evicted, @nr_evicted: pages evicted by the access
 * @resident, @nr_resident: resident pages, the longest resident first
 * @frame, @nr_frames: the page in each frame, or REPLAY_FREE: a page that is
 *	filled takes the first free frame, so that of the victim
 */
struct residency {
	bool fault;
	uint64_t *evicted;
	size_t nr_evicted, evicted_room;
	uint64_t *resident;
	size_t nr_resident, resident_room;
	uint64_t *frame;
	size_t nr_frames, frame_room;
};

/** residency_init - begin with @frames free frames */
void residency_init(struct residency *r, uint64_t frames);

/** residency_free - free the arrays */
void residency_free(struct residency *r);

/** residency_step - apply the changes of access @step, after those of all before it */
void residency_step(struct residency *r, const struct replay_log *log,
		    size_t step);

#endif /* VMLAB_MODEL_REPLAY_H */
