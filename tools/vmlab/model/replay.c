// SPDX-License-Identifier: GPL-2.0
/* What each access of a reference string changed, and which pages are resident. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/replay.h"
#include "sys/xalloc.h"

int replay_log_event(struct replay_log *log, const struct vmlab_event *event)
{
	bool evicted = event->type == VMLAB_EVENT_EVICT;

	if (event->lost)
		return -EOVERFLOW;
	if (!evicted && (event->type != VMLAB_EVENT_FAULT ||
			 event->arg != VMLAB_FAULT_FILLED))
		return 0;
	log->change = array_grow(log->change, log->nr, &log->room,
				 sizeof(*log->change));
	log->change[log->nr++] = (struct replay_change){
		.page = event->pgoff,
		.evicted = evicted,
	};
	return 0;
}

void replay_log_step(struct replay_log *log)
{
	log->end = array_grow(log->end, log->nr_steps, &log->step_room,
			      sizeof(*log->end));
	log->end[log->nr_steps++] = log->nr;
}

void replay_log_free(struct replay_log *log)
{
	free(log->change);
	free(log->end);
	*log = (struct replay_log){ 0 };
}

double replay_hit_ratio(const struct replay_outcome *outcome)
{
	if (!outcome->references)
		return 0;
	return (double)(outcome->references - outcome->faults) /
	       (double)outcome->references;
}

bool replay_is_anomaly(const struct replay_outcome *run,
		       const struct replay_outcome *before)
{
	return run->frames > before->frames && run->faults > before->faults;
}

static void push(uint64_t **array, size_t *nr, size_t *room, uint64_t value)
{
	*array = array_grow(*array, *nr, room, sizeof(**array));
	(*array)[(*nr)++] = value;
}

static size_t find(const uint64_t *array, size_t nr, uint64_t value)
{
	size_t at = 0;

	while (at < nr && array[at] != value)
		at++;
	return at;
}

void residency_init(struct residency *r, uint64_t frames)
{
	*r = (struct residency){ 0 };
	while (r->nr_frames < frames)
		push(&r->frame, &r->nr_frames, &r->frame_room, REPLAY_FREE);
}

void residency_free(struct residency *r)
{
	free(r->evicted);
	free(r->resident);
	free(r->frame);
	*r = (struct residency){ 0 };
}

static void evict(struct residency *r, uint64_t page)
{
	size_t at = find(r->resident, r->nr_resident, page);
	size_t frame = find(r->frame, r->nr_frames, page);

	push(&r->evicted, &r->nr_evicted, &r->evicted_room, page);
	if (frame < r->nr_frames)
		r->frame[frame] = REPLAY_FREE;
	if (at == r->nr_resident)
		return;
	r->nr_resident--;
	memmove(r->resident + at, r->resident + at + 1,
		(r->nr_resident - at) * sizeof(*r->resident));
}

static void fill(struct residency *r, uint64_t page)
{
	size_t frame = find(r->frame, r->nr_frames, REPLAY_FREE);

	r->fault = true;
	push(&r->resident, &r->nr_resident, &r->resident_room, page);
	if (frame < r->nr_frames)
		r->frame[frame] = page;
	else
		push(&r->frame, &r->nr_frames, &r->frame_room, page);
}

void residency_step(struct residency *r, const struct replay_log *log,
		    size_t step)
{
	r->fault = false;
	r->nr_evicted = 0;
	for (size_t i = step ? log->end[step - 1] : 0; i < log->end[step]; i++) {
		const struct replay_change *c = &log->change[i];

		if (c->evicted)
			evict(r, c->page);
		else
			fill(r, c->page);
	}
}
