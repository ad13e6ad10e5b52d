// SPDX-License-Identifier: GPL-2.0
/* A policy that may sleep: it must not load, as callbacks run under a spinlock. */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops.s/victim")
__u64 BPF_PROG(sleepable_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	return vmlab_bpf_list_first(space, 0);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops sleepable = {
	.victim = (void *)sleepable_victim,
	.name = "sleepable",
};
