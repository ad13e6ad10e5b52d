// SPDX-License-Identifier: GPL-2.0
/*
 * A prefetcher that finds strides, after the idea of Leap (Al Maruf, Chowdhury:
 * "Effectively Prefetching Remote Memory with Leap", USENIX ATC 2020).
 *
 * A program that walks over a matrix by columns touches pages 0, 7, 14, 21...:
 * always 7 on.  If we know, we can bring page 28 before it is asked for.  But
 * programs do several things at once, and a page in between (0, 7, 3, 14, 21)
 * must not make us forget.  So we remember the last few distances and look for
 * the one that is the majority of them: more than half.  First among the latest
 * few, to follow a change quickly, then among more and more.
 *
 * How many pages to bring depends on how well it goes: twice as many as the
 * last time while what we brought is used, half as many when it is not.
 *
 * Who leaves is decided as by FIFO.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define HISTORY	  32 /* distances remembered: a power of 2 */
#define FIRST_TRY 4 /* of those, looked at first */
#define DEPTH_MAX 8 /* pages brought at once, at most */

struct history {
	__u64 last; /* the page accessed before */
	__u64 nr; /* accesses seen */
	__s64 distance[HISTORY]; /* a ring: the n-th is at n % HISTORY */
	__u64 ahead; /* the last page that was asked for */
	__u32 depth; /* pages to bring */
	__u32 used; /* touches since then that found their page resident */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct history);
} histories SEC(".maps");

/* All zero; too large for the 512 bytes of stack that a BPF program has. */
static const struct history fresh = {};

SEC("struct_ops/init")
int BPF_PROG(stride_init, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space);

	return bpf_map_update_elem(&histories, &id, &fresh, BPF_ANY) ? -ENOMEM :
								       0;
}

SEC("struct_ops/exit")
void BPF_PROG(stride_exit, struct vmlab_bpf_space *space)
{
	__u64 id = vmlab_bpf_space_id(space);

	bpf_map_delete_elem(&histories, &id);
}

/* A count of votes: of the latest nr distances, for which one, and how many. */
struct vote {
	struct history *h;
	__s64 candidate;
	__u32 voices;
	__u32 count;
};

static __always_inline __s64 distance(const struct history *h, __u32 i)
{
	return h->distance[(h->nr - 1 - i) % HISTORY];
}

static long count_voices(__u32 i, struct vote *v)
{
	__s64 d = distance(v->h, i);

	if (!v->voices)
		v->candidate = d;
	if (d == v->candidate)
		v->voices++;
	else
		v->voices--;
	return 0;
}

static long count_votes(__u32 i, struct vote *v)
{
	if (distance(v->h, i) == v->candidate)
		v->count++;
	return 0;
}

/*
 * The distance that more than half of the latest nr have, or 0.  Boyer and
 * Moore's vote: each distance that is like the candidate gives it a voice, each
 * other one takes one away; if there is a majority, it is left in the end.  A
 * second look tells whether it really is one.
 *
 * The loops are bpf_loop()s: the verifier follows each way through a plain loop
 * one by one, and these have too many.
 */
static __s64 majority(struct history *h, __u32 nr)
{
	struct vote vote = { .h = h };

	if (!h)
		return 0;
	bpf_loop(nr, count_voices, &vote, 0);
	bpf_loop(nr, count_votes, &vote, 0);
	return vote.count > nr / 2 ? vote.candidate : 0;
}

/*
 * A page is touched, and the touch was a fault: so the kernel tells us.  filled
 * says that the page came only now; otherwise it was in memory already, perhaps
 * because we brought it.  first and end are the bounds of the mapping.
 */
SEC("struct_ops/fault")
void BPF_PROG(stride_fault, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u64 first, __u64 end, __u32 filled)
{
	__u64 id = vmlab_bpf_space_id(space);
	struct history *h = bpf_map_lookup_elem(&histories, &id);
	__s64 stride = 0;

	if (!h || (h->nr && pgoff == h->last))
		return;
	if (h->nr)
		h->distance[h->nr % HISTORY] = pgoff - h->last;
	h->last = pgoff;
	h->nr++;
	if (!filled) {
		h->used++;
		/* Before the last of what we brought: nothing to do yet. */
		if (pgoff != h->ahead)
			return;
	}

	/* There is one distance less than accesses. */
	if (h->nr > FIRST_TRY)
		stride = majority(h, FIRST_TRY);
	if (!stride && h->nr > FIRST_TRY * 2)
		stride = majority(h, FIRST_TRY * 2);
	if (!stride && h->nr > FIRST_TRY * 4)
		stride = majority(h, FIRST_TRY * 4);
	if (!stride && h->nr > HISTORY)
		stride = majority(h, HISTORY);

	/*
	 * Is this page one of the run, or a stray?  In the run the one before
	 * it was touched not long ago, so it is in memory: in some list.
	 */
	if (!stride || vmlab_bpf_list_of(space, pgoff - stride) < 0)
		return;

	/* Did what we brought last get used? */
	if (h->used)
		h->depth = h->depth ? h->depth * 2 : 1;
	else
		h->depth /= 2;
	if (h->depth > DEPTH_MAX)
		h->depth = DEPTH_MAX;
	if (!h->depth)
		h->depth = 1;
	h->used = 0;

	/* A request beyond the mapping would be refused. */
	if (pgoff + stride >= first && pgoff + stride < end) {
		vmlab_bpf_prefetch(space, pgoff + stride, h->depth, stride);
		h->ahead = pgoff + stride * h->depth;
	}
}

SEC("struct_ops/victim")
__u64 BPF_PROG(stride_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	if (prev == VMLAB_BPF_NONE)
		return vmlab_bpf_list_first(space, 0);
	return vmlab_bpf_list_next(space, prev);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops stride = {
	.init = (void *)stride_init,
	.exit = (void *)stride_exit,
	.fault = (void *)stride_fault,
	.victim = (void *)stride_victim,
	.name = "bpf-stride",
};
