// SPDX-License-Identifier: GPL-2.0
/*
 * Between the pager and a policy in BPF: keeps the pages of a space where the
 * program can find them, calls it, and judges what it answers.
 *
 * The pager's lock is held around every call.  A BPF program may run there: it
 * is not sleepable, so it neither faults nor schedules; the locks that its
 * helpers take (of maps and allocators) are raw spinlocks, under which nothing
 * of ours is called; and the functions of ours that it can call (bpf_kfuncs.c)
 * take no lock at all.  They need the argument that only our callbacks get, so
 * they run only where the lock is held.  How long it runs is up to the program,
 * within what the verifier lets pass.
 */
#include "../compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/err.h>
#include <linux/slab.h>

#include "../space.h"
#include "bpf.h"

static void *bpf_create(const struct vmlab_policy_args *args)
{
	struct vmlab_bpf_space *space;
	unsigned int i;
	int ret;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return ERR_PTR(-ENOMEM);
	space->space = args->space;
	space->index = RB_ROOT;
	INIT_LIST_HEAD(&space->order);
	for (i = 0; i < VMLAB_BPF_LISTS; i++)
		INIT_LIST_HEAD(&space->lists[i].pages);
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

static bool bpf_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct vmlab_frame, bpf.index)->pgoff <
	       rb_entry(b, struct vmlab_frame, bpf.index)->pgoff;
}

static int bpf_cmp(const void *key, const struct rb_node *node)
{
	pgoff_t pgoff = rb_entry(node, struct vmlab_frame, bpf.index)->pgoff;
	u64 want = *(const u64 *)key;

	return want < pgoff ? -1 : want > pgoff;
}

/**
 * vmlab_bpf_find() - the page at an offset
 * @space: the pages
 * @pgoff: any number
 *
 * Context: the pager's lock is held.
 * Return: a page that the policy may choose, or NULL.
 */
struct vmlab_frame *vmlab_bpf_find(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct rb_node *node;

	/* Programs ask several things of one page in a row. */
	if (space->last && space->last->pgoff == pgoff)
		return space->last;
	node = rb_find(&pgoff, &space->index, bpf_cmp);
	if (!node)
		return NULL;
	space->last = rb_entry(node, struct vmlab_frame, bpf.index);
	return space->last;
}

static void bpf_insert(void *state, struct vmlab_frame *page, bool accessed)
{
	struct vmlab_bpf_space *space = state;

	page->referenced = accessed;
	page->key = 0;
	page->seq = 0;
	page->list = 0;
	rb_add(&page->bpf.index, &space->index, bpf_less);
	list_add_tail(&page->bpf.order, &space->order);
	list_add_tail(&page->bpf.link, &space->lists[0].pages);
	space->lists[0].nr++;
	space->nr++;
	space->last = page;
	if (space->ops && space->ops->insert)
		space->ops->insert(space, page->pgoff, accessed);
}

static void bpf_remove(void *state, struct vmlab_frame *page)
{
	struct vmlab_bpf_space *space = state;

	if (space->ops && space->ops->remove)
		space->ops->remove(space, page->pgoff);
	space->nr--;
	space->lists[page->list].nr--;
	list_del(&page->bpf.link);
	list_del(&page->bpf.order);
	rb_erase(&page->bpf.index, &space->index);
	if (space->last == page)
		space->last = NULL;
}

static void bpf_access(void *state, struct vmlab_frame *page)
{
	struct vmlab_bpf_space *space = state;

	page->referenced = true;
	if (space->ops && space->ops->access)
		space->ops->access(space, page->pgoff);
}

/*
 * What the program answers counts when the page is there and this decision has
 * not named it before.  Otherwise the longest resident of the rest leaves, as
 * it does once the program is gone.
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

/* What each policy that is loaded begins as. */
const struct vmlab_policy vmlab_policy_bpf = {
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

#endif /* VMLAB_HAVE_STRUCT_OPS */
