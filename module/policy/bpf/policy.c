// SPDX-License-Identifier: GPL-2.0
/*
 * Between the pager and a policy in BPF: keep the pages of a space where the
 * program can find them, call the program, and check its answers.
 *
 * The pager's lock is held around every call.  A BPF program may run there: it
 * is not sleepable, so it neither faults nor schedules; the locks that its
 * helpers take (of maps and allocators) are raw spinlocks, under which nothing
 * of vmlab is called; and the kfuncs that it can call (kfuncs.c) take no lock at
 * all.  They need the argument that only these callbacks get, so they run only
 * where the lock is held.  The verifier alone bounds the time that a program
 * takes.
 */
#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/err.h>
#include <linux/slab.h>

#include "policy/bpf/loaded.h"
#include "policy/bpf/pages.h"
#include "policy/bpf/policy.h"

static void *bpf_create(const struct vmlab_policy_args *args)
{
	struct vmlab_bpf_space *space;
	int ret;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return ERR_PTR(-ENOMEM);
	space->space = args->space;
	space->lock = args->lock;
	space->budget = args->budget;
	vmlab_bpf_pages_init(space);
	ret = vmlab_bpf_join(space, args->policy);
	if (ret) {
		kfree(space);
		return ERR_PTR(ret);
	}
	return space;
}

static void bpf_destroy(void *state)
{
	vmlab_bpf_leave(state);
	kfree(state);
}

static void bpf_insert(void *state, struct vmlab_frame *page, bool accessed)
{
	struct vmlab_bpf_space *space = state;

	page->referenced = accessed;
	page->key = 0;
	page->seq = 0;
	vmlab_bpf_pages_insert(space, page);
	if (space->ops && space->ops->insert)
		space->ops->insert(space, page->pgoff, accessed);
}

static void bpf_remove(void *state, struct vmlab_frame *page)
{
	struct vmlab_bpf_space *space = state;

	if (space->ops && space->ops->remove)
		space->ops->remove(space, page->pgoff);
	vmlab_bpf_pages_remove(space, page);
}

static void bpf_access(void *state, struct vmlab_frame *page)
{
	struct vmlab_bpf_space *space = state;

	page->referenced = true;
	if (space->ops && space->ops->access)
		space->ops->access(space, page->pgoff);
}

/*
 * The program's answer is valid when the page is resident and this decision has
 * not named it before.  Otherwise, and once the program is unloaded, the victim
 * is the page that has been resident the longest.
 */
static struct vmlab_frame *bpf_victim(void *state, struct vmlab_frame *prev)
{
	struct vmlab_bpf_space *space = state;
	struct vmlab_frame *page;

	if (!prev)
		space->decision++;
	if (space->ops && space->nr) {
		u64 pgoff = space->ops->victim(space, prev ? prev->pgoff :
							     VMLAB_BPF_NONE);

		page = vmlab_bpf_find(space, pgoff);
		if (page && page->seq != space->decision)
			goto found;
	}
	list_for_each_entry(page, &space->order, bpf.order) {
		if (page->seq == space->decision)
			continue;
		if (space->ops)
			vmlab_count(space->space, policy_fallbacks);
		goto found;
	}
	return NULL;
found:
	page->seq = space->decision;
	return page;
}

static void bpf_fault(void *state, struct vmlab_wishes *wishes)
{
	struct vmlab_bpf_space *space = state;

	if (!space->ops)
		return;
	space->wishes = wishes;
	space->ops->fault(space, wishes->pgoff, wishes->first, wishes->end,
			  wishes->filled);
	space->wishes = NULL;
}

/* The template of each policy that is loaded. */
static const struct vmlab_policy vmlab_policy_bpf = {
	.name		= "bpf",
	.id		= VMLAB_POLICY_BPF,
	.create		= bpf_create,
	.destroy	= bpf_destroy,
	.insert		= bpf_insert,
	.remove		= bpf_remove,
	.access		= bpf_access,
	.victim		= bpf_victim,
	.fault		= bpf_fault,
};

/**
 * vmlab_bpf_load() - load a policy: all spaces can choose it
 * @ops: its callbacks, which stay until vmlab_bpf_unload() returns
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST when a policy of that name is loaded, or -ENOMEM.
 */
int vmlab_bpf_load(const struct vmlab_policy_ops *ops)
{
	struct vmlab_bpf_policy *policy;
	int ret;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		return -ENOMEM;
	kref_init(&policy->ref);
	INIT_LIST_HEAD(&policy->users);
	policy->ops = ops;
	strscpy(policy->name, ops->name, sizeof(policy->name));
	policy->policy = vmlab_policy_bpf;
	policy->policy.name = policy->name;
	policy->policy.samples = ops->flags & VMLAB_POLICY_SAMPLES;
	if (!ops->fault)
		policy->policy.fault = NULL;

	ret = vmlab_bpf_add(policy);
	if (ret)
		kfree(policy);
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_load);

#endif /* VMLAB_HAVE_STRUCT_OPS */
