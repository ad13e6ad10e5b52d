// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that several spaces share, copy-on-write, after VMLAB_IOC_CLONE.
 *
 * A shared frame is a single page at the same offset of each of its spaces.  Each has
 * it in its xarray, with marks and a reference of its own, and counts it as resident.
 * Only its folio is different:
 *
 * - Its contents do not change: every entry that maps it is read-only, and no GUP user
 *   can write to it.  A space that is about to write to it takes a copy, which replaces
 *   it in that space; see vmlab_frame_alone().
 * - folio->mapping is NULL, as of a removed frame: mm's reverse map covers one
 *   address_space.  So vmlab_frame_protect() does nothing, and vmlab_frame_unmap()
 *   removes the entries of one space, found by offset.
 * - folio->private holds the number of its spaces, odd as no pointer is.  What the
 *   pager of each space keeps there otherwise is in the xarray "private" of the space.
 *
 * The folio lock protects all of this.  A frame becomes that of one space again only
 * when nothing but that space, its entries and the caller has a reference: so a task
 * that found the frame in another space, where it was removed meanwhile, never takes
 * it for a frame of that space.
 */
#include <linux/highmem.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "frame/frame.h"
#include "user.h"

/**
 * vmlab_frame_set_private() - keep a pointer of the pager for a frame
 * @space: the space
 * @folio: one of its frames, locked
 * @private: the pointer, at least 2 bytes aligned; NULL for none
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM for a pointer to a shared frame that had none.
 */
int vmlab_frame_set_private(struct vmlab_space *space, struct folio *folio,
			    void *private)
{
	if (likely(!vmlab_frame_is_shared(folio))) {
		folio->private = private;
		return 0;
	}
	return xa_err(xa_store(&space->frames.private, folio->index, private,
			       GFP_KERNEL_ACCOUNT));
}

/* Add a frame, as one that was written, to a space that has nothing there. */
static int store_shared(struct vmlab_space *space, struct folio *folio,
			bool tracked)
{
	XA_STATE(xas, &space->frames.xa, folio->index);

	do {
		xas_lock(&xas);
		if (xas_load(&xas))
			xas_set_err(&xas, -EEXIST);
		xas_store(&xas, folio);
		if (!xas_error(&xas)) {
			xas_set_mark(&xas, VMLAB_FRAME_DIRTY);
			if (tracked)
				xas_set_mark(&xas, VMLAB_FRAME_TRACKED);
			atomic_long_inc(&space->frames.nr_dirty);
		}
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL_ACCOUNT));
	return xas_error(&xas);
}

/**
 * vmlab_frame_share() - add a frame of one space to another space
 * @from: the space that has it
 * @to: the other space, where it becomes dirty: its swap store has no contents
 * @folio: the frame, a single page: locked, and unless it is shared already,
 *	write-protected and not held
 * @tracked: mark it in the dirty bitmap of @to
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST when @to has a frame or an evicted page there, -ENOMEM, or
 * -EDQUOT when the user of @to has as many resident pages as the limit allows.
 */
int vmlab_frame_share(struct vmlab_space *from, struct vmlab_space *to,
		      struct folio *folio, bool tracked)
{
	const bool first = !vmlab_frame_is_shared(folio);
	const pgoff_t pgoff = folio->index;
	int ret;

	ret = vmlab_user_charge(to->user, VMLAB_USER_PAGES, 1);
	if (ret)
		return ret;
	if (first && folio->private)
		ret = xa_err(xa_store(&from->frames.private, pgoff,
				      folio->private, GFP_KERNEL_ACCOUNT));
	if (ret)
		goto uncharge;
	ret = store_shared(to, folio, tracked);
	if (ret)
		goto forget;

	if (first) {
		/* mm reads it when it removes an entry: only whether it is anonymous. */
		data_race(folio->mapping = NULL);
		vmlab_frame_set_spaces(folio, 1);
		atomic_long_inc(&from->frames.nr_shared);
	}
	vmlab_frame_set_spaces(folio, vmlab_frame_spaces(folio) + 1);
	atomic_long_inc(&to->frames.nr_shared);
	folio_get(folio);
	vmlab_frame_count(to, 1);
	return 0;

forget:
	if (first)
		xa_erase(&from->frames.private, pgoff);
uncharge:
	vmlab_user_uncharge(to->user, VMLAB_USER_PAGES, 1);
	return ret;
}

/**
 * vmlab_frame_alone() - make a shared frame that of one space, if it is the last
 * @space: the space
 * @folio: the frame, locked and with a reference of the caller
 *
 * Context: process context.
 * Return: whether the frame is one of @space alone now, which can be written.
 */
bool vmlab_frame_alone(struct vmlab_space *space, struct folio *folio)
{
	void *private;

	if (vmlab_frame_spaces(folio) > 1 || vmlab_frame_held(folio))
		return false;
	private = xa_erase(&space->frames.private, folio->index);
	vmlab_frame_unshare(space, folio);
	folio->private = private;
	/* mm may remove an entry meanwhile, as above. */
	data_race(folio->mapping = space->inode->i_mapping);
	return true;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frame_alone);

/**
 * vmlab_frame_copy() - copy a shared frame, to replace it in a space
 * @space: the space
 * @folio: the frame, locked
 *
 * Context: process context, may sleep.
 * Return: the copy, locked and with one reference: for vmlab_frame_replace(); or NULL
 * without memory.
 */
struct folio *vmlab_frame_copy(struct vmlab_space *space, struct folio *folio)
{
	struct folio *copy = vmlab_frame_alloc(space, folio->index, 0,
					       VMLAB_FRAME_GFP | __GFP_HIGHMEM);

	if (copy) {
		copy_highpage(folio_page(copy, 0), folio_page(folio, 0));
		copy->private = vmlab_frame_private(space, folio);
	}
	return copy;
}

/**
 * vmlab_frame_replace() - replace a shared frame by a copy in a space
 * @space: the space
 * @folio: the frame, locked; puts the reference of the space
 * @copy: from vmlab_frame_copy(); the space takes over its reference, and the caller
 *	gets another
 *
 * Context: process context, may sleep; takes i_mmap_rwsem.
 */
void vmlab_frame_replace(struct vmlab_space *space, struct folio *folio,
			 struct folio *copy)
{
	XA_STATE(xas, &space->frames.xa, folio->index);

	/* Both are locked: no entry is set until the copy is unlocked. */
	vmlab_frame_unmap(space, folio);
	folio_get(copy);
	xas_lock(&xas);
	/* To replace an entry takes no memory, and its marks stay. */
	xas_store(&xas, copy);
	xas_unlock(&xas);
	xa_erase(&space->frames.private, folio->index);
	vmlab_frame_unshare(space, folio);
	folio_put(folio);
}
