/* SPDX-License-Identifier: GPL-2.0 */
/* What an experiment with a space came to, as tables and as JSON. */
#ifndef VMLAB_SPACE_OUT_H
#define VMLAB_SPACE_OUT_H

#include "cli/cli.h"
#include "libvmlab.h"
#include "paging/touch.h"

/**
 * struct space_actor - a process that mapped and touched the space
 * @role: "parent" or "child"
 * @pid: its pid
 * @base, @length: its mapping
 * @access: how it touched
 * @touched: the outcome
 * @stats: the statistics of the space when it was done
 * @proc: for its VMAs
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
 * struct space_result - an experiment that is over
 * @config: of the space
 * @paging, @paging_stats: budget and policy, and what came of them
 * @paged: whether they were asked for
 * @map_flags: MAP_SHARED or MAP_PRIVATE
 * @offset: where in the space the mappings start
 * @actors: in the order in which they touched
 * @nr_actors: how many
 * @rules, @nr_rules: of injection
 * @events, @nr_events: what happened, in order
 * @sync_error: what fsync(2) said, a negative errno or 0
 * @synced: whether it was called
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
	int sync_error;
	bool synced;
};

/** space_print_tables, space_print_json - print it */
void space_print_tables(const struct cli *cli, const struct vmlab *lab,
			const struct space_result *result);
void space_print_json(const struct vmlab *lab,
		      const struct space_result *result);

#endif /* VMLAB_SPACE_OUT_H */
