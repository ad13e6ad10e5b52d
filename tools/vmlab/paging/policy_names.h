/* SPDX-License-Identifier: GPL-2.0 */
/* Paging policies by name. */
#ifndef VMLAB_POLICY_NAMES_H
#define VMLAB_POLICY_NAMES_H

#include "cli/cli.h"
#include "libvmlab.h"

/**
 * policy_find - the policy of a name, built-in or loaded
 * @policy, @policy_id: [out] as in struct vmlab_paging
 *
 * Return: an exit code, with the complaint made.
 */
int policy_find(const struct cli *cli, const struct vmlab *lab,
		const char *name, uint32_t *policy, uint32_t *policy_id);

#endif /* VMLAB_POLICY_NAMES_H */
