// SPDX-License-Identifier: GPL-2.0
/* The built-in policies that there are. */
#include <linux/kernel.h>

#include <linux/vmlab.h>

#include "../compat.h"
#include "policy.h"

static const struct vmlab_policy *const policies[] = {
	&vmlab_policy_fifo,
	&vmlab_policy_clock,
	&vmlab_policy_lru,
	&vmlab_policy_lfu,
	&vmlab_policy_random,
	&vmlab_policy_opt,
};

/**
 * vmlab_policy_find() - look a policy up by its number
 * @id: VMLAB_POLICY_*
 *
 * Context: any.
 * Return: the policy, or NULL when there is none of that number.
 */
const struct vmlab_policy *vmlab_policy_find(u32 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++)
		if (policies[i]->id == id)
			return policies[i];
	return NULL;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_policy_find);
