// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the module allocates to show how the kernel maps its own: each
 * page is looked up in the kernel's page tables, also in the direct map.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "inspect/arch.h"
#include "inspect/inspect.h"

/* A request must not reclaim much, nor report a failure that it provoked. */
#define GFP_SHOW	(GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN)

static int describe(const void *memory, bool privileged,
		    struct vmlab_kmem_page *records, unsigned int nr)
{
	const bool addresses = privileged && !vmlab_layout_hidden();
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct vmlab_kmem_page *r = &records[i];
		unsigned long addr = (unsigned long)memory + i * PAGE_SIZE;
		u64 pfn;

		r->level = vmlab_pt_kernel_frame(addr, &pfn);
		if (!r->level)
			return -EOPNOTSUPP;
		if (PageLRU(pfn_to_page(pfn)))
			r->flags |= VMLAB_KMEM_LRU;
		if (privileged)
			r->pfn = pfn;
		if (addresses)
			r->addr = addr;
	}
	return 0;
}

static int show_kmalloc(size_t length, bool privileged,
			struct vmlab_kmem_page *records, unsigned int nr)
{
	void *memory = kmalloc(length, GFP_SHOW);
	int ret = -ENOMEM;

	if (memory)
		ret = describe(memory, privileged, records, nr);
	kfree(memory);
	return ret;
}

static int show_vmalloc(size_t length, bool privileged,
			struct vmlab_kmem_page *records, unsigned int nr)
{
	void *memory = __vmalloc(length, GFP_SHOW);
	int ret = -ENOMEM;

	if (memory)
		ret = describe(memory, privileged, records, nr);
	vfree(memory);
	return ret;
}

static int by_pfn(const void *a, const void *b)
{
	unsigned long x = page_to_pfn(*(struct page *const *)a);
	unsigned long y = page_to_pfn(*(struct page *const *)b);

	return x < y ? -1 : x > y;
}

static void free_frames(struct page **frames, unsigned int nr)
{
	while (nr)
		__free_page(frames[--nr]);
	kvfree(frames);
}

static struct page **alloc_frames(unsigned int nr)
{
	struct page **frames = kvcalloc(nr, sizeof(*frames),
					GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!frames)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < nr; i++) {
		frames[i] = fatal_signal_pending(current) ?
				    NULL : alloc_page(GFP_SHOW);
		if (!frames[i]) {
			free_frames(frames, i);
			return ERR_PTR(fatal_signal_pending(current) ?
					       -EINTR : -ENOMEM);
		}
		cond_resched();
	}
	return frames;
}

/* Of twice as many frames in order, every second one: none is adjacent to another. */
static int show_vmap(unsigned int pages, bool privileged,
		     struct vmlab_kmem_page *records, unsigned int nr)
{
	struct page **frames = alloc_frames(2 * pages);
	unsigned int i;
	void *memory;
	int ret = -ENOMEM;

	if (IS_ERR(frames))
		return PTR_ERR(frames);
	sort(frames, 2 * pages, sizeof(*frames), by_pfn, NULL);
	for (i = 1; i < pages; i++)
		swap(frames[i], frames[2 * i]);
	memory = vmap(frames, pages, VM_MAP, PAGE_KERNEL);
	if (memory)
		ret = describe(memory, privileged, records, nr);
	vunmap(memory);
	free_frames(frames, 2 * pages);
	return ret;
}

/**
 * vmlab_inspect_kmem() - allocate kernel memory, describe its pages, free it
 * @kind: VMLAB_KMEM_*
 * @length: bytes
 * @privileged: report frames, and addresses if the layout is not hidden
 * @records: zeroed room for the first pages
 * @nr: records that it has room for
 *
 * Context: process context, may sleep.
 * Return: the number of pages of the allocation, -EINVAL for another kind,
 * -ENOMEM, -EINTR, or -EOPNOTSUPP without page tables.
 */
int vmlab_inspect_kmem(u32 kind, size_t length, bool privileged,
		       struct vmlab_kmem_page *records, unsigned int nr)
{
	unsigned int pages = PAGE_ALIGN(length) / PAGE_SIZE;
	int ret = -EINVAL;

	if (!vmlab_pt_levels())
		return -EOPNOTSUPP;
	nr = min(nr, pages);
	if (kind == VMLAB_KMEM_KMALLOC)
		ret = show_kmalloc(length, privileged, records, nr);
	else if (kind == VMLAB_KMEM_VMALLOC)
		ret = show_vmalloc(length, privileged, records, nr);
	else if (kind == VMLAB_KMEM_VMAP)
		ret = show_vmap(pages, privileged, records, nr);
	return ret ?: pages;
}
