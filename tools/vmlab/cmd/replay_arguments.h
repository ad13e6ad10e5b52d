/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of 'vmlab replay'. */
#ifndef VMLAB_REPLAY_ARGUMENTS_H
#define VMLAB_REPLAY_ARGUMENTS_H

#include "cli/cli.h"
#include "paging/replay.h"
#include "sys/output.h"

#define REPLAY_LIST_MAX 32

/**
 * struct replay_arguments - the command line
 * @replay: the reference string and the options of policies
 * @file: --file, or NULL
 * @loaded: --loaded, or NULL
 * @frames, @nr_frames: --frames, the budgets to try; allocated
 * @policy_list: a copy of --policy that @policy points into, or NULL
 * @policy, @nr_policies: --policy
 * @write: --write
 * @steps: --steps
 * @curve: --curve
 * @frames_given, @clock_load_given, @lfu_ties_given, @seed_given: whether the option was
 *	given
 * @svg: --svg
 */
struct replay_arguments {
	struct replay replay;
	const char *file;
	const char *loaded;
	uint64_t *frames;
	size_t nr_frames;
	char *policy_list;
	const char *policy[REPLAY_LIST_MAX];
	size_t nr_policies;
	bool write;
	bool steps;
	bool curve;
	bool frames_given;
	bool clock_load_given;
	bool lfu_ties_given;
	bool seed_given;
	struct output svg;
};

extern const struct option_spec replay_options[];

/**
 * replay_arguments_parse - read the command line, and the string or trace
 * @a: to be freed with replay_arguments_free() in any case
 *
 * Return: 0, or CLI_STOP to end with cli->exit_code.
 */
int replay_arguments_parse(struct cli *cli, struct replay_arguments *a,
			   int argc, char **argv);

/** replay_arguments_free - free what replay_arguments_parse() allocated */
void replay_arguments_free(struct replay_arguments *a);

#endif /* VMLAB_REPLAY_ARGUMENTS_H */
