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

/** run_failed - report why a command did not run; return the exit code for it */
int run_failed(const struct run_report *report, const struct failure *failure);

#endif /* VMLAB_CMD_RUN_ARGUMENTS_H */
