/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations for paging policies in BPF.  Documentation/bpf.rst is the guide;
 * struct vmlab_policy_ops in module/policy documents the callbacks, and the
 * kernel-doc of the functions there what each of them does.
 *
 * A page is identified by its offset in the space, in pages.
 */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* "no page", as an argument or a return value */
#define VMLAB_BPF_NONE	(~0ull)
/* lists of resident pages in each space; a new page is appended to list 0 */
#define VMLAB_BPF_LISTS 8
/* vmlab_policy_ops.flags: make some accesses to resident pages fault, to see them */
#define VMLAB_POLICY_SAMPLES (1u << 0)

#define ENOMEM 12

/* the pages of one space: opaque, to pass to the functions below */
struct vmlab_bpf_space {
} __attribute__((preserve_access_index));

/* the callbacks; only victim and name are required */
struct vmlab_policy_ops {
	/* a space starts to use the policy; a negative errno refuses it */
	int (*init)(struct vmlab_bpf_space *space);
	/* a space stops using the policy */
	void (*exit)(struct vmlab_bpf_space *space);
	/* a page became resident; accessed: by an access, not by a prefetch */
	void (*insert)(struct vmlab_bpf_space *space, __u64 pgoff,
		       __u32 accessed);
	/* a page is about to be evicted or freed */
	void (*remove)(struct vmlab_bpf_space *space, __u64 pgoff);
	/* a resident page was accessed */
	void (*access)(struct vmlab_bpf_space *space, __u64 pgoff);
	/* return the page to evict; prev could not be evicted */
	__u64 (*victim)(struct vmlab_bpf_space *space, __u64 prev);
	/* a page was accessed by a fault in a mapping of [first, end) */
	void (*fault)(struct vmlab_bpf_space *space, __u64 pgoff, __u64 first,
		      __u64 end, __u32 filled);
	__u32 flags;
	char name[16];
};

/* about the space */
extern __u64 vmlab_bpf_space_id(struct vmlab_bpf_space *space) __ksym;
extern __u64 vmlab_bpf_budget(struct vmlab_bpf_space *space) __ksym;
extern __u64 vmlab_bpf_nr_resident(struct vmlab_bpf_space *space) __ksym;
extern __u64 vmlab_bpf_next_resident(struct vmlab_bpf_space *space,
				     __u64 pgoff) __ksym;

/* lists of pages */
extern __u64 vmlab_bpf_list_len(struct vmlab_bpf_space *space,
				__u32 list) __ksym;
extern __u64 vmlab_bpf_list_first(struct vmlab_bpf_space *space,
				  __u32 list) __ksym;
extern __u64 vmlab_bpf_list_last(struct vmlab_bpf_space *space,
				 __u32 list) __ksym;
extern __u64 vmlab_bpf_list_next(struct vmlab_bpf_space *space,
				 __u64 pgoff) __ksym;
extern __u64 vmlab_bpf_list_prev(struct vmlab_bpf_space *space,
				 __u64 pgoff) __ksym;
extern int vmlab_bpf_list_of(struct vmlab_bpf_space *space,
			     __u64 pgoff) __ksym;
extern int vmlab_bpf_list_move(struct vmlab_bpf_space *space, __u64 pgoff,
			       __u32 list, __u32 tail) __ksym;

/* the reference bit of a page, and a value of the policy's own */
extern int vmlab_bpf_referenced(struct vmlab_bpf_space *space,
				__u64 pgoff) __ksym;
extern int vmlab_bpf_set_referenced(struct vmlab_bpf_space *space, __u64 pgoff,
				    __u32 referenced) __ksym;
extern __u64 vmlab_bpf_value(struct vmlab_bpf_space *space,
			     __u64 pgoff) __ksym;
extern int vmlab_bpf_set_value(struct vmlab_bpf_space *space, __u64 pgoff,
			       __u64 value) __ksym;

/* requests: valid in fault() only */
extern int vmlab_bpf_prefetch(struct vmlab_bpf_space *space, __u64 pgoff,
			      __u32 nr, __s64 stride) __ksym;
extern int vmlab_bpf_evict(struct vmlab_bpf_space *space, __u64 pgoff) __ksym;

#endif /* VMLAB_POLICY_BPF_H */
