// SPDX-License-Identifier: GPL-2.0
/*
 * The application knows best: it writes hints into a table that it shares with
 * this program, one for each page, as plain stores to memory.
 *
 *   HINT_KEEP   needed again soon: let others leave first
 *   HINT_DONE   not needed any more: let it leave first
 *   next, nr    whoever touches this page touches those next: bring them along.
 *	       A linked list or a tree that is walked has no stride that anyone
 *	       could find, but the application knows where its pointers lead.
 *
 * The table is a BPF map that can be mapped, as a file can:
 *
 *	fd = bpf_obj_get("/sys/fs/bpf/vmlab/bpf-hinted/hints");
 *	hints = mmap(NULL, HINTS * sizeof(*hints), PROT_READ | PROT_WRITE,
 *		     MAP_SHARED, fd, 0);
 *	hints[page].advice = HINT_DONE;
 *
 * There is one table for all spaces, by page number, to keep the example short:
 * let one space use this policy at a time.  A hint is only a hint: this program
 * checks what it finds there, and the kernel checks what it makes of it.
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

/* The hint for a page; none for one beyond the table. */
static __always_inline struct hint *hint_of(__u64 pgoff)
{
	__u32 key = pgoff;

	return pgoff < HINTS ? bpf_map_lookup_elem(&hints, &key) : NULL;
}

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
	__u64 page; /* the one to look at */
	__u64 spare; /* the first without HINT_KEEP */
	__u64 done; /* the first with HINT_DONE */
};

static long look(__u32 i, struct search *search)
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
 * Of the pages in the order of arrival: the first that is done with, or the
 * first that nobody wants to keep, or just the first.
 */
SEC("struct_ops/victim")
__u64 BPF_PROG(hinted_victim, struct vmlab_bpf_space *space, __u64 prev)
{
	struct search search = {
		.space = space,
		.spare = VMLAB_BPF_NONE,
		.done = VMLAB_BPF_NONE,
	};

	/* That one cannot leave now; nor should it be found again. */
	if (prev != VMLAB_BPF_NONE)
		vmlab_bpf_list_move(space, prev, 0, true);
	search.page = vmlab_bpf_list_first(space, 0);
	if (search.page == VMLAB_BPF_NONE)
		return VMLAB_BPF_NONE;
	bpf_loop(vmlab_bpf_nr_resident(space), look, &search, 0);
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
