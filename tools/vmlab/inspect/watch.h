/* SPDX-License-Identifier: GPL-2.0 */
/* Take snapshots of a process at intervals, until it exits. */
#ifndef VMLAB_INSPECT_WATCH_H
#define VMLAB_INSPECT_WATCH_H

#include <time.h>

#include "inspect/inspect.h"

/**
 * struct watch - how to watch, and what to call
 * @interval: between two snapshots
 * @count: snapshots to take after the first; 0 for no limit
 * @rss: record resident memory too
 * @start: called with the first snapshot
 * @change: called with each later one and the one before it
 * @end: called when the process has exited, with the last snapshot
 *
 * The callbacks print to standard output, which is flushed after each.
 */
struct watch {
	struct timespec interval;
	uint64_t count;
	bool rss;
	void (*start)(const struct cli *cli, const struct snapshot *first);
	void (*change)(const struct cli *cli, const struct snapshot *before,
		       const struct snapshot *after);
	void (*end)(const struct cli *cli, const struct snapshot *last);
};

/**
 * watch_process - watch a process; the snapshot of @target is the first
 *
 * Returns when the process has exited, after @watch->count snapshots, on SIGINT
 * or SIGTERM, or when nobody reads standard output any more.
 *
 * Return: 0 or a negative errno of libvmlab.
 */
int watch_process(struct target *target, const struct watch *watch);

#endif /* VMLAB_INSPECT_WATCH_H */
