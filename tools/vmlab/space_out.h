/* SPDX-License-Identifier: GPL-2.0 */
/* What an experiment with a space came to, as tables and as JSON. */
#ifndef VMLAB_SPACE_OUT_H
#define VMLAB_SPACE_OUT_H

#include "cli.h"
#include "libvmlab.h"
#include "touch.h"

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
 * struct space_paging - how the space was paged
 * @policy: its policy by name
 * @budget: frames, 0 for no limit
 * @stats: who came and went
 */
struct space_paging {
	const char *policy;
	uint64_t budget;
	struct vmlab_paging_stats stats;
};

/**
 * space_print_tables, space_print_json - print it
 * @config: of the space
 * @map_flags: MAP_SHARED or MAP_PRIVATE
 * @offset: where in the space the mappings start
 * @actors: in the order in which they touched
 * @nr: how many
 * @paging: NULL without a pager
 */
void space_print_tables(const struct cli *cli, const struct vmlab *lab,
			const struct vmlab_space_config *config, int map_flags,
			uint64_t offset, const struct space_actor *actors,
			size_t nr, const struct space_paging *paging);
void space_print_json(const struct vmlab *lab,
		      const struct vmlab_space_config *config, int map_flags,
		      uint64_t offset, const struct space_actor *actors,
		      size_t nr, const struct space_paging *paging);

#endif /* VMLAB_SPACE_OUT_H */
