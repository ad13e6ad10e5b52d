// SPDX-License-Identifier: GPL-2.0
/* Replaying a reference string on a space, in stepping mode where it matters. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "paging/replay.h"

/* one access causes a fault and a few evictions: read them after each */
#define EVENTS_KEPT 64
#define EVENTS_PER_READ 16

#define PROGRESS_EVERY 4096

/*
 * Must the policy see accesses to resident pages?  FIFO and RANDOM ignore them:
 * without stepping they cost no fault.
 */
static bool needs_stepping(const struct replay_outcome *outcome)
{
	return outcome->policy != VMLAB_POLICY_FIFO &&
	       outcome->policy != VMLAB_POLICY_RANDOM;
}

/*
 * Does an access to the same page as the one before change what the policy
 * decides?  Not when it uses only the order of accesses.
 */
static bool counts_repeats(const struct replay *replay,
			   const struct replay_outcome *outcome)
{
	switch (outcome->policy) {
	case VMLAB_POLICY_LFU:
	case VMLAB_POLICY_BPF:
		return true;
	case VMLAB_POLICY_CLOCK:
		return replay->clock_load_0;
	default:
		return false;
	}
}

static uint32_t paging_flags(const struct replay *replay,
			     const struct replay_outcome *outcome)
{
	uint32_t flags = needs_stepping(outcome) ? VMLAB_PAGING_STEPPING : 0;

	if (outcome->policy == VMLAB_POLICY_CLOCK && replay->clock_load_0)
		flags |= VMLAB_PAGING_CLOCK_LOAD_0;
	if (outcome->policy == VMLAB_POLICY_LFU && replay->lfu_ties_lru)
		flags |= VMLAB_PAGING_LFU_TIES_LRU;
	return flags;
}

static int configure(const struct vmlab_space *space,
		     const struct replay *replay,
		     const struct replay_outcome *outcome)
{
	const bool opt = outcome->policy == VMLAB_POLICY_OPT;
	const struct vmlab_paging paging = {
		.flags = paging_flags(replay, outcome),
		.budget = outcome->frames,
		.policy = outcome->policy,
		.policy_id = outcome->policy_id,
		.seed = replay->seed,
		.trace = opt ? (uintptr_t)replay->ref.page : 0,
		.nr_trace = opt ? replay->ref.nr : 0,
	};
	const int fd = vmlab_space_fd(space);
	int err;

	err = vmlab_space_paging_set(space, &paging);
	if (err || !replay->keep_log)
		return err;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		return -errno;
	return vmlab_space_events_set(space,
				      1u << VMLAB_EVENT_FAULT |
					      1u << VMLAB_EVENT_EVICT,
				      EVENTS_KEPT);
}

/* Add the events of the access that was just made to the log. */
static int follow(const struct vmlab_space *space, struct replay_log *log)
{
	struct vmlab_event events[EVENTS_PER_READ];
	ssize_t n;

	while ((n = vmlab_space_events_read(space, events, EVENTS_PER_READ)) >
	       0) {
		for (ssize_t i = 0; i < n; i++) {
			int err = replay_log_event(log, &events[i]);

			if (err)
				return err;
		}
	}
	replay_log_step(log);
	return n == -EAGAIN ? 0 : (int)n;
}

static void access_page(volatile char *page, bool write, size_t i)
{
	if (write)
		*page = (char)i;
	else
		(void)*page;
}

/*
 * A page is mapped after an access, and a reference to it that follows at once
 * would not fault: unmap it, so that the policy sees the repeat.
 */
static int unmap_repeat(const struct reference *ref, size_t i,
			volatile char *map, size_t page_size)
{
	if (!i || ref->page[i] != ref->page[i - 1])
		return 0;
	return madvise((void *)(map + ref->page[i] * page_size), page_size,
		       MADV_DONTNEED) ? -errno : 0;
}

/* Add the counters of the space, with @sign 1, or subtract them, with -1. */
static int count(const struct vmlab_space *space, struct replay_outcome *outcome,
		 int sign)
{
	struct vmlab_paging_stats paging = { 0 };
	struct vmlab_space_stats stats = { 0 };
	const uint64_t factor = (uint64_t)(int64_t)sign;
	int err = vmlab_space_stats_get(space, &stats);

	if (!err)
		err = vmlab_space_paging_stats_get(space, &paging);
	outcome->faults += factor * stats.filled;
	outcome->evicted += factor * paging.evicted;
	outcome->stored += factor * paging.stored;
	outcome->fallbacks += factor * paging.policy_fallbacks;
	return err;
}

static int play(const struct vmlab_space *space, const struct replay *replay,
		struct replay_outcome *outcome, volatile char *map,
		size_t page_size)
{
	const bool repeats = counts_repeats(replay, outcome);
	const struct reference *ref = &replay->ref;
	int err = 0;

	for (size_t i = 0; !err && i < ref->nr; i++) {
		/* what loads frames before the string does not count */
		if (i && i == ref->nr_loaded)
			err = count(space, outcome, -1);
		if (!err && repeats)
			err = unmap_repeat(ref, i, map, page_size);
		if (err)
			break;
		access_page(map + ref->page[i] * page_size, ref->write[i], i);
		if (replay->keep_log)
			err = follow(space, &outcome->log);
		if (replay->on_progress && i % PROGRESS_EVERY == 0)
			replay->on_progress(replay->arg, outcome, i);
	}
	return err;
}

static int map_and_play(const struct vmlab_space *space,
			const struct replay *replay,
			struct replay_outcome *outcome, size_t page_size)
{
	const size_t length = replay->ref.pages * page_size;
	void *map;
	int err;

	err = vmlab_space_map(space, 0, length, PROT_READ | PROT_WRITE,
			      MAP_SHARED, &map);
	if (err)
		return err;
	err = play(space, replay, outcome, map, page_size);
	munmap(map, length);
	return err;
}

int replay_run(const struct vmlab *lab, const struct replay *replay,
	       struct replay_outcome *outcome, struct failure *failure)
{
	const size_t page_size = (size_t)vmlab_page_size(lab);
	struct vmlab_space *space;
	int err;

	err = vmlab_space_open(replay->ref.pages * page_size, &space);
	if (err)
		return failure_about(failure, err, VMLAB_ABOUT_DEVICE);
	err = configure(space, replay, outcome);
	if (!err)
		err = map_and_play(space, replay, outcome, page_size);
	if (!err)
		err = count(space, outcome, 1);
	vmlab_space_close(space);
	outcome->references = replay->ref.nr - replay->ref.nr_loaded;
	if (err == -EOVERFLOW)
		return failure_set(failure, err,
				   "the steps are incomplete: the kernel dropped "
				   "events; try again without --steps");
	return err ? failure_about(failure, err, VMLAB_ABOUT_SPACE) : 0;
}
