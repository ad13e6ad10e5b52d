/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run a command on managed memory: each of its processes loads the preload library, which
 * maps its memory from a space of its own and passes the descriptor of the space here.
 */
#ifndef VMLAB_RUN_SESSION_H
#define VMLAB_RUN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libvmlab.h"
#include "model/run_report.h"
#include "preload/run_protocol.h"
#include "sys/failure.h"

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
 * @input, @output: descriptors for standard input and output of the command; -1 for ours
 * @observer: may be NULL
 */
struct run_plan {
	char *const *command;
	struct vmlab_paging paging;
	uint32_t space_flags;
	uint32_t event_mask;
	uint32_t nr_events;
	int input;
	int output;
	const struct run_observer *observer;
};

/**
 * run_command - run a command, and wait for its end
 * @plan: what to run
 * @report: [out] to be freed with run_report_free(), also on failure
 * @failure: [out] the reason on failure
 *
 * The terminal sends ^C to the command too; SIGTERM and SIGHUP, and what was sent with
 * kill(1), are passed on to it.  The process is a subreaper meanwhile, and reaps all of its
 * children: it must have no others.
 *
 * Return: 0 when the command ran, whatever its exit status; else a negative errno.  When
 * the command itself cannot be run, report->start_errno says why.
 */
int run_command(const struct run_plan *plan, struct run_report *report,
		struct failure *failure);

#endif /* VMLAB_RUN_SESSION_H */
