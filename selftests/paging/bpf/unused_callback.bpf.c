// SPDX-License-Identifier: GPL-2.0
/* A policy whose victim callback is not in its struct vmlab_policy_ops: refused. */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/victim")
__u64 BPF_PROG(unused_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	return 0;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops unused_callback = {
	.name = "unused",
};
