// SPDX-License-Identifier: GPL-2.0
/* Which pages are resident after each access. */
#include <errno.h>

#include "model/replay.h"
#include "tap.h"

static int event(struct replay_log *log, uint32_t type, uint32_t arg,
		 uint64_t page, uint64_t lost)
{
	const struct vmlab_event event = {
		.type = type,
		.arg = arg,
		.pgoff = page,
		.lost = lost,
	};

	return replay_log_event(log, &event);
}

/* Fill 7 and 8, map 7, evict 7 for 9. */
static void make_log(struct replay_log *log)
{
	event(log, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 7, 0);
	replay_log_step(log);
	event(log, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 8, 0);
	replay_log_step(log);
	event(log, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 7, 0);
	replay_log_step(log);
	event(log, VMLAB_EVENT_EVICT, 0, 7, 0);
	event(log, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 9, 0);
	replay_log_step(log);
}

static void test_residency(void)
{
	struct replay_log log = { 0 };
	struct residency r;

	make_log(&log);
	is(log.nr_steps, 4, "four accesses");
	residency_init(&r, 2);
	residency_step(&r, &log, 0);
	ok(r.fault && r.frame[0] == 7 && r.frame[1] == REPLAY_FREE,
	   "the first page takes the first frame");
	residency_step(&r, &log, 1);
	residency_step(&r, &log, 2);
	ok(!r.fault && !r.nr_evicted, "a resident page is no fault");
	residency_step(&r, &log, 3);
	ok(r.fault, "a filled page is a fault");
	ok(r.nr_evicted == 1 && r.evicted[0] == 7, "7 was evicted");
	ok(r.nr_resident == 2 && r.resident[0] == 8 && r.resident[1] == 9,
	   "8 and 9 are resident, 8 for longer");
	ok(r.nr_frames == 2 && r.frame[0] == 9 && r.frame[1] == 8,
	   "9 takes the frame of 7");
	ok(event(&log, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 9, 1) ==
	   -EOVERFLOW, "events were lost");
	residency_free(&r);
	replay_log_free(&log);
}

static void test_outcomes(void)
{
	const struct replay_outcome three = {
		.frames = 3, .references = 12, .faults = 9,
	};
	const struct replay_outcome four = {
		.frames = 4, .references = 12, .faults = 10,
	};

	ok(replay_hit_ratio(&three) == 0.25, "3 hits of 12 accesses");
	ok(replay_is_anomaly(&four, &three), "Belady's anomaly");
	ok(!replay_is_anomaly(&three, &four), "not in the other order");
}

int main(void)
{
	test_residency();
	test_outcomes();
	return tap_done();
}
