// SPDX-License-Identifier: GPL-2.0
/*
 * SIEVE (Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is Simpler than LRU", NSDI
 * 2024): as clock has it, a hand goes over the pages and spares those that were
 * used since, but a page that is spared keeps its place, and new pages come to
 * the young end, away from the hand.  So what is used once and never again is
 * sieved out soon, before it can push out what is used often.
 *
 *      oldest                         newest
 *   [ A ] [ B ] [ C ] [ D ] [ E ] [ F ]  <- new pages come here
 *                 ^ hand, moves to the right, and from the end to the beginning
 *
 * List 0 of the space is this row.  Where the hand is must be remembered for
 * each space: in a BPF map, a table that the kernel keeps for us.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* by space: the page that the hand points at, or none: then at the oldest */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} hands SEC(".maps");

/* The policy is put in charge of a space: one more hand. */
SEC("struct_ops/init")
int BPF_PROG(sieve_init, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space), hand = VMLAB_BPF_NONE;

	/* What is returned here, user space sees as an error. */
	return bpf_map_update_elem(&hands, &id, &hand, BPF_ANY) ? -ENOMEM : 0;
}

SEC("struct_ops/exit")
void BPF_PROG(sieve_exit, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space);

	bpf_map_delete_elem(&hands, &id);
}

/* A new page was not used yet, in the sense of SIEVE: to come is no merit. */
SEC("struct_ops/insert")
void BPF_PROG(sieve_insert, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u32 accessed)
{
	vmlab_bpf_set_referenced(space, pgoff, 0);
}

/* The page at the hand leaves, for whatever reason: the hand moves on. */
SEC("struct_ops/remove")
void BPF_PROG(sieve_remove, struct vmlab_bpf_space *space, __u64 pgoff)
{
	__u64 id = vmlab_bpf_space_id(space), *hand;

	hand = bpf_map_lookup_elem(&hands, &id);
	if (hand && *hand == pgoff)
		*hand = vmlab_bpf_list_next(space, pgoff);
}

struct search {
	struct vmlab_bpf_space *space;
	__u64 hand;
	__u64 victim;
};

/* One step of the hand; see clock.bpf.c for why it is a function. */
static long step(__u32 i, struct search *search)
{
	__u64 page = search->hand;

	if (page == VMLAB_BPF_NONE)
		page = vmlab_bpf_list_first(search->space, 0);
	search->hand = page;
	if (page == VMLAB_BPF_NONE)
		return 1;
	if (!vmlab_bpf_set_referenced(search->space, page, 0)) {
		search->victim = page;
		return 1;
	}
	search->hand = vmlab_bpf_list_next(search->space, page);
	return 0;
}

SEC("struct_ops/victim")
__u64 BPF_PROG(sieve_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	__u64 id = vmlab_bpf_space_id(space), *hand;
	struct search search = { .space = space, .victim = VMLAB_BPF_NONE };

	hand = bpf_map_lookup_elem(&hands, &id);
	if (!hand)
		return VMLAB_BPF_NONE;
	search.hand = *hand;
	/* That one cannot leave now: look beyond it. */
	if (prev != VMLAB_BPF_NONE)
		search.hand = vmlab_bpf_list_next(space, prev);
	bpf_loop(vmlab_bpf_nr_resident(space) + 1, step, &search, 0);
	/* It points at who leaves; sieve_remove() moves it on. */
	*hand = search.hand;
	return search.victim;
}

SEC(".struct_ops.link")
struct vmlab_policy_ops sieve = {
	.init = (void *)sieve_init,
	.exit = (void *)sieve_exit,
	.insert = (void *)sieve_insert,
	.remove = (void *)sieve_remove,
	.victim = (void *)sieve_victim,
	.flags = VMLAB_POLICY_SAMPLES,
	.name = "bpf-sieve",
};
