// SPDX-License-Identifier: GPL-2.0
/*
 * The swap store of a space: an unlinked tmpfs file that holds the contents
 * of evicted frames, each at the offset that it has in the space.  So the
 * contents are swapped out under pressure, and charged to the task that evicts.
 *
 * The store does not know which offsets it has contents for: the entries of
 * the xarray of frames say so, see VMLAB_EVICTED_STORED.
 */
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include "compat.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "user.h"

/**
 * vmlab_store_create() - give a space a swap store, unless it has one
 * @space: the space
 *
 * Context: process context, may sleep; the caller holds config_lock.
 * Return: 0 or a negative errno.
 */
int vmlab_store_create(struct vmlab_space *space)
	__must_hold(&space->config_lock)
{
	struct file *file;

	if (space->frames.store)
		return 0;
	file = vmlab_shmem_file("vmlab-swap", MAX_LFS_FILESIZE);
	if (IS_ERR(file))
		return PTR_ERR(file);
	/* Pairs with the acquire in store_file(). */
	smp_store_release(&space->frames.store, file);
	return 0;
}

/**
 * vmlab_store_destroy() - free the swap store of a space
 * @space: the space; none of its frames will be evicted any more
 *
 * Context: process context, may sleep.
 */
void vmlab_store_destroy(struct vmlab_space *space)
	__context_unsafe(/* no other task has the space any more */)
{
	if (!space->frames.store)
		return;
	vmlab_user_uncharge(space->user, VMLAB_USER_STORE,
			    space->frames.store_pages);
	fput(space->frames.store);
}

/* The file of the store, or NULL without one. */
static struct file *store_file(struct vmlab_space *space)
{
	/* Pairs with the release in vmlab_store_create(). */
	return smp_load_acquire(&space->frames.store);
}

/* The store's own page for an offset, with a reference. */
static struct page *vmlab_store_page(struct vmlab_space *space, pgoff_t pgoff)
{
	struct file *store = store_file(space);

	if (!store)
		return ERR_PTR(-ENOSPC);
	if (pgoff >= MAX_LFS_FILESIZE >> PAGE_SHIFT)
		return ERR_PTR(-EFBIG);
	return shmem_read_mapping_page(store->f_mapping, pgoff);
}

/* Charge to the user what the store holds now: tmpfs counts it in blocks. */
static void store_charge(struct vmlab_space *space)
{
	const struct inode *inode = file_inode(space->frames.store);
	long pages;

	if (!space->user)
		return;
	spin_lock(&space->frames.store_lock);
	pages = READ_ONCE(inode->i_blocks) >> (PAGE_SHIFT - 9);
	vmlab_user_uncharge(space->user, VMLAB_USER_STORE,
			    space->frames.store_pages - pages);
	space->frames.store_pages = pages;
	spin_unlock(&space->frames.store_lock);
}

/* Count the pages of a frame for which the store has no page yet. */
static long store_missing(struct vmlab_space *space, struct folio *folio)
{
	long i, nr = folio_nr_pages(folio), missing = 0;
	struct file *store = store_file(space);

	/* The pages of contents that were loaded again stay, also in swap. */
	for (i = 0; store && i < nr; i++)
		missing += !xa_load(&store->f_mapping->i_pages,
				    folio->index + i);
	return missing;
}

/**
 * vmlab_store_save() - keep the contents of a frame
 * @space: the space
 * @folio: the frame, locked and not mapped
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -EDQUOT when the user has as many pages in stores as the
 * limit allows, or another negative errno: the contents are not kept.
 */
int vmlab_store_save(struct vmlab_space *space, struct folio *folio)
{
	const long missing = space->user ? store_missing(space, folio) : 0;
	unsigned long i, nr = folio_nr_pages(folio);
	int ret = 0;

	if (missing)
		ret = vmlab_user_charge(space->user, VMLAB_USER_STORE, missing);
	if (ret)
		return ret;

	for (i = 0; i < nr; i++) {
		struct page *page = vmlab_store_page(space, folio->index + i);
		struct folio *kept;

		if (IS_ERR(page)) {
			ret = PTR_ERR(page);
			break;
		}
		kept = page_folio(page);
		folio_lock(kept);
		copy_highpage(page, folio_page(folio, i));
		folio_mark_dirty(kept);
		folio_unlock(kept);
		folio_put(kept);
		cond_resched();
	}
	/* First what the store really holds, so that no other task gets room. */
	if (store_file(space))
		store_charge(space);
	vmlab_user_uncharge(space->user, VMLAB_USER_STORE, missing);
	return ret;
}

/**
 * vmlab_store_copy() - copy out what is kept for an offset
 * @space: the space
 * @pgoff: the offset, pages
 * @to: room for a page
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno, such as -EIO when it cannot be swapped in.
 */
int vmlab_store_copy(struct vmlab_space *space, pgoff_t pgoff, void *to)
{
	struct page *page = vmlab_store_page(space, pgoff);
	struct folio *kept;

	if (IS_ERR(page))
		return PTR_ERR(page);
	kept = page_folio(page);
	folio_lock(kept);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
	folio_unlock(kept);
	folio_put(kept);
	return 0;
}

/**
 * vmlab_store_load() - fill a frame with what is kept for it
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno, such as -EIO when it cannot be swapped in.
 */
int vmlab_store_load(struct vmlab_space *space, struct folio *folio)
{
	void *kaddr = kmap_local_folio(folio, 0);
	int ret = vmlab_store_copy(space, folio->index, kaddr);

	kunmap_local(kaddr);
	return ret;
}

/**
 * vmlab_store_discard() - forget what is kept for a range
 * @space: the space
 * @first: first offset, pages
 * @last: last offset, pages, inclusive
 *
 * Context: process context, may sleep.
 */
void vmlab_store_discard(struct vmlab_space *space, pgoff_t first,
			 pgoff_t last)
{
	const pgoff_t max = (MAX_LFS_FILESIZE >> PAGE_SHIFT) - 1;
	struct file *store = store_file(space);

	if (!store || first > max)
		return;
	last = min(last, max);
	shmem_truncate_range(file_inode(store),
			     (loff_t)first << PAGE_SHIFT,
			     ((loff_t)last << PAGE_SHIFT) | ~PAGE_MASK);
	store_charge(space);
}
