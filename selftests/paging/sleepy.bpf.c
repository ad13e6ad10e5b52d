// SPDX-License-Identifier: GPL-2.0
/* A policy that may sleep: not under the pager's lock, so it must not load. */
#include "../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops.s/victim")
__u64 BPF_PROG(sleepy_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	return vmlab_bpf_list_first(space, 0);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops sleepy = {
	.victim = (void *)sleepy_victim,
	.name = "sleepy",
};
