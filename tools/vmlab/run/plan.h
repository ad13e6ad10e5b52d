/* SPDX-License-Identifier: GPL-2.0 */
/* A command to run on managed memory, and what is called meanwhile. */
#ifndef VMLAB_RUN_PLAN_H
#define VMLAB_RUN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libvmlab.h"
#include "preload/run_protocol.h"

/**
 * struct run_space - a space of a process of the command, while the session holds it
 * @space: the space: everything but mapping it can be done with it, such as
 *	vmlab_space_paging_set()
 * @id: its number, as in debugfs
 * @pid: the process
 * @name: the name of the process
 * @cause: why the process has it
 * @data: the observer's; NULL at first
 */
struct run_space {
	const struct vmlab_space *space;
	uint64_t id;
	pid_t pid;
	const char *name;
	enum run_cause cause;
	void *data;
};

/**
 * struct run_observer - what is called while the command runs; members can be NULL
 * @arg: passed to each
 * @on_space: a process has a new space; it does not wait for the return
 * @on_events: events of a space, in order; those of two spaces are not merged
 * @on_end: a space ends, after its last events; @stats and @paging are final
 * @on_tick: a tenth of a second has passed
 */
struct run_observer {
	void *arg;
	void (*on_space)(void *arg, struct run_space *space);
	void (*on_events)(void *arg, struct run_space *space,
			  const struct vmlab_event *events, size_t nr);
	void (*on_end)(void *arg, struct run_space *space,
		       const struct vmlab_space_stats *stats,
		       const struct vmlab_paging_stats *paging);
	void (*on_tick)(void *arg);
};

/**
 * struct run_plan - a command to run
 * @command: its name and arguments; a NULL ends them
 * @paging: budget, policy and prefetching of each space
 * @space_flags: VMLAB_SPACE_* of each
 * @event_mask: the events to record, bits 1 << VMLAB_EVENT_*; 0 for none
 * @nr_events: how many events each space keeps until they are read; 0 for 65536
 * @batches: read events every few milliseconds, not as soon as there are any: a fault that
 *	records one wakes nobody
 * @timeout: seconds after which all processes of the command are killed; 0 for no limit
 * @input, @output: descriptors for standard input and output of the command; -1 for ours
 * @observer: may be NULL
 */
struct run_plan {
	char *const *command;
	struct vmlab_paging paging;
	uint32_t space_flags;
	uint32_t event_mask;
	uint32_t nr_events;
	bool batches;
	double timeout;
	int input;
	int output;
	const struct run_observer *observer;
};

/* A command with our own input and output; the time in faults is measured. */
#define RUN_PLAN_DEFAULT {				\
	.space_flags = VMLAB_SPACE_LATENCY,		\
	.input = -1,					\
	.output = -1,					\
}

#endif /* VMLAB_RUN_PLAN_H */
