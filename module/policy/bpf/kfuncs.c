// SPDX-License-Identifier: GPL-2.0
/*
 * The kfuncs that a policy in BPF can call.
 *
 * The verifier ensures that @space is the argument of a callback, so the pager's
 * lock is held.  All other arguments can be any number: offsets are looked up,
 * and an invalid request is refused and counted.
 */
#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/module.h>

#include "policy/bpf/kfuncs.h"
#include "policy/bpf/pages.h"

static int vmlab_bpf_refuse(struct vmlab_bpf_space *space, int err)
{
	vmlab_count(space->space, policy_refused);
	return err;
}

static u64 vmlab_bpf_pgoff(const struct list_head *pos,
			   const struct list_head *head)
{
	return pos == head ? VMLAB_BPF_NONE :
	       list_entry(pos, struct vmlab_frame, bpf.link)->pgoff;
}

__bpf_kfunc_start_defs();

/**
 * vmlab_bpf_space_id() - return the number of the space
 * @space: the callback's
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: its number, as in debugfs; no other ever has it.
 */
__bpf_kfunc u64 vmlab_bpf_space_id(struct vmlab_bpf_space *space)
{
	return space->space->id;
}

/**
 * vmlab_bpf_budget() - return the budget
 * @space: the callback's
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: pages, or VMLAB_BPF_NONE without a limit.
 */
__bpf_kfunc u64 vmlab_bpf_budget(struct vmlab_bpf_space *space)
{
	return READ_ONCE(*space->budget);
}

/**
 * vmlab_bpf_nr_resident() - count the pages that can be evicted
 * @space: the callback's
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: pages that are resident and not locked in memory.
 */
__bpf_kfunc u64 vmlab_bpf_nr_resident(struct vmlab_bpf_space *space)
{
	return space->nr;
}

/**
 * vmlab_bpf_next_resident() - find the next resident page
 * @space: the callback's
 * @pgoff: any offset
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: the first resident page at or after @pgoff, or VMLAB_BPF_NONE.
 */
__bpf_kfunc u64 vmlab_bpf_next_resident(struct vmlab_bpf_space *space,
					u64 pgoff)
{
	struct rb_node *node = space->index.rb_node;
	u64 found = VMLAB_BPF_NONE;

	while (node) {
		u64 here = rb_entry(node, struct vmlab_frame,
				    bpf.index)->pgoff;

		if (here < pgoff) {
			node = node->rb_right;
		} else {
			found = here;
			node = node->rb_left;
		}
	}
	return found;
}

/**
 * vmlab_bpf_list_len() - return the length of a list
 * @space: the callback's
 * @list: which, from 0 to VMLAB_BPF_LISTS - 1
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: pages in it; 0 when there is no such list.
 */
__bpf_kfunc u64 vmlab_bpf_list_len(struct vmlab_bpf_space *space, u32 list)
{
	return list < VMLAB_BPF_LISTS ? space->lists[list].nr : 0;
}

/**
 * vmlab_bpf_list_first() - return the page at the head of a list
 * @space: the callback's
 * @list: which
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: its offset, or VMLAB_BPF_NONE when the list is empty.
 */
__bpf_kfunc u64 vmlab_bpf_list_first(struct vmlab_bpf_space *space, u32 list)
{
	struct list_head *head;

	if (list >= VMLAB_BPF_LISTS)
		return VMLAB_BPF_NONE;
	head = &space->lists[list].pages;
	if (list_empty(head))
		return VMLAB_BPF_NONE;
	space->last = list_first_entry(head, struct vmlab_frame, bpf.link);
	return space->last->pgoff;
}

/**
 * vmlab_bpf_list_last() - return the page at the end of a list
 * @space: the callback's
 * @list: which
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: its offset, or VMLAB_BPF_NONE when the list is empty.
 */
__bpf_kfunc u64 vmlab_bpf_list_last(struct vmlab_bpf_space *space, u32 list)
{
	if (list >= VMLAB_BPF_LISTS)
		return VMLAB_BPF_NONE;
	return vmlab_bpf_pgoff(space->lists[list].pages.prev,
			       &space->lists[list].pages);
}

