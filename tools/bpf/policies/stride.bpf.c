// SPDX-License-Identifier: GPL-2.0
/*
 * A prefetcher that detects strides, after Al Maruf, Chowdhury: "Effectively
 * Prefetching Remote Memory with Leap", USENIX ATC 2020.
 *
 * A program that walks over the columns of a matrix accesses pages 0, 7, 14, 21:
 * each 7 pages after the one before.  Once the stride is known, page 28 can be
 * prefetched.  A stray access in between (0, 7, 3, 14, 21) must not hide the
 * stride.  So the policy remembers the last distances and takes the one that
 * more than half of them share: first of the last 4, to follow a change quickly,
 * then of the last 8, 16 and 32.
 *
 * The number of pages to prefetch doubles while prefetched pages are used, and
 * halves when they are not.  Victims are chosen as by FIFO.
 */
#include "vmlab_policy.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define HISTORY	  32 /* distances remembered: a power of 2 */
#define FIRST_TRY 4 /* latest distances to try first */
#define DEPTH_MAX 8 /* most pages to prefetch at once */

struct history {
	__u64 last; /* the page accessed before */
	__u64 nr; /* accesses seen */
	__s64 distance[HISTORY]; /* a ring: the n-th is at n % HISTORY */
	__u64 ahead; /* the last page of the last prefetch */
	__u32 depth; /* pages to prefetch */
	__u32 used; /* accesses since then that found their page resident */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct history);
} histories SEC(".maps");

/* A history of zeros: the 512 bytes of stack of a BPF program are too few. */
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

/* the state of a vote among the latest distances */
struct vote {
	struct history *h;
	__s64 candidate;
	__u32 balance; /* of the distances so far, those for it minus the others */
	__u32 count; /* distances that equal the candidate */
};

/* Return the i-th latest distance. */
static __always_inline __s64 distance(const struct history *h, __u32 i)
{
	return h->distance[(h->nr - 1 - i) % HISTORY];
}

static long find_candidate(__u32 i, struct vote *v)
{
	__s64 d = distance(v->h, i);

	if (!v->balance)
		v->candidate = d;
	if (d == v->candidate)
		v->balance++;
	else
		v->balance--;
	return 0;
}

static long count_equal(__u32 i, struct vote *v)
{
	if (distance(v->h, i) == v->candidate)
		v->count++;
	return 0;
}

/*
 * Return the distance that more than half of the latest nr share, or 0.
 *
 * This is the majority vote of Boyer and Moore.  The first pass finds the only
 * distance that can be the majority: one that equals the candidate raises the
 * balance, any other lowers it, and at 0 the next distance is the new candidate.
 * The second pass counts whether it is the majority.
 *
 * bpf_loop() is needed because the verifier follows all paths through a plain
 * loop, and these loops have too many.
 */
static __s64 majority(struct history *h, __u32 nr)
{
	struct vote vote = { .h = h };

	if (!h)
		return 0;
	bpf_loop(nr, find_candidate, &vote, 0);
	bpf_loop(nr, count_equal, &vote, 0);
	return vote.count > nr / 2 ? vote.candidate : 0;
}

/*
 * Called at each access that faults.  filled is set when the page was not
 * resident; otherwise it was, perhaps because this policy prefetched it.  first
 * and end are the bounds of the mapping.
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
		/* Prefetch again when the last prefetched page is used. */
		if (pgoff != h->ahead)
			return;
	}

	/* n + 1 accesses have n distances */
	if (h->nr > FIRST_TRY)
		stride = majority(h, FIRST_TRY);
	if (!stride && h->nr > FIRST_TRY * 2)
		stride = majority(h, FIRST_TRY * 2);
	if (!stride && h->nr > FIRST_TRY * 4)
		stride = majority(h, FIRST_TRY * 4);
	if (!stride && h->nr > HISTORY)
		stride = majority(h, HISTORY);

	/*
	 * In a run, the page before this one was accessed recently, so it is
	 * resident and in a list.  Otherwise this access is a stray one.
	 */
	if (!stride || vmlab_bpf_list_of(space, pgoff - stride) < 0)
		return;

	/* Were pages of the last prefetch used? */
	if (h->used)
		h->depth = h->depth ? h->depth * 2 : 1;
	else
		h->depth /= 2;
	if (h->depth > DEPTH_MAX)
		h->depth = DEPTH_MAX;
	if (!h->depth)
		h->depth = 1;
	h->used = 0;

	/* The kernel refuses requests beyond the mapping. */
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
