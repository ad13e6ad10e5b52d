// SPDX-License-Identifier: GPL-2.0
/*
 * First in, first out: the page that has been in memory the longest leaves.
 *
 * The shortest policy there is.  A space has a budget: so many pages may be in
 * memory at once.  When that many are and the program touches another one, the
 * kernel calls victim() and asks which page is to leave.  We answer with the
 * page's number.
 *
 * The kernel keeps all pages that are in memory in lists for us, and puts each
 * new one at the end of list 0.  So the head of list 0 is the oldest.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * SEC() names the callback that this function is.  BPF_PROG() gives a BPF
 * program, which has one argument, the arguments of a C function.
 */
SEC("struct_ops/victim")
__u64 BPF_PROG(fifo_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	/*
	 * The first question of a decision: prev is no page.  If the page that
	 * we name cannot leave right now, the kernel asks again and tells us
	 * in prev which one that was: the next in line, then.
	 */
	if (prev == VMLAB_BPF_NONE)
		return vmlab_bpf_list_first(space, 0);
	return vmlab_bpf_list_next(space, prev);
}

/* The policy: its callbacks, and the name by which it is chosen. */
SEC(".struct_ops.link")
struct vmlab_policy_ops fifo = {
	.victim = (void *)fifo_victim,
	.name = "bpf-fifo",
};
