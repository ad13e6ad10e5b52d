// SPDX-License-Identifier: GPL-2.0
/*
 * For the fuzzer: a policy that calls every function that the module offers, also for
 * pages that are not resident and for lists that do not exist.
 */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* What functions return goes here, so that no call is left out. */
__u64 sum;

static __always_inline void look(struct vmlab_bpf_space *space, __u64 pgoff)
{
	sum += vmlab_bpf_space_id(space) + vmlab_bpf_budget(space) + vmlab_bpf_nr_resident(space);
	sum += vmlab_bpf_next_resident(space, pgoff);
	sum += vmlab_bpf_list_len(space, pgoff % (VMLAB_BPF_LISTS + 1));
	sum += vmlab_bpf_list_first(space, pgoff % (VMLAB_BPF_LISTS + 1));
	sum += vmlab_bpf_list_last(space, pgoff % (VMLAB_BPF_LISTS + 1));
	sum += vmlab_bpf_list_next(space, pgoff) + vmlab_bpf_list_prev(space, pgoff);
	sum += vmlab_bpf_list_of(space, pgoff);
	sum += vmlab_bpf_referenced(space, pgoff) + vmlab_bpf_value(space, pgoff);
	vmlab_bpf_set_referenced(space, pgoff, pgoff & 1);
	vmlab_bpf_set_value(space, pgoff, sum);
	vmlab_bpf_list_move(space, pgoff, pgoff % (VMLAB_BPF_LISTS + 1), pgoff & 2);
	/* only in fault() */
	vmlab_bpf_prefetch(space, pgoff, 1, 1);
	vmlab_bpf_evict(space, pgoff);
}

SEC("struct_ops/insert")
void BPF_PROG(every_insert, struct vmlab_bpf_space *space, __u64 pgoff, __u32 accessed)
{
	look(space, pgoff);
}

SEC("struct_ops/remove")
void BPF_PROG(every_remove, struct vmlab_bpf_space *space, __u64 pgoff)
{
	look(space, pgoff);
}

SEC("struct_ops/access")
void BPF_PROG(every_access, struct vmlab_bpf_space *space, __u64 pgoff)
{
	look(space, pgoff + 1);
}

SEC("struct_ops/fault")
void BPF_PROG(every_fault, struct vmlab_bpf_space *space, __u64 pgoff, __u64 first,
	      __u64 end, __u32 filled)
{
	look(space, pgoff);
	for (int i = 0; i < 20; i++)
		vmlab_bpf_evict(space, pgoff + i);
	vmlab_bpf_prefetch(space, pgoff + 1, 3, 2);
	vmlab_bpf_prefetch(space, first, 2000, -1);
	vmlab_bpf_prefetch(space, end, 1, 0);
}

SEC("struct_ops/victim")
__u64 BPF_PROG(every_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	for (int list = VMLAB_BPF_LISTS - 1; list >= 0; list--) {
		__u64 page = vmlab_bpf_list_last(space, list);

		if (page != VMLAB_BPF_NONE && page != prev)
			return page;
	}
	return prev + 1;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops every_function = {
	.insert = (void *)every_insert,
	.remove = (void *)every_remove,
	.access = (void *)every_access,
	.fault = (void *)every_fault,
	.victim = (void *)every_victim,
	.flags = VMLAB_POLICY_SAMPLES,
	.name = "bpf-every",
};