/**
 * vmlab_bpf_list_next() - return the next page in the list of a page
 * @space: the callback's
 * @pgoff: the page
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: its offset, or VMLAB_BPF_NONE: there is none, or no page @pgoff.
 */
__bpf_kfunc u64 vmlab_bpf_list_next(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	return page ? vmlab_bpf_pgoff(page->bpf.link.next,
				      &space->lists[page->list].pages) :
		      VMLAB_BPF_NONE;
}

/**
 * vmlab_bpf_list_prev() - return the previous page in the list of a page
 * @space: the callback's
 * @pgoff: the page
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: its offset, or VMLAB_BPF_NONE: there is none, or no page @pgoff.
 */
__bpf_kfunc u64 vmlab_bpf_list_prev(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	return page ? vmlab_bpf_pgoff(page->bpf.link.prev,
				      &space->lists[page->list].pages) :
		      VMLAB_BPF_NONE;
}

/**
 * vmlab_bpf_list_of() - return the list of a page
 * @space: the callback's
 * @pgoff: the page
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: the list, or -ENOENT when there is no page @pgoff.
 */
__bpf_kfunc int vmlab_bpf_list_of(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	return page ? page->list : -ENOENT;
}

/**
 * vmlab_bpf_list_move() - move a page to a list, or within its list
 * @space: the callback's
 * @pgoff: the page
 * @list: which
 * @tail: at its end, not at its head
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: 0, -ENOENT when there is no page @pgoff, -EINVAL no such @list.
 */
__bpf_kfunc int vmlab_bpf_list_move(struct vmlab_bpf_space *space, u64 pgoff,
				    u32 list, u32 tail)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	if (!page)
		return vmlab_bpf_refuse(space, -ENOENT);
	if (list >= VMLAB_BPF_LISTS)
		return vmlab_bpf_refuse(space, -EINVAL);
	if (tail)
		list_move_tail(&page->bpf.link, &space->lists[list].pages);
	else
		list_move(&page->bpf.link, &space->lists[list].pages);
	space->lists[page->list].nr--;
	page->list = list;
	space->lists[list].nr++;
	return 0;
}

/**
 * vmlab_bpf_referenced() - return the reference bit of a page
 * @space: the callback's
 * @pgoff: the page
 *
 * Each access that faults sets the bit.
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: 1 or 0, or -ENOENT when there is no page @pgoff.
 */
__bpf_kfunc int vmlab_bpf_referenced(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	return page ? page->referenced : -ENOENT;
}

/**
 * vmlab_bpf_set_referenced() - set or clear the reference bit of a page
 * @space: the callback's
 * @pgoff: the page
 * @referenced: 0 clears it
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: the old bit, 1 or 0, or -ENOENT when there is no page @pgoff.
 */
__bpf_kfunc int vmlab_bpf_set_referenced(struct vmlab_bpf_space *space,
					 u64 pgoff, u32 referenced)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);
	bool old;

	if (!page)
		return vmlab_bpf_refuse(space, -ENOENT);
	old = page->referenced;
	page->referenced = referenced;
	return old;
}

/**
 * vmlab_bpf_value() - return the number that the program keeps with a page
 * @space: the callback's
 * @pgoff: the page
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: the number, 0 unless it was set; 0 when there is no page @pgoff.
 */
__bpf_kfunc u64 vmlab_bpf_value(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	return page ? page->key : 0;
}

/**
 * vmlab_bpf_set_value() - keep a number with a page until it is removed
 * @space: the callback's
 * @pgoff: the page
 * @value: any
 *
 * Context: a callback of struct vmlab_policy_ops.
 * Return: 0, or -ENOENT when there is no page @pgoff.
 */
__bpf_kfunc int vmlab_bpf_set_value(struct vmlab_bpf_space *space, u64 pgoff,
				    u64 value)
{
	struct vmlab_frame *page = vmlab_bpf_find(space, pgoff);

	if (!page)
		return vmlab_bpf_refuse(space, -ENOENT);
	page->key = value;
	return 0;
}

