// SPDX-License-Identifier: GPL-2.0
/* Policies by number, built-in and loaded. */
#include <linux/err.h>
#include <linux/kernel.h>

#include <linux/vmlab.h>

#include "compat.h"
#include "policy/bpf/loaded.h"
#include "policy/registry.h"

static const struct vmlab_policy *const policies[] = {
	&vmlab_policy_fifo,
	&vmlab_policy_clock,
	&vmlab_policy_lru,
	&vmlab_policy_mru,
	&vmlab_policy_lfu,
	&vmlab_policy_random,
	&vmlab_policy_opt,
};

/**
 * vmlab_policy_find() - look up a built-in policy by its number
 * @id: VMLAB_POLICY_*
 *
 * Context: any.
 * Return: the policy, or NULL when no built-in policy has that number.
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

/**
 * vmlab_policy_get() - look up a policy as a request names it
 * @id: VMLAB_POLICY_*
 * @bpf_id: vmlab_policy_info.id with VMLAB_POLICY_BPF, else 0
 *
 * Context: process context, may sleep.
 * Return: the policy, to be given to vmlab_policy_put(), or an ERR_PTR() of
 * -EINVAL for an unknown number, -EOPNOTSUPP when the kernel has no policies in
 * BPF, -ENOENT when that one is not loaded.
 */
const struct vmlab_policy *vmlab_policy_get(u32 id, u32 bpf_id)
{
	const struct vmlab_policy *policy;

	if (id != VMLAB_POLICY_BPF) {
		policy = bpf_id ? NULL : vmlab_policy_find(id);
		return policy ?: ERR_PTR(-EINVAL);
	}
	if (!vmlab_bpf_usable())
		return ERR_PTR(-EOPNOTSUPP);
	policy = vmlab_bpf_get(bpf_id);
	return policy ?: ERR_PTR(-ENOENT);
}

/**
 * vmlab_policy_put() - undo vmlab_policy_get()
 * @policy: from there
 *
 * Context: process context.
 */
void vmlab_policy_put(const struct vmlab_policy *policy)
{
	if (policy->id == VMLAB_POLICY_BPF)
		vmlab_bpf_put(policy);
}
