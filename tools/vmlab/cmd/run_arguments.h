/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that run a command on managed memory share. */
#ifndef VMLAB_CMD_RUN_ARGUMENTS_H
#define VMLAB_CMD_RUN_ARGUMENTS_H

#include "cli/cli.h"
#include "model/run_report.h"
#include "paging/policy_bpf.h"

/* exit codes about the command, as those of time(1) and of shells */
enum { CODE_NOT_RUN = 126, CODE_NOT_FOUND = 127 };

/* a budget below it is noted: one instruction can access several pages */
enum { SMALL_BUDGET = 16 };

/**
 * struct run_syntax - the command line of one of these commands
 * @options: its options
 * @parse: reads the option @c, whose value is in optarg
 * @check: reads the operands, which begin at optind, and checks what belongs together
 *
 * Both get the @request of run_begin() and return an exit code, with the error reported.
 */
struct run_syntax {
	const struct option_spec *options;
	int (*parse)(const struct cli *cli, void *request, int c);
	int (*check)(const struct cli *cli, void *request, int argc, char **argv);
};

/**
 * run_begin - read the command line, and open the device
 * @lab: [out] to be closed before the command runs: each open file of the device has a space
 * @code: [out] the exit code on false
 *
 * Return: whether the device is open, and the command can go on.
 */
bool run_begin(struct cli *cli, int argc, char **argv, const struct run_syntax *syntax,
	       void *request, struct vmlab **lab, int *code);

/** run_check_huge - tell whether --huge can be had; return an exit code */
int run_check_huge(const struct vmlab *lab, uint32_t space_flags);

/** run_budget_pages - return how many pages hold @bytes */
uint64_t run_budget_pages(uint64_t bytes);

/**
 * run_find_policy - find a policy by its name, or load it from a file
 * @option: the option that named it, for messages, such as "--policy"
 * @text: a name, or the path of a BPF object: it has a slash, or ends in .o
 * @paging: [out] policy and policy_id
 * @attached: [out] to be freed with policy_detach(); NULL for one that was there
 *
 * Return: an exit code, with the error reported.
 */
int run_find_policy(const struct cli *cli, const struct vmlab *lab, const char *option,
		    const char *text, struct vmlab_paging *paging,
		    struct policy_attached **attached);

/** run_is_file - tell whether @text names a BPF object instead of a policy */
bool run_is_file(const char *text);

/** run_parse_seed, run_parse_prefetch - read the value of the option; return an exit code */
int run_parse_seed(const struct cli *cli, struct vmlab_paging *paging);
int run_parse_prefetch(const struct cli *cli, struct vmlab_paging *paging);

/** run_failed - report why a command did not run; return the exit code for it */
int run_failed(const struct run_report *report, const struct failure *failure);

#endif /* VMLAB_CMD_RUN_ARGUMENTS_H */
