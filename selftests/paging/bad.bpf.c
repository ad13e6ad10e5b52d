// SPDX-License-Identifier: GPL-2.0
/* A policy that does what none should; the test says which of it. */
#include "../../tools/bpf/policies/vmlab_policy.bpf.h"
#include "bad.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bad);
} order SEC(".maps");

static __always_inline struct bad *orders(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&order, &zero);
}

SEC("struct_ops/init")
int BPF_PROG(bad_init, struct vmlab_bpf_space *space)
{
	struct bad *bad = orders();

	return bad ? bad->init : 0;
}

SEC("struct_ops/exit")
void BPF_PROG(bad_exit, struct vmlab_bpf_space *space)
{
	struct bad *bad = orders();

	if (bad)
		__sync_fetch_and_add(&bad->exits, 1);
}

SEC("struct_ops/insert")
void BPF_PROG(bad_insert, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u32 accessed)
{
	struct bad *bad = orders();

	if (!bad || bad->what != BAD_LISTS)
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
		bad->wrong++;
	/* a tour through all lists ends where it should, or pages get lost */
	vmlab_bpf_list_move(space, pgoff, pgoff % VMLAB_BPF_LISTS, pgoff & 1);
	if (vmlab_bpf_list_of(space, pgoff) != pgoff % VMLAB_BPF_LISTS ||
	    vmlab_bpf_next_resident(space, pgoff) != pgoff)
		bad->wrong++;
}

SEC("struct_ops/victim")
__u64 BPF_PROG(bad_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	struct bad *bad = orders();

	if (!bad)
		return VMLAB_BPF_NONE;
	if (bad->what == BAD_REQUESTS) {
		/* not here */
		vmlab_bpf_prefetch(space, 0, 1, 1);
		vmlab_bpf_evict(space, 0);
	}
	return bad->what == BAD_PREV ? prev : bad->answer;
}

SEC("struct_ops/fault")
void BPF_PROG(bad_fault, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u64 first, __u64 end, __u32 filled)
{
	struct bad *bad = orders();

	if (!bad || bad->what != BAD_REQUESTS)
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
struct vmlab_policy_ops bad = {
	.init = (void *)bad_init,
	.exit = (void *)bad_exit,
	.insert = (void *)bad_insert,
	.victim = (void *)bad_victim,
	.fault = (void *)bad_fault,
	.name = "bad",
};
