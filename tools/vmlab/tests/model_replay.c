// SPDX-License-Identifier: GPL-2.0
/* Which pages are resident after each event. */
#include <errno.h>

#include "model/replay.h"
#include "tap.h"

static int apply(struct residency *r, uint32_t type, uint32_t arg,
		 uint64_t page, uint64_t lost)
{
	const struct vmlab_event event = {
		.type = type,
		.arg = arg,
		.pgoff = page,
		.lost = lost,
	};

	return residency_apply(r, &event);
}

static void test_residency(void)
{
	struct replay_step step;
	struct residency r;

	is(residency_init(&r, 2), 0, "room for two pages");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 7, 0), 0, "fill 7");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 8, 0), 0, "fill 8");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 7, 0), 0, "map 7");
	step = residency_result(&r, 7);
	ok(!step.fault && !step.nr_evicted, "a resident page is no fault");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_EVICT, 0, 7, 0), 0, "evict 7");
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 9, 0), 0, "fill 9");
	step = residency_result(&r, 9);
	ok(step.fault && step.page == 9, "a filled page is a fault");
	ok(step.nr_evicted == 1 && step.evicted[0] == 7, "7 was evicted");
	ok(step.nr_resident == 2 && step.resident[0] == 8 &&
	   step.resident[1] == 9, "8 and 9 are resident, 8 for longer");
	ok(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 5, 0) == -EOVERFLOW,
	   "more pages than room");
	ok(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 9, 1) == -EOVERFLOW,
	   "events were lost");
	residency_free(&r);
}

int main(void)
{
	test_residency();
	return tap_done();
}
