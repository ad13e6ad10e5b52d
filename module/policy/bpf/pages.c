// SPDX-License-Identifier: GPL-2.0
/* The pages of a space by offset, for a policy in BPF. */
#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include "policy/bpf/pages.h"

/**
 * vmlab_bpf_pages_init() - start without pages
 * @space: the pages
 *
 * Context: any.
 */
void vmlab_bpf_pages_init(struct vmlab_bpf_space *space)
{
	unsigned int i;

	space->index = RB_ROOT;
	INIT_LIST_HEAD(&space->order);
	for (i = 0; i < VMLAB_BPF_LISTS; i++)
		INIT_LIST_HEAD(&space->lists[i].pages);
}

static bool page_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct vmlab_frame, bpf.index)->pgoff <
	       rb_entry(b, struct vmlab_frame, bpf.index)->pgoff;
}

static int page_cmp(const void *key, const struct rb_node *node)
{
	pgoff_t pgoff = rb_entry(node, struct vmlab_frame, bpf.index)->pgoff;
	u64 want = *(const u64 *)key;

	return want < pgoff ? -1 : want > pgoff;
}

/**
 * vmlab_bpf_pages_insert() - add a page, as the last of list 0
 * @space: the pages
 * @page: the page
 *
 * Context: the pager's lock is held.
 */
void vmlab_bpf_pages_insert(struct vmlab_bpf_space *space,
			    struct vmlab_frame *page)
{
	page->list = 0;
	rb_add(&page->bpf.index, &space->index, page_less);
	list_add_tail(&page->bpf.order, &space->order);
	list_add_tail(&page->bpf.link, &space->lists[0].pages);
	space->lists[0].nr++;
	space->nr++;
	space->last = page;
}

/**
 * vmlab_bpf_pages_remove() - remove a page
 * @space: the pages
 * @page: the page
 *
 * Context: the pager's lock is held.
 */
void vmlab_bpf_pages_remove(struct vmlab_bpf_space *space,
			    struct vmlab_frame *page)
{
	space->nr--;
	space->lists[page->list].nr--;
	list_del(&page->bpf.link);
	list_del(&page->bpf.order);
	rb_erase(&page->bpf.index, &space->index);
	if (space->last == page)
		space->last = NULL;
}

/**
 * vmlab_bpf_find() - return the page at an offset
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
	node = rb_find(&pgoff, &space->index, page_cmp);
	if (!node)
		return NULL;
	space->last = rb_entry(node, struct vmlab_frame, bpf.index);
	return space->last;
}

#endif /* VMLAB_HAVE_STRUCT_OPS */
