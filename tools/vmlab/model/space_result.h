/* SPDX-License-Identifier: GPL-2.0 */
/* The results of an experiment with a space: the touches by process, and counters. */
#ifndef VMLAB_SPACE_RESULT_H
#define VMLAB_SPACE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libvmlab.h"

/** enum access - how a process touches the pages */
enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

/** access_parse - translate "none", "read" or "write"; 0 or -EINVAL */
int access_parse(const char *s, enum access *access);

/** access_name - return the name of @access */
const char *access_name(enum access access);

/**
 * struct touched - the outcome of touching pages
 * @pages: pages touched, with or without success
 * @sigbus: touches that raised SIGBUS
 * @nonzero: reads that found a first word other than zero
 * @ns: duration of all touches, nanoseconds
 */
struct touched {
	uint64_t pages;
	uint64_t sigbus;
	uint64_t nonzero;
	uint64_t ns;
};

/**
 * struct space_actor - a process that mapped and touched the space
 * @role: "parent" or "child"
 * @pid: its pid
 * @base: the first address of its mapping
 * @length: bytes of its mapping
 * @access: how it touched
 * @touched: the outcome
 * @stats: statistics of the space after its touches
 * @proc: handle for its VMAs
 */
struct space_actor {
	const char *role;
	pid_t pid;
	uint64_t base;
	uint64_t length;
	enum access access;
	struct touched touched;
	struct vmlab_space_stats stats;
	struct vmlab_proc *proc;
};

/**
 * struct space_result - a finished experiment
 * @config: configuration of the space
 * @paging: its budget, policy and prefetching
 * @paging_stats: their statistics
 * @paged: whether an option of paging was given
 * @map_flags: MAP_SHARED or MAP_PRIVATE
 * @offset: offset of the mappings in the space, bytes
 * @actors: processes in the order in which they touched
 * @nr_actors: number of @actors
 * @rules: injection rules, with their counters
 * @nr_rules: number of @rules
 * @events: events in order; freed with the session
 * @nr_events: number of @events
 * @synced: whether fsync(2) was called
 * @sync_error: its negative errno, or 0
 */
struct space_result {
	struct vmlab_space_config config;
	struct vmlab_paging paging;
	struct vmlab_paging_stats paging_stats;
	bool paged;
	int map_flags;
	uint64_t offset;
	struct space_actor actors[2];
	size_t nr_actors;
	struct vmlab_inject_rule rules[VMLAB_INJECT_RULES_MAX];
	uint32_t nr_rules;
	struct vmlab_event *events;
	size_t nr_events;
	bool synced;
	int sync_error;
};

#endif /* VMLAB_SPACE_RESULT_H */
