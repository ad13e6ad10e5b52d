/* SPDX-License-Identifier: GPL-2.0 */
/* Paging policies by name, built-in and loaded. */
#ifndef VMLAB_POLICY_FIND_H
#define VMLAB_POLICY_FIND_H

#include "libvmlab.h"

/**
 * policy_find - translate the name of a policy into its numbers
 * @policy: [out] as in struct vmlab_paging, as is @policy_id
 *
 * Return: 0, -ENOENT when no policy has the name, or a negative errno of
 * vmlab_policies_get().
 */
int policy_find(const struct vmlab *lab, const char *name, uint32_t *policy,
		uint32_t *policy_id);

#endif /* VMLAB_POLICY_FIND_H */
