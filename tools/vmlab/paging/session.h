/* SPDX-License-Identifier: GPL-2.0 */
/* An experiment with a space: configure it, map it, touch it, collect the results. */
#ifndef VMLAB_PAGING_SESSION_H
#define VMLAB_PAGING_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "libvmlab.h"
#include "model/space_result.h"
#include "paging/child.h"
#include "sys/failure.h"
#include "paging/touch.h"

/**
 * struct space_plan - an experiment to run
 * @bytes: length of the space, 0 for no limit
 * @offset: offset of the mapping in the space, bytes
 * @length: bytes to map
 * @map_flags: MAP_SHARED or MAP_PRIVATE
 * @touch: pages that both processes touch, and how the parent does
 * @fork: whether a child touches after the parent
 * @remap: whether the child maps the space anew
 * @child_access: how the child touches
 * @backing: VMLAB_BACKING_*
 * @file: descriptor of VMLAB_BACKING_FILE, else -1; stays the caller's
 * @huge: ask for huge frames
 * @paged: whether to apply @paging
 * @paging: budget, policy and prefetching
 * @rules: injection rules
 * @nr_rules: number of @rules
 * @sync: whether to call fsync(2) after the touches
 * @events: whether to record the events of the space
 */
struct space_plan {
	uint64_t bytes;
	uint64_t offset;
	uint64_t length;
	int map_flags;
	struct touch touch;
	bool fork;
	bool remap;
	enum access child_access;
	uint32_t backing;
	int file;
	bool huge;
	bool paged;
	struct vmlab_paging paging;
	struct vmlab_inject_rule rules[VMLAB_INJECT_RULES_MAX];
	uint32_t nr_rules;
	bool sync;
	bool events;
};

/**
 * struct session - an experiment while its mappings and its child exist
 * @lab: the device
 * @plan: what to do
 * @space: the space, or NULL
 * @base: the parent's mapping
 * @child: the second process
 * @result: the results
 * @failure: set when session_run() failed
 */
struct session {
	struct vmlab *lab;
	const struct space_plan *plan;
	struct vmlab_space *space;
	void *base;
	struct child child;
	struct space_result result;
	struct failure failure;
};

/**
 * session_run - run an experiment
 * @s: [out] to be freed with session_end(), also on failure
 * @lab: closed by session_end()
 * @plan: must outlive @s
 *
 * Return: 0, or a negative errno that s->failure explains.
 */
int session_run(struct session *s, struct vmlab *lab,
		const struct space_plan *plan);

/**
 * session_close_lab - close the device, and the processes that were opened by it
 *
 * Each open file of the device has a space: without this one only the space of the
 * session is left.
 */
void session_close_lab(struct session *s);

/** session_hold - keep the mappings for @seconds, or until SIGINT, SIGTERM or SIGHUP */
void session_hold(double seconds);

/** session_end - end the child, close the space and the device */
void session_end(struct session *s);

#endif /* VMLAB_PAGING_SESSION_H */