/**
 * vmlab_bpf_prefetch() - prefetch pages because of a fault
 * @space: of the callback fault()
 * @pgoff: the first
 * @nr: how many
 * @stride: distance between them, pages; 1 for neighbours
 *
 * The pages are brought in after the callback has returned, as far as they lie in
 * the mapping, the fault need not wait for them, and the budget has room for
 * them and one more.
 *
 * Context: the callback fault() of struct vmlab_policy_ops.
 * Return: 0, -EINVAL outside of fault() or for a @stride of 0, -ERANGE when
 * @pgoff is not in the mapping, -E2BIG beyond 16 requests or VMLAB_PREFETCH_MAX
 * pages in one call of fault().
 */
__bpf_kfunc int vmlab_bpf_prefetch(struct vmlab_bpf_space *space, u64 pgoff,
				   u32 nr, s64 stride)
{
	struct vmlab_wishes *wishes = space->wishes;

	if (!wishes || !stride)
		return vmlab_bpf_refuse(space, -EINVAL);
	if (pgoff < wishes->first || pgoff >= wishes->end)
		return vmlab_bpf_refuse(space, -ERANGE);
	if (!nr)
		return 0;
	if (wishes->nr == VMLAB_WISHES ||
	    nr > VMLAB_PREFETCH_MAX - wishes->nr_pages)
		return vmlab_bpf_refuse(space, -E2BIG);
	wishes->wish[wishes->nr].pgoff = pgoff;
	wishes->wish[wishes->nr].nr = nr;
	wishes->wish[wishes->nr].stride = stride;
	wishes->nr++;
	wishes->nr_pages += nr;
	return 0;
}

/**
 * vmlab_bpf_evict() - evict a page before the budget requires it
 * @space: of the callback fault()
 * @pgoff: the page, not the one that is accessed
 *
 * It is evicted after the callback has returned, unless it is in use then.
 *
 * Context: the callback fault() of struct vmlab_policy_ops.
 * Return: 0, -EINVAL outside of fault() or for the page that is accessed,
 * -ENOENT when there is no page @pgoff, -E2BIG beyond 16 requests in one call
 * of fault().
 */
__bpf_kfunc int vmlab_bpf_evict(struct vmlab_bpf_space *space, u64 pgoff)
{
	struct vmlab_wishes *wishes = space->wishes;

	if (!wishes || pgoff == wishes->pgoff)
		return vmlab_bpf_refuse(space, -EINVAL);
	if (!vmlab_bpf_find(space, pgoff))
		return vmlab_bpf_refuse(space, -ENOENT);
	if (wishes->nr == VMLAB_WISHES)
		return vmlab_bpf_refuse(space, -E2BIG);
	wishes->wish[wishes->nr].pgoff = pgoff;
	wishes->wish[wishes->nr].nr = 0;
	wishes->nr++;
	return 0;
}

__bpf_kfunc_end_defs();

VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_next_resident);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_list_len);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_list_first);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_list_next);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_list_move);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_prefetch);
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_evict);

BTF_KFUNCS_START(vmlab_bpf_kfuncs)
BTF_ID_FLAGS(func, vmlab_bpf_space_id, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_budget, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_nr_resident, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_next_resident, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_len, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_first, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_last, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_next, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_prev, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_of, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_list_move, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_referenced, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_set_referenced, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_value, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_set_value, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_prefetch, VMLAB_KF_TRUSTED)
BTF_ID_FLAGS(func, vmlab_bpf_evict, VMLAB_KF_TRUSTED)
BTF_KFUNCS_END(vmlab_bpf_kfuncs)

static const struct btf_kfunc_id_set vmlab_bpf_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &vmlab_bpf_kfuncs,
};

/**
 * vmlab_bpf_kfuncs_init() - register the kfuncs above; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vmlab_bpf_kfuncs_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS,
					 &vmlab_bpf_kfunc_set);
}

#endif /* VMLAB_HAVE_STRUCT_OPS */
