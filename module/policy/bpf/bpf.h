/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies in BPF: struct vmlab_policy_ops is the struct_ops type that programs
 * implement, struct vmlab_bpf_space the argument of its callbacks.
 */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include <linux/vmlab.h>

#include "policy/policy.h"
#include "types.h"

/* In place of an offset: no page. */
#define VMLAB_BPF_NONE	U64_MAX
/* Lists in which a program can keep the pages of a space. */
#define VMLAB_BPF_LISTS	8

/**
 * struct vmlab_bpf_space - the resident pages of one space, as a program sees
 *	them
 * @space: the space, for its number and its statistics
 * @lock: the pager's lock: protects the members from @ops on
 * @budget: the budget of the space
 * @policy: the policy
 * @users_link: place in the policy's list of users
 * @ops: its callbacks; NULL once the program was unloaded
 * @index: pages by offset
 * @order: pages in the order of arrival, for the default policy
 * @lists: the program's lists
 * @nr: number of pages
 * @last: the page that was found last, or NULL
 * @decision: counts decisions, to tell which pages the current one named
 * @wishes: takes the program's requests during fault(), else NULL
 */
struct vmlab_bpf_space {
	struct vmlab_space *space;
	spinlock_t *lock;	/* see above */
	const unsigned long *budget;
	struct vmlab_bpf_policy *policy;
	struct list_head users_link;
	const struct vmlab_policy_ops *ops;
	struct rb_root index;
	struct list_head order;
	struct {
		struct list_head pages;
		u64 nr;
	} lists[VMLAB_BPF_LISTS];
	u64 nr;
	struct vmlab_frame *last;
	u64 decision;
	struct vmlab_wishes *wishes;
};

/**
 * struct vmlab_policy_ops - the callbacks of a policy, each a BPF program
 * @init: a space gets this policy; a negative errno refuses.  The resident
 *	pages follow as insert().
 * @exit: the space gets another policy, or is closed
 * @insert: a page became resident, and is the last of list 0; @accessed, as
 *	its reference bit, says whether because of an access
 * @remove: a page is about to be removed; it is still in its list
 * @access: a resident page was accessed; its reference bit is set already
 * @victim: name the page to evict, or VMLAB_BPF_NONE.  @prev is VMLAB_BPF_NONE
 *	for the first choice, or the last answer when that page is busy.
 * @fault: a fault accessed a page, in a VMA that maps the pages from @first up
 *	to, but not including, @end; @filled says whether the fault filled it.
 *	Only here a program may prefetch and evict pages.
 * @flags: VMLAB_POLICY_SAMPLES
 * @name: printed to users
 *
 * All but @victim and @name are optional.  @init and @exit never run beside
 * another callback; the others run with the pager's lock held: calls for one
 * space never overlap.  So programs must not sleep.
 */
struct vmlab_policy_ops {
	int (*init)(struct vmlab_bpf_space *space);
	void (*exit)(struct vmlab_bpf_space *space);
	void (*insert)(struct vmlab_bpf_space *space, u64 pgoff, u32 accessed);
	void (*remove)(struct vmlab_bpf_space *space, u64 pgoff);
	void (*access)(struct vmlab_bpf_space *space, u64 pgoff);
	u64 (*victim)(struct vmlab_bpf_space *space, u64 prev);
	void (*fault)(struct vmlab_bpf_space *space, u64 pgoff, u64 first,
		      u64 end, u32 filled);
	u32 flags;
	char name[VMLAB_POLICY_NAME_MAX];
};

/**
 * struct vmlab_bpf_policy - a policy that is loaded, or was when a space got it
 * @policy: what the pager calls
 * @ref: one reference for each of @users, and one while it is loaded
 * @link: place in the list of loaded policies
 * @users: spaces that have it; empty for good once it is unloaded
 * @nr_users: number of @users
 * @ops: the program's callbacks
 * @name: a copy of the program's name
 */
struct vmlab_bpf_policy {
	struct vmlab_policy policy;
	struct kref ref;
	struct list_head link;
	struct list_head users;
	u64 nr_users;
	const struct vmlab_policy_ops *ops;
	char name[VMLAB_POLICY_NAME_MAX];
};

#endif /* VMLAB_POLICY_BPF_H */
