// SPDX-License-Identifier: GPL-2.0
/* A policy with a loop that may never end: the kernel's verifier rejects it. */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/victim")
__u64 BPF_PROG(unbounded_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	__u64 pgoff = vmlab_bpf_list_first(space, 0);

	while (pgoff % 2)
		pgoff = vmlab_bpf_list_next(space, pgoff);
	return pgoff;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops unbounded = {
	.victim = (void *)unbounded_victim,
	.name = "unbounded",
};
