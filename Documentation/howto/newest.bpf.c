// SPDX-License-Identifier: GPL-2.0
/* Evict the page that became resident last. */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/victim")
__u64 BPF_PROG(newest_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	if (prev == VMLAB_BPF_NONE)
		return vmlab_bpf_list_last(space, 0);
	return vmlab_bpf_list_prev(space, prev);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops newest = {
	.victim = (void *)newest_victim,
	.name = "newest",
};
