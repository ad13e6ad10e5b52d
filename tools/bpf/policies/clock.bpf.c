// SPDX-License-Identifier: GPL-2.0
/*
 * Second chance, also called clock: FIFO, but a page that was accessed since it
 * was last examined is skipped once.
 *
 * Imagine the pages in a circle, and a hand that points at one of them.  To find
 * a victim, examine the page under the hand.  If its reference bit is set, the
 * page was accessed: clear the bit and move the hand to the next page.  If the
 * bit is clear, evict the page.
 *
 * List 0 of the space is the circle.  Its first page is the one under the hand;
 * moving that page to the end of the list moves the hand on.  The kernel appends
 * new pages to the end, where the hand arrives last, and sets the reference bit
 * at each access that it sees.  So this policy needs no callback but victim().
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* input and result of the loop in clock_victim() */
struct turn {
	struct vmlab_bpf_space *space;
	__u64 victim;
};

/*
 * Before a BPF program may run, the verifier proves that it ends.  Therefore the
 * body of the loop is a function for bpf_loop(), which calls it a limited number
 * of times; returning 1 ends the loop.
 */
static long examine(__u32 i, struct turn *turn)
{
	__u64 page = vmlab_bpf_list_first(turn->space, 0);

	if (page == VMLAB_BPF_NONE)
		return 1;
	/* clears the bit and returns its old value */
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

	/* The kernel could not evict prev: move the hand past it. */
	if (prev != VMLAB_BPF_NONE)
		vmlab_bpf_list_move(space, prev, 0, true);
	/* A whole turn clears all bits, so one step more finds a victim. */
	bpf_loop(vmlab_bpf_nr_resident(space) + 1, examine, &turn, 0);
	return turn.victim;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops clock = {
	.victim = (void *)clock_victim,
	/* make some accesses to resident pages fault, to set reference bits */
	.flags = VMLAB_POLICY_SAMPLES,
	.name = "bpf-clock",
};
