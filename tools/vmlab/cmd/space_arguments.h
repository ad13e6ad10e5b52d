/* SPDX-License-Identifier: GPL-2.0 */
/* From the command line of 'vmlab space' to a plan. */
#ifndef VMLAB_SPACE_ARGUMENTS_H
#define VMLAB_SPACE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "paging/session.h"

/**
 * struct space_arguments - the command line
 * @plan: what it asks for, complete after space_complete_plan()
 * @pages: --pages
 * @runs: the parsed @pages
 * @path: the file of --backing, or NULL
 * @policy: --policy, or NULL
 * @rules: --inject, plan.nr_rules of them
 * @hold: --hold, seconds
 * @size_given, @length_given, @shared_given, @private_given, @child_access_given,
 * @seed_given: whether the option was given
 */
struct space_arguments {
	struct space_plan plan;
	const char *pages;
	struct page_run *runs;
	const char *path;
	const char *policy;
	const char *rules[VMLAB_INJECT_RULES_MAX];
	double hold;
	bool size_given;
	bool length_given;
	bool shared_given;
	bool private_given;
	bool child_access_given;
	bool seed_given;
};

extern const struct option_spec space_options[];

/**
 * space_parse_options - parse the options
 * @a: [in] the defaults [out] the arguments
 *
 * Return: 0, or CLI_STOP to end with cli->exit_code.
 */
int space_parse_options(struct cli *cli, struct space_arguments *a, int argc,
			char **argv);

/**
 * space_complete_plan - check the options together, and complete the plan
 *
 * Opens the file of --backing.  space_free_arguments() frees what it made, also
 * on failure.
 *
 * Return: an exit code.
 */
int space_complete_plan(const struct cli *cli, struct space_arguments *a);

/**
 * space_find_policy - find the policy, built-in or loaded
 *
 * Return: an exit code.
 */
int space_find_policy(const struct cli *cli, struct space_arguments *a,
		      const struct vmlab *lab);

/** space_note_arguments - print a note about each option that has no effect */
void space_note_arguments(const struct space_arguments *a);

/** space_free_arguments - close the file and free the pages */
void space_free_arguments(struct space_arguments *a);

#endif /* VMLAB_SPACE_ARGUMENTS_H */
