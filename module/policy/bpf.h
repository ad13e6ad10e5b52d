/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies in BPF: struct vmlab_policy_ops is the struct_ops type that programs
 * implement, struct vmlab_bpf_space what they are called about.
 */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include <linux/vmlab.h>

#include "../compat.h"
#include "policy.h"

struct vmlab_pager;

/* No page: what a program answers, or is told, in place of an offset. */
#define VMLAB_BPF_NONE	U64_MAX
/* Lists that a program may keep the pages of a space in. */
#define VMLAB_BPF_LISTS	8

/**
 * struct vmlab_bpf_space - the pages of one space, as a program sees them
 * @space: the space
 * @policy: whose it is
 * @ops: its callbacks; NULL once the program was unloaded.  Under the pager's
 *	lock, as all below.
 * @users_link: place in the policy's list
 * @index: pages by offset
 * @order: pages in the order of arrival: what the built-in default goes by
 * @lists: the program's lists
 * @nr: pages
 * @last: the page found last, or NULL
 * @decision: counts decisions, to know whom the present one named already
 * @wishes: where a program's wishes go, while it may have some
 */
struct vmlab_bpf_space {
	struct vmlab_space *space;
	struct vmlab_bpf_policy *policy;
	const struct vmlab_policy_ops *ops;
	struct list_head users_link;
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
 * @init: the policy is put in charge of a space: a negative errno refuses.
 *	The pages that are resident follow as insert().
 * @exit: it is in charge no longer
 * @insert: a page became resident, at the end of list 0; whether because it is
 *	accessed: its reference bit says so as well
 * @remove: a page is about to leave; it is still in its list
 * @access: a resident page was accessed; its reference bit is set already
 * @victim: whom to evict, or VMLAB_BPF_NONE.  @prev is VMLAB_BPF_NONE for the
 *	first choice, or the last answer, when that page is busy.
 * @fault: a page was accessed by a fault in a mapping of the pages from @first
 *	up to, not including, @end; it came with it, or was resident.  Here a
 *	program may ask for pages to come or to leave.
 * @flags: VMLAB_POLICY_SAMPLES
 * @name: for people
 *
 * All but @victim and @name may be left out.  They are called with the pager's
 * lock held but for @init and @exit, which none other runs beside: calls for
 * one space never overlap.  So programs must not sleep.
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
 * struct vmlab_bpf_policy - a policy that is loaded, or still was when a space
 *	got it
 * @policy: what the pager calls
 * @ref: held by each of @users, and while it is loaded
 * @link: place in the list of policies
 * @users: spaces that it is in charge of; empty for good once it is unloaded
 * @nr_users: their number
 * @ops: the program's
 * @name: the program's, a copy
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

#if VMLAB_HAVE_STRUCT_OPS

int vmlab_bpf_init(void);
bool vmlab_bpf_usable(void);
int vmlab_bpf_load(const struct vmlab_policy_ops *ops);
void vmlab_bpf_unload(const struct vmlab_policy_ops *ops);
const struct vmlab_policy *vmlab_bpf_get(u32 id);
void vmlab_bpf_put(const struct vmlab_policy *policy);
int vmlab_bpf_join(struct vmlab_bpf_space *space,
		   const struct vmlab_policy *policy);
void vmlab_bpf_leave(struct vmlab_bpf_space *space);
unsigned int vmlab_bpf_list(struct vmlab_policy_info *infos, unsigned int nr);

extern const struct vmlab_policy vmlab_policy_bpf;
struct vmlab_frame *vmlab_bpf_find(struct vmlab_bpf_space *space, u64 pgoff);

int vmlab_bpf_kfuncs_init(void);

/* What programs can call: see bpf_kfuncs.c. */
u64 vmlab_bpf_space_id(struct vmlab_bpf_space *space);
u64 vmlab_bpf_budget(struct vmlab_bpf_space *space);
u64 vmlab_bpf_nr_resident(struct vmlab_bpf_space *space);
u64 vmlab_bpf_next_resident(struct vmlab_bpf_space *space, u64 pgoff);
u64 vmlab_bpf_list_len(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_first(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_last(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_next(struct vmlab_bpf_space *space, u64 pgoff);
u64 vmlab_bpf_list_prev(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_list_of(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_list_move(struct vmlab_bpf_space *space, u64 pgoff, u32 list,
			u32 tail);
int vmlab_bpf_referenced(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_set_referenced(struct vmlab_bpf_space *space, u64 pgoff,
			     u32 referenced);
u64 vmlab_bpf_value(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_set_value(struct vmlab_bpf_space *space, u64 pgoff, u64 value);
int vmlab_bpf_prefetch(struct vmlab_bpf_space *space, u64 pgoff, u32 nr,
		       s64 stride);
int vmlab_bpf_evict(struct vmlab_bpf_space *space, u64 pgoff);

#else

static inline int vmlab_bpf_init(void)
{
	return 0;
}

static inline bool vmlab_bpf_usable(void)
{
	return false;
}

static inline const struct vmlab_policy *vmlab_bpf_get(u32 id)
{
	return NULL;
}

static inline void vmlab_bpf_put(const struct vmlab_policy *policy)
{
}

static inline unsigned int vmlab_bpf_list(struct vmlab_policy_info *infos,
					  unsigned int nr)
{
	return 0;
}

#endif

#endif /* VMLAB_POLICY_BPF_H */
