/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a paging policy in BPF is made of.  Documentation/bpf.rst explains it;
 * the module says what each function does (module/policy/bpf_kfuncs.c) and each
 * callback means (module/policy/bpf.h).
 *
 * A page is told by its offset in the space, in pages.
 */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* no page */
#define VMLAB_BPF_NONE	(~0ull)
/* lists of pages that each space has; a new page comes to the end of list 0 */
#define VMLAB_BPF_LISTS 8
/* vmlab_policy_ops.flags: make some accesses fault, so that they are seen */
#define VMLAB_POLICY_SAMPLES (1u << 0)

#define ENOMEM 12

/* the pages of one space; only for handing on */
struct vmlab_bpf_space {
} __attribute__((preserve_access_index));

/* the callbacks; all but victim and name may be left out */
struct vmlab_policy_ops {
	int (*init)(struct vmlab_bpf_space *space);
	void (*exit)(struct vmlab_bpf_space *space);
	void (*insert)(struct vmlab_bpf_space *space, __u64 pgoff,
		       __u32 accessed);
	void (*remove)(struct vmlab_bpf_space *space, __u64 pgoff);
	void (*access)(struct vmlab_bpf_space *space, __u64 pgoff);
	__u64 (*victim)(struct vmlab_bpf_space *space, __u64 prev);
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

/* what is known of a page */
extern int vmlab_bpf_referenced(struct vmlab_bpf_space *space,
				__u64 pgoff) __ksym;
extern int vmlab_bpf_set_referenced(struct vmlab_bpf_space *space, __u64 pgoff,
				    __u32 referenced) __ksym;
extern __u64 vmlab_bpf_value(struct vmlab_bpf_space *space,
			     __u64 pgoff) __ksym;
extern int vmlab_bpf_set_value(struct vmlab_bpf_space *space, __u64 pgoff,
			       __u64 value) __ksym;

/* requests, in fault() only */
extern int vmlab_bpf_prefetch(struct vmlab_bpf_space *space, __u64 pgoff,
			      __u32 nr, __s64 stride) __ksym;
extern int vmlab_bpf_evict(struct vmlab_bpf_space *space, __u64 pgoff) __ksym;

#endif /* VMLAB_POLICY_BPF_H */
