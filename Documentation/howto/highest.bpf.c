// SPDX-License-Identifier: GPL-2.0
/* Evict the resident page with the highest offset: a policy that needs a loop. */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct search {
	struct vmlab_bpf_space *space;
	__u64 next, end, found;
};

/* one pass of the loop; returning 1 ends it */
static long visit(__u32 i, struct search *search)
{
	__u64 page = vmlab_bpf_next_resident(search->space, search->next);

	if (page >= search->end) /* VMLAB_BPF_NONE is above all offsets */
		return 1;
	search->found = page;
	search->next = page + 1;
	return 0;
}

SEC("struct_ops/victim")
__u64 BPF_PROG(highest_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	/* below prev, if prev could not be evicted */
	struct search search = { .space = space, .end = prev, .found = VMLAB_BPF_NONE };

	bpf_loop(vmlab_bpf_budget(space), visit, &search, 0);
	return search.found;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops highest = {
	.victim = (void *)highest_victim,
	.name = "highest",
};
