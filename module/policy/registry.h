/* SPDX-License-Identifier: GPL-2.0 */
/* Policies by number, built-in and loaded. */
#ifndef VMLAB_POLICY_REGISTRY_H
#define VMLAB_POLICY_REGISTRY_H

#include "policy/policy.h"

const struct vmlab_policy *vmlab_policy_find(u32 id);
const struct vmlab_policy *vmlab_policy_get(u32 id, u32 bpf_id);
void vmlab_policy_put(const struct vmlab_policy *policy);

#endif /* VMLAB_POLICY_REGISTRY_H */
