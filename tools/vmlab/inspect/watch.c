// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "inspect/watch.h"

#define NSEC_PER_SEC 1000000000

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

static void wait_until(struct timespec *next, const struct timespec *interval)
{
	next->tv_sec += interval->tv_sec;
	next->tv_nsec += interval->tv_nsec;
	if (next->tv_nsec >= NSEC_PER_SEC) {
		next->tv_sec++;
		next->tv_nsec -= NSEC_PER_SEC;
	}
	while (!interrupted && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
					       next, NULL) == EINTR)
		;
}

/* Take the next snapshot.  Return 0, 1 to end, or a negative errno. */
static int take_next(struct target *target, const struct watch *watch)
{
	struct snapshot now;
	int err = snapshot_take(target->lab, target->proc, watch->rss, &now);

	if (err) {
		snapshot_free(&now);
		if (err != -ESRCH)
			return err;
		watch->end(target->cli, &target->snap);
		fflush(stdout);
		return 1;
	}
	watch->change(target->cli, &target->snap, &now);
	fflush(stdout);
	snapshot_free(&target->snap);
	target->snap = now;
	/* the reader of a pipe may have closed it */
	return ferror(stdout) ? 1 : 0;
}

int watch_process(struct target *target, const struct watch *watch)
{
	const struct sigaction stop = { .sa_handler = on_signal };
	struct timespec next;
	int ret = 0;

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	watch->start(target->cli, &target->snap);
	fflush(stdout);

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint64_t i = 0; !ret && (!watch->count || i < watch->count); i++) {
		wait_until(&next, &watch->interval);
		if (interrupted)
			break;
		ret = take_next(target, watch);
	}
	return ret < 0 ? ret : 0;
}
