// SPDX-License-Identifier: GPL-2.0
/* A policy without the one callback that it must have. */
#include "../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/access")
void BPF_PROG(novictim_access, struct vmlab_bpf_space *space, __u64 pgoff)
{
	vmlab_bpf_set_value(space, pgoff, 1);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops novictim = {
	.access = (void *)novictim_access,
	.name = "novictim",
};
