// SPDX-License-Identifier: GPL-2.0
/*
 * SIEVE, after Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is Simpler than LRU",
 * NSDI 2024.
 *
 * As in clock.bpf.c, a hand moves over the pages and skips those that were
 * accessed since it last passed them.  Unlike there, a skipped page keeps its
 * place, and new pages are added at the newest end, away from the hand.  So a
 * page that is accessed once is evicted soon, before it can displace pages that
 * are accessed often.
 *
 *      oldest                         newest
 *   [ A ] [ B ] [ C ] [ D ] [ E ] [ F ]  <- new pages are added here
 *                 ^ hand: moves to the right, and from the end to the beginning
 *
 * List 0 of the space is this row.  The position of the hand is kept in a BPF
 * map: a table in the kernel, here with one entry for each space.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* id of the space -> page under the hand; VMLAB_BPF_NONE: the oldest page */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} hands SEC(".maps");

/* Called when a space starts to use the policy; an error refuses the space. */
SEC("struct_ops/init")
int BPF_PROG(sieve_init, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space), hand = VMLAB_BPF_NONE;

	return bpf_map_update_elem(&hands, &id, &hand, BPF_ANY) ? -ENOMEM : 0;
}

/* Called when a space stops using the policy. */
SEC("struct_ops/exit")
void BPF_PROG(sieve_exit, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space);

	bpf_map_delete_elem(&hands, &id);
}

/* SIEVE does not count the access that made a page resident. */
SEC("struct_ops/insert")
void BPF_PROG(sieve_insert, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u32 accessed)
{
	vmlab_bpf_set_referenced(space, pgoff, 0);
}

/* Called before a page is evicted or freed: move the hand off it. */
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

/* Examine the page under the hand; clock.bpf.c explains why this is a function. */
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
	/* The kernel could not evict prev: continue after it. */
	if (prev != VMLAB_BPF_NONE)
		search.hand = vmlab_bpf_list_next(space, prev);
	bpf_loop(vmlab_bpf_nr_resident(space) + 1, step, &search, 0);
	/* The hand stays on the victim until sieve_remove() moves it on. */
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
