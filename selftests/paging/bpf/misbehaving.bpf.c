// SPDX-License-Identifier: GPL-2.0
/* A policy that misbehaves; the test chooses how. */
#include "../../../tools/bpf/policies/vmlab_policy.bpf.h"
#include "misbehaving.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct misbehaving);
} order SEC(".maps");

static __always_inline struct misbehaving *get_order(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&order, &zero);
}

SEC("struct_ops/init")
int BPF_PROG(misbehaving_init, struct vmlab_bpf_space *space)
{
	struct misbehaving *m = get_order();

	return m ? m->init : 0;
}

SEC("struct_ops/exit")
void BPF_PROG(misbehaving_exit, struct vmlab_bpf_space *space)
{
	struct misbehaving *m = get_order();

	if (m)
		__sync_fetch_and_add(&m->exits, 1);
}

SEC("struct_ops/insert")
void BPF_PROG(misbehaving_insert, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u32 accessed)
{
	struct misbehaving *m = get_order();

	if (!m || m->what != WRONG_ARGUMENTS)
		return;
	vmlab_bpf_list_move(space, pgoff, VMLAB_BPF_LISTS, 1);
	vmlab_bpf_list_move(space, pgoff, ~0u, 0);
	vmlab_bpf_list_move(space, pgoff + 1000000, 1, 0);
	vmlab_bpf_set_value(space, VMLAB_BPF_NONE, 1);
	vmlab_bpf_set_referenced(space, VMLAB_BPF_NONE - 1, 1);
	if (vmlab_bpf_list_first(space, 77) != VMLAB_BPF_NONE ||
	    vmlab_bpf_list_last(space, ~0u) != VMLAB_BPF_NONE ||
	    vmlab_bpf_list_len(space, VMLAB_BPF_LISTS) ||
	    vmlab_bpf_list_next(space, VMLAB_BPF_NONE) != VMLAB_BPF_NONE ||
	    vmlab_bpf_list_prev(space, 1ull << 60) != VMLAB_BPF_NONE ||
	    vmlab_bpf_list_of(space, 1ull << 60) >= 0 ||
	    vmlab_bpf_referenced(space, 1ull << 60) >= 0 ||
	    vmlab_bpf_value(space, 1ull << 60))
		m->wrong++;
	/* right arguments: move the page through all lists */
	vmlab_bpf_list_move(space, pgoff, pgoff % VMLAB_BPF_LISTS, pgoff & 1);
	if (vmlab_bpf_list_of(space, pgoff) != pgoff % VMLAB_BPF_LISTS ||
	    vmlab_bpf_next_resident(space, pgoff) != pgoff)
		m->wrong++;
}

SEC("struct_ops/victim")
__u64 BPF_PROG(misbehaving_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	struct misbehaving *m = get_order();

	if (!m)
		return VMLAB_BPF_NONE;
	if (m->what == WRONG_REQUESTS) {
		/* these are for fault() only */
		vmlab_bpf_prefetch(space, 0, 1, 1);
		vmlab_bpf_evict(space, 0);
	}
	return m->what == SAME_VICTIM ? prev : m->answer;
}

SEC("struct_ops/fault")
void BPF_PROG(misbehaving_fault, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u64 first, __u64 end, __u32 filled)
{
	struct misbehaving *m = get_order();

	if (!m || m->what != WRONG_REQUESTS)
		return;
	vmlab_bpf_prefetch(space, end, 1, 1);
	vmlab_bpf_prefetch(space, end - 1, 1024, 1);
	vmlab_bpf_prefetch(space, first - 1, 1, 1);
	vmlab_bpf_prefetch(space, VMLAB_BPF_NONE, ~0u, -1);
	vmlab_bpf_prefetch(space, pgoff, 1, 0);
	vmlab_bpf_prefetch(space, pgoff, 1, 1ll << 62);
	vmlab_bpf_evict(space, pgoff);
	vmlab_bpf_evict(space, end + 5);
	vmlab_bpf_evict(space, vmlab_bpf_list_first(space, 0));
	vmlab_bpf_evict(space, vmlab_bpf_list_first(space, 0));
}

SEC(".struct_ops.link")
struct vmlab_policy_ops misbehaving = {
	.init = (void *)misbehaving_init,
	.exit = (void *)misbehaving_exit,
	.insert = (void *)misbehaving_insert,
	.victim = (void *)misbehaving_victim,
	.fault = (void *)misbehaving_fault,
	.name = "misbehaving",
};
