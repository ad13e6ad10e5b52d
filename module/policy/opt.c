// SPDX-License-Identifier: GPL-2.0
/*
 * OPT evicts the page whose next use in the trace lies farthest ahead (Belady).
 * It needs a trace of the accesses to come; no policy has fewer faults.
 *
 * OPT follows the trace as accesses are seen: each access moves the position to
 * the next occurrence of its page.  An access that is not in the trace does not
 * move the position, and its page counts as never accessed again.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <linux/vmlab.h>

#include "policy/policy.h"
#include "user.h"

#define NEVER	U64_MAX

/*
 * @tree: resident frames by next access, @key, the farthest first; of those
 *	that are never accessed again, the longest resident first, by @seq
 * @ahead: by page, the index in the trace of its first access at or after the
 *	position, or of an earlier one
 * @arrivals: insertions so far
 * @pos: the position: index in the trace of the next access
 * @nr: accesses in the trace
 * @user: the user that @next is charged to, or NULL
 * @next: for each access, the index of the next access of the same page
 */
struct opt {
	struct rb_root_cached tree;
	struct xarray ahead;
	u64 arrivals;
	u64 pos;
	unsigned long nr;
	struct vmlab_user *user;
	u64 next[];
};

static bool opt_less(struct rb_node *a, const struct rb_node *b)
{
	const struct vmlab_frame *pa = rb_entry(a, struct vmlab_frame, node);
	const struct vmlab_frame *pb = rb_entry(b, struct vmlab_frame, node);

	return pa->key > pb->key || (pa->key == pb->key && pa->seq < pb->seq);
}

static void opt_destroy(void *state)
{
	struct opt *opt = state;

	xa_destroy(&opt->ahead);
	vmlab_user_uncharge(opt->user, VMLAB_USER_TRACE, opt->nr);
	kvfree(opt);
}

static void *opt_create(const struct vmlab_policy_args *args)
{
	int ret = vmlab_user_charge(args->user, VMLAB_USER_TRACE,
				    args->nr_trace);
	struct opt *opt;
	unsigned long i;

	if (ret)
		return ERR_PTR(ret);
	opt = kvzalloc(struct_size(opt, next, args->nr_trace),
		       GFP_KERNEL_ACCOUNT);
	if (!opt) {
		vmlab_user_uncharge(args->user, VMLAB_USER_TRACE,
				    args->nr_trace);
		return ERR_PTR(-ENOMEM);
	}
	opt->user = args->user;
	opt->tree = RB_ROOT_CACHED;
	xa_init_flags(&opt->ahead, XA_FLAGS_ACCOUNT);
	opt->nr = args->nr_trace;

	/* Backwards: the entry stored last is the next occurrence. */
	for (i = opt->nr; i--;) {
		void *old = xa_store(&opt->ahead, args->trace[i],
				     xa_mk_value(i), GFP_KERNEL_ACCOUNT);

		if (xa_is_err(old)) {
			opt_destroy(opt);
			return ERR_PTR(xa_err(old));
		}
		opt->next[i] = old ? xa_to_value(old) : NEVER;
		cond_resched();
	}
	return opt;
}

/* Follow the accesses of one page from @index to the position. */
static u64 opt_ahead(const struct opt *opt, u64 index)
{
	while (index != NEVER && index < opt->pos)
		index = opt->next[index];
	return index;
}

/* Move the position past the access of a page that is expected at @index. */
static u64 opt_follow(struct opt *opt, u64 index)
{
	index = opt_ahead(opt, index);
	if (index == NEVER)
		return NEVER;
	opt->pos = index + 1;
	return opt->next[index];
}

static void opt_insert(void *state, struct vmlab_frame *frame,
		       bool accessed)
{
	struct opt *opt = state;
	void *entry = xa_load(&opt->ahead, frame->pgoff);
	u64 index = entry ? xa_to_value(entry) : NEVER;

	frame->key = accessed ? opt_follow(opt, index) : opt_ahead(opt, index);
	frame->seq = opt->arrivals++;
	rb_add_cached(&frame->node, &opt->tree, opt_less);
}

static void opt_remove(void *state, struct vmlab_frame *frame)
{
	struct opt *opt = state;

	rb_erase_cached(&frame->node, &opt->tree);
	/* Remember where to resume.  To replace a value needs no memory. */
	if (frame->key == NEVER)
		xa_erase(&opt->ahead, frame->pgoff);
	else
		xa_store(&opt->ahead, frame->pgoff, xa_mk_value(frame->key), 0);
}

static void opt_access(void *state, struct vmlab_frame *frame)
{
	struct opt *opt = state;

	rb_erase_cached(&frame->node, &opt->tree);
	frame->key = opt_follow(opt, frame->key);
	rb_add_cached(&frame->node, &opt->tree, opt_less);
}

static struct vmlab_frame *opt_victim(void *state, struct vmlab_frame *prev)
{
	struct opt *opt = state;

	return rb_entry_safe(prev ? rb_next(&prev->node) :
			     rb_first_cached(&opt->tree),
			     struct vmlab_frame, node);
}

const struct vmlab_policy vmlab_policy_opt = {
	.name		= "opt",
	.id		= VMLAB_POLICY_OPT,
	.traced		= true,
	.create		= opt_create,
	.destroy	= opt_destroy,
	.insert		= opt_insert,
	.remove		= opt_remove,
	.access		= opt_access,
	.victim		= opt_victim,
};
