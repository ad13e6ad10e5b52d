/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands, one a file. */
#ifndef VMLAB_CMD_COMMANDS_H
#define VMLAB_CMD_COMMANDS_H

#include "cli/cli.h"

extern const struct command cmd_info, cmd_mm, cmd_vmas, cmd_tree, cmd_gaps,
	cmd_find, cmd_pagetable, cmd_translate, cmd_sharing, cmd_map,
	cmd_layout, cmd_kmem, cmd_snapshot, cmd_diff, cmd_watch, cmd_space, cmd_replay,
	cmd_policy, cmd_run, cmd_compare, cmd_mrc, cmd_faults, cmd_top, cmd_heat, cmd_lab,
	cmd_report, cmd_completion, cmd_help;

#endif /* VMLAB_CMD_COMMANDS_H */
