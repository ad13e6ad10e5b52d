/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_HEAT_SESSION_H
#define VMLAB_HEAT_SESSION_H

#include "model/heat.h"
#include "sys/failure.h"

/**
 * struct heat_watcher - whom to tell that an interval has ended
 * @interval: called with what was measured so far; NULL: nobody
 * @arg: passed to @interval
 */
struct heat_watcher {
	void (*interval)(const struct heat *heat, void *arg);
	void *arg;
};

/**
 * heat_measure - measure which pages a process accesses
 * @heat: with pid, start, end and interval; the rest is filled in, to be released
 *	with heat_release()
 * @method: "bits", "damon", or "auto" for the first of these that works
 * @count: intervals
 * @watcher: called after each interval
 *
 * Stops before that when the process ends, or on SIGINT, SIGTERM, SIGHUP or SIGQUIT,
 * and keeps the intervals measured so far.  On return the kernel measures nothing
 * any more.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int heat_measure(struct heat *heat, const char *method, uint64_t count,
		 const struct heat_watcher *watcher, struct failure *failure);

#endif /* VMLAB_HEAT_SESSION_H */
