// SPDX-License-Identifier: GPL-2.0
/* A policy without victim(), which is mandatory. */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/access")
void BPF_PROG(without_victim_access, struct vmlab_bpf_space *space, __u64 pgoff)
{
	vmlab_bpf_set_value(space, pgoff, 1);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops without_victim = {
	.access = (void *)without_victim_access,
	.name = "without_victim",
};
