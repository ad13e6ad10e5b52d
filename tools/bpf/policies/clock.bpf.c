// SPDX-License-Identifier: GPL-2.0
/*
 * Second chance, also called clock: FIFO, but a page that was used since it was
 * last looked at gets another round.
 *
 * Pages sit in a circle, and a hand goes round.  When a page has to leave, the
 * hand looks at the next one.  Was it used (its reference bit is set)?  Then
 * the hand takes the bit away and moves on.  If not, that page leaves.
 *
 * The circle is list 0 of the space: its head is where the hand points, and
 * moving the head to the end moves the hand on by one.  A new page comes to the
 * end by itself: the hand will look at it last.  The kernel sets the reference
 * bit of a page at each use that it sees, so we need no callback for that.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* what one step of the loop below needs to know, and what it found */
struct turn {
	struct vmlab_bpf_space *space;
	__u64 victim;
};

/*
 * The verifier, which checks every BPF program before it may run, wants to see
 * that it ends.  So the loop is a function that bpf_loop() calls, at most so
 * many times; 1 ends it early.
 */
static long look(__u32 i, struct turn *turn)
{
	__u64 page = vmlab_bpf_list_first(turn->space, 0);

	if (page == VMLAB_BPF_NONE)
		return 1;
	if (!vmlab_bpf_set_referenced(turn->space, page, 0)) {
		turn->victim = page;
		return 1;
	}
	vmlab_bpf_list_move(turn->space, page, 0, true);
	return 0;
}

SEC("struct_ops/victim")
__u64 BPF_PROG(clock_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	struct turn turn = { .space = space, .victim = VMLAB_BPF_NONE };

	/* A page that cannot leave now keeps its place: the hand passed it. */
	if (prev != VMLAB_BPF_NONE)
		vmlab_bpf_list_move(space, prev, 0, true);
	/* One whole turn leaves no bit set: the step after that finds a page. */
	bpf_loop(vmlab_bpf_nr_resident(space) + 1, look, &turn, 0);
	return turn.victim;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops clock = {
	.victim = (void *)clock_victim,
	.flags = VMLAB_POLICY_SAMPLES, /* it lives on seeing accesses */
	.name = "bpf-clock",
};
