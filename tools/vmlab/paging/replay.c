// SPDX-License-Identifier: GPL-2.0
/* Replaying a reference string on a space in stepping mode. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "paging/replay.h"

/* one access causes a fault and a few evictions: read them after each */
#define EVENTS_KEPT 64
#define EVENTS_PER_READ 16

static int configure(const struct vmlab_space *space,
		     const struct replay *replay,
		     const struct replay_outcome *outcome)
{
	const bool opt = outcome->policy == VMLAB_POLICY_OPT;
	const struct vmlab_paging paging = {
		.flags = VMLAB_PAGING_STEPPING,
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
	if (err || !replay->on_step)
		return err;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		return -errno;
	return vmlab_space_events_set(space,
				      1u << VMLAB_EVENT_FAULT |
					      1u << VMLAB_EVENT_EVICT,
				      EVENTS_KEPT);
}

/* Apply the events of the access that was just made. */
static int follow(const struct vmlab_space *space, struct residency *residency)
{
	struct vmlab_event events[EVENTS_PER_READ];
	ssize_t n;

	while ((n = vmlab_space_events_read(space, events, EVENTS_PER_READ)) >
	       0) {
		for (ssize_t i = 0; i < n; i++) {
			int err = residency_apply(residency, &events[i]);

			if (err)
				return err;
		}
	}
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

static int play(const struct vmlab_space *space, const struct replay *replay,
		volatile char *map, size_t page_size)
{
	const struct reference *ref = &replay->ref;
	struct residency residency = { 0 };
	int err = 0;

	/* a page at most becomes resident, or is evicted, for each access */
	if (replay->on_step)
		err = residency_init(&residency, ref->nr + 1);
	for (size_t i = 0; !err && i < ref->nr; i++) {
		struct replay_step step;

		err = unmap_repeat(ref, i, map, page_size);
		if (err)
			break;
		access_page(map + ref->page[i] * page_size, replay->write, i);
		if (!replay->on_step)
			continue;
		residency_step(&residency);
		err = follow(space, &residency);
		if (err)
			break;
		step = residency_result(&residency, ref->page[i]);
		replay->on_step(replay->arg, i + 1, &step);
	}
	residency_free(&residency);
	return err;
}

static int map_and_play(const struct vmlab_space *space,
			const struct replay *replay, size_t page_size)
{
	const size_t length = replay->ref.pages * page_size;
	void *map;
	int err;

	err = vmlab_space_map(space, 0, length, PROT_READ | PROT_WRITE,
			      MAP_SHARED, &map);
	if (err)
		return err;
	err = play(space, replay, map, page_size);
	munmap(map, length);
	return err;
}

int replay_run(const struct vmlab *lab, const struct replay *replay,
	       struct replay_outcome *outcome, struct failure *failure)
{
	const size_t page_size = (size_t)vmlab_page_size(lab);
	struct vmlab_paging_stats paging = { 0 };
	struct vmlab_space_stats stats = { 0 };
	struct vmlab_space *space;
	int err;

	err = vmlab_space_open(replay->ref.pages * page_size, &space);
	if (err)
		return failure_about(failure, err, VMLAB_ABOUT_DEVICE);
	err = configure(space, replay, outcome);
	if (!err)
		err = map_and_play(space, replay, page_size);
	if (!err)
		err = vmlab_space_stats_get(space, &stats);
	if (!err)
		err = vmlab_space_paging_stats_get(space, &paging);
	vmlab_space_close(space);
	outcome->faults = stats.filled;
	outcome->evicted = paging.evicted;
	outcome->stored = paging.stored;
	if (err == -EOVERFLOW)
		return failure_set(failure, err,
				   "the steps are incomplete: the kernel dropped "
				   "events; try again without --steps");
	return err ? failure_about(failure, err, VMLAB_ABOUT_SPACE) : 0;
}
