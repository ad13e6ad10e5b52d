/* SPDX-License-Identifier: GPL-2.0 */
/* What 'vmlab space', 'vmlab replay' and 'vmlab policy' share. */
#ifndef VMLAB_PAGING_COMMON_H
#define VMLAB_PAGING_COMMON_H

#include "cli/cli.h"
#include "cli/failure.h"

/**
 * paging_find_policy - policy_find() with a complaint
 * @what: the option or operand that named the policy, for the message
 *
 * Return: an exit code.
 */
int paging_find_policy(const struct cli *cli, const struct vmlab *lab,
		       const char *what, const char *name, uint32_t *policy,
		       uint32_t *policy_id);

#endif /* VMLAB_PAGING_COMMON_H */
