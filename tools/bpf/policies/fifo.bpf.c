// SPDX-License-Identifier: GPL-2.0
/*
 * First in, first out: evict the page that has been resident the longest.
 *
 * This is the shortest policy.  A space has a budget: the number of pages that
 * may be resident at once.  When the budget is used up and the program accesses
 * another page, the kernel calls victim() to ask which page to evict.  victim()
 * returns the number of that page.
 *
 * The kernel keeps the resident pages of a space in lists for the policy.  It
 * appends each new page to list 0, so the first page of list 0 is the oldest.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * SEC() tells libbpf which callback this function implements.  A BPF program has
 * one argument, a context; BPF_PROG() unpacks it into the arguments written here.
 */
SEC("struct_ops/victim")
__u64 BPF_PROG(fifo_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	/*
	 * The first call of each eviction has no page in prev.  If the kernel
	 * cannot evict the page returned (it is locked, for example), it calls
	 * again with that page in prev: return the next page of the list.
	 */
	if (prev == VMLAB_BPF_NONE)
		return vmlab_bpf_list_first(space, 0);
	return vmlab_bpf_list_next(space, prev);
}

/* The policy: its callbacks, and the name for 'vmlab space --policy'. */
SEC(".struct_ops.link")
struct vmlab_policy_ops fifo = {
	.victim = (void *)fifo_victim,
	.name = "bpf-fifo",
};
