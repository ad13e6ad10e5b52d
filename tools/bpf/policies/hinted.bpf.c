// SPDX-License-Identifier: GPL-2.0
/*
 * Hints from the application: it shares a table with this program, with one hint
 * for each page, and writes to it with plain stores.
 *
 *   HINT_KEEP   the page is needed again soon: evict other pages first
 *   HINT_DONE   the page is not needed any more: evict it first
 *   next, nr    the pages that the application will access after this one:
 *	       prefetch them.  A walk over a linked list or a tree has no stride
 *	       to detect, but the application knows where its pointers lead.
 *
 * The table is a BPF map, which the application maps like a file:
 *
 *	fd = bpf_obj_get("/sys/fs/bpf/vmlab/bpf-hinted/hints");
 *	hints = mmap(NULL, HINTS * sizeof(*hints), PROT_READ | PROT_WRITE,
 *		     MAP_SHARED, fd, 0);
 *	hints[page].advice = HINT_DONE;
 *
 * To keep the example short, all spaces share the table: use this policy for one
 * space at a time.  The table may hold anything: this program checks the page
 * number, and the kernel checks each request and each victim.
 */
#include "vmlab_policy.bpf.h"

#include "hinted.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HINTS);
	__type(key, __u32);
	__type(value, struct hint);
} hints SEC(".maps");

/* Return the hint for a page, or NULL for a page beyond the table. */
static __always_inline struct hint *hint_of(__u64 pgoff)
{
	__u32 key = pgoff;

	return pgoff < HINTS ? bpf_map_lookup_elem(&hints, &key) : NULL;
}

/* Called at each access that faults; only here a policy may prefetch. */
SEC("struct_ops/fault")
void BPF_PROG(hinted_fault, struct vmlab_bpf_space *space, __u64 pgoff,
	      __u64 first, __u64 end, __u32 filled)
{
	struct hint *hint = hint_of(pgoff);

	if (hint && hint->nr)
		vmlab_bpf_prefetch(space, hint->next, hint->nr, 1);
}

struct search {
	struct vmlab_bpf_space *space;
	__u64 page; /* the next page to examine */
	__u64 spare; /* the first page without HINT_KEEP */
	__u64 done; /* the first page with HINT_DONE */
};

/* Examine one page; clock.bpf.c explains why this is a function. */
static long examine(__u32 i, struct search *search)
{
	struct hint *hint = hint_of(search->page);
	__u32 advice = hint ? hint->advice : HINT_NONE;

	if (advice == HINT_DONE) {
		search->done = search->page;
		return 1;
	}
	if (advice != HINT_KEEP && search->spare == VMLAB_BPF_NONE)
		search->spare = search->page;
	search->page = vmlab_bpf_list_next(search->space, search->page);
	return search->page == VMLAB_BPF_NONE;
}

/*
 * Evict the oldest page with HINT_DONE; without one the oldest page that has no
 * HINT_KEEP; without one the oldest page.
 */
SEC("struct_ops/victim")
__u64 BPF_PROG(hinted_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	struct search search = {
		.space = space,
		.spare = VMLAB_BPF_NONE,
		.done = VMLAB_BPF_NONE,
	};

	/* The kernel could not evict prev: examine it last. */
	if (prev != VMLAB_BPF_NONE)
		vmlab_bpf_list_move(space, prev, 0, true);
	search.page = vmlab_bpf_list_first(space, 0);
	if (search.page == VMLAB_BPF_NONE)
		return VMLAB_BPF_NONE;
	bpf_loop(vmlab_bpf_nr_resident(space), examine, &search, 0);
	if (search.done != VMLAB_BPF_NONE)
		return search.done;
	if (search.spare != VMLAB_BPF_NONE)
		return search.spare;
	return vmlab_bpf_list_first(space, 0);
}

SEC(".struct_ops.link")
struct vmlab_policy_ops hinted = {
	.fault = (void *)hinted_fault,
	.victim = (void *)hinted_victim,
	.name = "bpf-hinted",
};
