// SPDX-License-Identifier: GPL-2.0
/*
 * OPT evicts the page whose next use in the trace lies farthest ahead (Belady).
 * It needs a trace of the accesses to come; no policy has fewer faults.
 *
 * OPT follows the trace as accesses are seen: each access moves the position to
 * the next occurrence of its page.  An access that is not in the trace does not
 * move the position, and its page counts as never accessed again.
 *
 * Repeated accesses of one page count as one, in the trace and when they are
 * seen: the page is mapped after the first, so the repeats may not fault.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"
#include "user.h"

#define NEVER	U64_MAX
/* No page: offsets are below 2^52. */
#define NO_PAGE	U64_MAX

/* One access of the trace: the @index-th is of page @pgoff. */
struct opt_use {
	u64 pgoff;
	u64 index;
};

/*
 * @tree: resident frames by next access, @key, the farthest first; of those
 *	that are never accessed again, the longest resident first, by @seq
 * @arrivals: insertions so far
 * @pos: the position: index in the trace of the next access
 * @last: the page that was accessed last
 * @nr: number of @uses
 * @charged: accesses of the trace, charged to @user
 * @user: a user with a limit, or NULL
 * @uses: the trace without repeats, by page and index
 */
struct opt {
	struct rb_root_cached tree;
	u64 arrivals;
	u64 pos;
	u64 last;
	unsigned long nr;
	unsigned long charged;
	struct vmlab_user *user;
	struct opt_use uses[];
};

static bool opt_less(struct rb_node *a, const struct rb_node *b)
{
	const struct vmlab_frame *pa = rb_entry(a, struct vmlab_frame, node);
	const struct vmlab_frame *pb = rb_entry(b, struct vmlab_frame, node);

	return pa->key > pb->key || (pa->key == pb->key && pa->seq < pb->seq);
}

static bool use_less(const struct opt_use *a, const struct opt_use *b)
{
	return a->pgoff < b->pgoff ||
	       (a->pgoff == b->pgoff && a->index < b->index);
}

/* Let the heap's element at @at sink to its place among the first @nr. */
static void use_sink(struct opt_use *uses, unsigned long at, unsigned long nr)
{
	unsigned long child;

	while ((child = 2 * at + 1) < nr) {
		if (child + 1 < nr && use_less(&uses[child], &uses[child + 1]))
			child++;
		if (!use_less(&uses[at], &uses[child]))
			break;
		swap(uses[at], uses[child]);
		at = child;
	}
}

/* Let others run now and then.  Returns whether the task was killed. */
static bool opt_killed(unsigned long step)
{
	if (step & 0x3ff)
		return false;
	cond_resched();
	return fatal_signal_pending(current);
}

/*
 * Heapsort by page and index.  A long trace takes seconds, and sort() of lib/
 * does not end before that when the task is killed.
 */
static int opt_sort(struct opt *opt)
{
	unsigned long i;

	for (i = opt->nr / 2; i--; ) {
		use_sink(opt->uses, i, opt->nr);
		if (opt_killed(i))
			return -EINTR;
	}
	for (i = opt->nr; i > 1; ) {
		i--;
		swap(opt->uses[0], opt->uses[i]);
		use_sink(opt->uses, 0, i);
		if (opt_killed(i))
			return -EINTR;
	}
	return 0;
}

static void opt_destroy(void *state)
{
	struct opt *opt = state;

	vmlab_user_uncharge(opt->user, VMLAB_USER_TRACE, opt->charged);
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
	opt = kvzalloc(struct_size(opt, uses, args->nr_trace),
		       GFP_KERNEL_ACCOUNT);
	if (!opt) {
		vmlab_user_uncharge(args->user, VMLAB_USER_TRACE,
				    args->nr_trace);
		return ERR_PTR(-ENOMEM);
	}
	opt->user = args->user;
	opt->charged = args->nr_trace;
	opt->tree = RB_ROOT_CACHED;
	opt->last = NO_PAGE;
	for (i = 0; i < args->nr_trace; i++) {
		if (opt_killed(i)) {
			ret = -EINTR;
			break;
		}
		if (i && args->trace[i] == args->trace[i - 1])
			continue;
		opt->uses[opt->nr].pgoff = args->trace[i];
		opt->uses[opt->nr].index = opt->nr;
		opt->nr++;
	}
	if (!ret)
		ret = opt_sort(opt);
	if (ret) {
		opt_destroy(opt);
		return ERR_PTR(ret);
	}
	return opt;
}

/* Return the index of the first access of a page from the position on. */
static u64 opt_next(const struct opt *opt, u64 pgoff)
{
	unsigned long low = 0, high = opt->nr;

	while (low < high) {
		unsigned long mid = low + (high - low) / 2;
		const struct opt_use *use = &opt->uses[mid];

		if (use->pgoff < pgoff ||
		    (use->pgoff == pgoff && use->index < opt->pos))
			low = mid + 1;
		else
			high = mid;
	}
	return low < opt->nr && opt->uses[low].pgoff == pgoff ?
	       opt->uses[low].index : NEVER;
}

/* Move the position past the access of a page, and return its next access. */
static u64 opt_follow(struct opt *opt, u64 pgoff)
{
	u64 index;

	if (pgoff != opt->last) {
		index = opt_next(opt, pgoff);
		if (index != NEVER)
			opt->pos = index + 1;
		opt->last = pgoff;
	}
	return opt_next(opt, pgoff);
}

static void opt_insert(void *state, struct vmlab_frame *frame, bool accessed)
{
	struct opt *opt = state;

	frame->key = accessed ? opt_follow(opt, frame->pgoff) :
				opt_next(opt, frame->pgoff);
	frame->seq = opt->arrivals++;
	rb_add_cached(&frame->node, &opt->tree, opt_less);
}

static void opt_remove(void *state, struct vmlab_frame *frame)
{
	struct opt *opt = state;

	rb_erase_cached(&frame->node, &opt->tree);
}

static void opt_access(void *state, struct vmlab_frame *frame)
{
	struct opt *opt = state;

	rb_erase_cached(&frame->node, &opt->tree);
	frame->key = opt_follow(opt, frame->pgoff);
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
