// SPDX-License-Identifier: GPL-2.0
/* Which pages are resident, followed by the events of a space. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/replay.h"

int residency_init(struct residency *r, size_t room)
{
	*r = (struct residency){ .room = room };
	r->resident = calloc(room, sizeof(*r->resident));
	r->evicted = calloc(room, sizeof(*r->evicted));
	if (r->resident && r->evicted)
		return 0;
	residency_free(r);
	return -ENOMEM;
}

void residency_free(struct residency *r)
{
	free(r->resident);
	free(r->evicted);
	*r = (struct residency){ 0 };
}

void residency_step(struct residency *r)
{
	r->fault = false;
	r->nr_evicted = 0;
}

static void remove_resident(struct residency *r, uint64_t page)
{
	size_t at = 0;

	while (at < r->nr_resident && r->resident[at] != page)
		at++;
	if (at == r->nr_resident)
		return;
	r->nr_resident--;
	memmove(r->resident + at, r->resident + at + 1,
		(r->nr_resident - at) * sizeof(*r->resident));
}

int residency_apply(struct residency *r, const struct vmlab_event *event)
{
	if (event->lost)
		return -EOVERFLOW;
	switch (event->type) {
	case VMLAB_EVENT_FAULT:
		if (event->arg != VMLAB_FAULT_FILLED)
			return 0;
		if (r->nr_resident == r->room)
			return -EOVERFLOW;
		r->fault = true;
		r->resident[r->nr_resident++] = event->pgoff;
		return 0;
	case VMLAB_EVENT_EVICT:
		if (r->nr_evicted == r->room)
			return -EOVERFLOW;
		remove_resident(r, event->pgoff);
		r->evicted[r->nr_evicted++] = event->pgoff;
		return 0;
	default:
		return 0;
	}
}

struct replay_step residency_result(const struct residency *r, uint64_t page)
{
	return (struct replay_step){
		.page = page,
		.fault = r->fault,
		.evicted = r->evicted,
		.nr_evicted = r->nr_evicted,
		.resident = r->resident,
		.nr_resident = r->nr_resident,
	};
}
