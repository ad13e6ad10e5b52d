// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: folios in an xarray.
 *
 * Life of a frame, after the pattern of mm/filemap.c:
 *
 * - A fault looks the frame up under RCU and takes a reference, or allocates
 *   one and publishes it with xa_cmpxchg(): of two faults on one offset one
 *   wins and the other uses the winner's frame.
 * - The fault then locks the folio, checks that it still belongs to the space
 *   and lies within its length, and hands it locked to mm, which sets the
 *   page-table entry before it unlocks.
 * - A new frame is filled after it was published, still locked: so no other
 *   task can fill the same offset with contents older than a later write.
 * - To remove a frame the caller holds its folio lock, unmaps it everywhere
 *   and clears folio->mapping.  So no entry can be set for a removed frame.
 *
 * No lock covers the whole space on this path.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/percpu_counter.h>
#include <linux/rmap.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "user.h"

/* Pages of all frames of all spaces: zero once the last space is gone. */
static struct percpu_counter vmlab_frames;

/**
 * vmlab_frame_init() - prepare for frames; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_frame_init(void)
{
	return percpu_counter_init(&vmlab_frames, 0, GFP_KERNEL);
}

/**
 * vmlab_frame_exit() - undo vmlab_frame_init(); once, at module unload
 *
 * Context: process context, may sleep; no space exists any more.
 */
void vmlab_frame_exit(void)
{
	WARN_ON_ONCE(percpu_counter_sum(&vmlab_frames));
	percpu_counter_destroy(&vmlab_frames);
}

/**
 * vmlab_frames_total() - count the pages that the frames of all spaces hold
 *
 * Context: process context.
 * Return: the number of pages, exact when no fault is under way.
 */
s64 vmlab_frames_total(void)
{
	return percpu_counter_sum(&vmlab_frames);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frames_total);

static void frames_add(struct vmlab_space *space, long nr)
{
	atomic_long_add(nr, &space->frames.nr);
	percpu_counter_add(&vmlab_frames, nr);
}

/**
 * vmlab_frame_find() - look up the entry at an offset
 * @space: the space
 * @pgoff: offset in the space, pages
 * @evicted: set to the value of an evicted page, or NULL
 *
 * Context: any; takes RCU itself.
 * Return: the folio of a resident frame with a reference that the caller must
 * put, or NULL.  The frame can be removed at any time, unless the caller locks
 * it and finds that folio->mapping is still set.
 */
struct folio *vmlab_frame_find(struct vmlab_space *space, pgoff_t pgoff,
			       void **evicted)
{
	struct folio *folio;

	*evicted = NULL;
	rcu_read_lock();
	do {
		folio = xa_load(&space->frames.xa, pgoff);
		if (!folio)
			break;
		if (xa_is_value(folio)) {
			*evicted = folio;
			folio = NULL;
			break;
		}
		/*
		 * A folio that is being freed has no references left; one
		 * that was freed and used again is not at this offset.
		 */
		if (!folio_try_get(folio))
			continue;
		if (likely(folio == xa_load(&space->frames.xa, pgoff)))
			break;
		folio_put(folio);
	} while (1);
	rcu_read_unlock();
	return folio;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frame_find);

/**
 * vmlab_frame_alloc() - allocate a frame for an offset
 * @space: the space
 * @pgoff: offset in the space, pages; a multiple of the frame's size
 * @order: 0, or HPAGE_PMD_ORDER
 * @gfp: how to allocate it
 *
 * Context: process context, may sleep.
 * Return: the folio, locked, with one reference and not yet published; or NULL.
 */
struct folio *vmlab_frame_alloc(struct vmlab_space *space, pgoff_t pgoff,
				unsigned int order, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, order);

	if (!folio)
		return NULL;
	/* No other task knows the folio: this never waits. */
	folio_lock(folio);
	folio->index = pgoff;
	folio->private = NULL;
	/* Set before it is published: a task that finds it checks the mapping. */
	folio->mapping = space->inode->i_mapping;
	return folio;
}

/*
 * Is an entry one of a page that was evicted without contents to keep?  It counts
 * against the limit VMLAB_USER_EVICTED.
 */
static bool is_evicted_only(const void *entry)
{
	return xa_is_value(entry) &&
	       !(xa_to_value(entry) & VMLAB_EVICTED_STORED);
}

static int publish_single(struct vmlab_space *space, struct folio *folio,
			  void *evicted, gfp_t gfp)
{
	struct xarray *xa = &space->frames.xa;
	void *old;

	/* Write-back can mark a page dirty again: test the mark in the lock. */
	xa_lock(xa);
	old = __xa_cmpxchg(xa, folio->index, evicted, folio, gfp);
	/* An evicted page that has to be written back stays dirty. */
	if (evicted && old == evicted &&
	    xa_get_mark(xa, folio->index, VMLAB_FRAME_DIRTY))
		atomic_long_inc(&space->frames.nr_dirty);
	xa_unlock(xa);
	if (likely(old == evicted))
		return 0;
	return xa_is_err(old) ? xa_err(old) : -EEXIST;
}

static int publish_huge(struct vmlab_space *space, struct folio *folio,
			gfp_t gfp)
{
	XA_STATE_ORDER(range, &space->frames.xa, folio->index,
		       folio_order(folio));
	XA_STATE(xas, &space->frames.xa, folio->index);
	unsigned long i, nr = folio_nr_pages(folio);

	do {
		xas_lock(&range);
		if (xas_find_conflict(&range))
			xas_set_err(&range, -EEXIST);
		/* Then storing takes no more memory. */
		xas_create_range(&range);
		for (i = 0; !xas_error(&range) && i < nr; i++) {
			xas_set(&xas, folio->index + i);
			xas_store(&xas, folio);
		}
		xas_unlock(&range);
	} while (xas_nomem(&range, gfp));
	return xas_error(&range);
}

/**
 * vmlab_frame_publish() - make a new frame resident
 * @space: the space
 * @folio: from vmlab_frame_alloc(); a huge one is stored at each of its offsets
 * @evicted: the entry that the frame replaces: NULL, or the value of an
 *	evicted page; NULL for a huge frame
 * @gfp: how to allocate nodes of the xarray
 *
 * On success the xarray holds the first reference and the caller gets another.
 * On failure the folio is freed.
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST when another entry is there, -ENOMEM, or -EDQUOT when the
 * user has as many resident pages as the limit allows.
 */
int vmlab_frame_publish(struct vmlab_space *space, struct folio *folio,
			void *evicted, gfp_t gfp)
{
	const long nr = folio_nr_pages(folio);
	int ret = vmlab_user_charge(space->user, VMLAB_USER_PAGES, nr);

	if (likely(!ret)) {
		ret = nr > 1 ? publish_huge(space, folio, gfp) :
			       publish_single(space, folio, evicted, gfp);
		if (unlikely(ret))
			vmlab_user_uncharge(space->user, VMLAB_USER_PAGES, nr);
	}
	if (unlikely(ret)) {
		folio->mapping = NULL;
		vmlab_frame_release(folio);
		return ret;
	}
	if (is_evicted_only(evicted))
		vmlab_user_uncharge(space->user, VMLAB_USER_EVICTED, 1);
	frames_add(space, nr);
	folio_get(folio);
	return 0;
}

/**
 * vmlab_frame_remove() - remove a frame from its space
 * @space: the space
 * @folio: the frame, locked, not mapped and unknown to the pager
 * @entry: what to store at each of its offsets instead: a value or NULL
 *
 * A value that says only that the page was evicted is not stored beyond the limit
 * of the user: any number of offsets can be touched and evicted.
 *
 * Context: process context; puts the reference of the space.
 */
void vmlab_frame_remove(struct vmlab_space *space, struct folio *folio,
			void *entry)
{
	unsigned long i, nr = folio_nr_pages(folio);
	XA_STATE(xas, &space->frames.xa, folio->index);

	if (is_evicted_only(entry) &&
	    unlikely(vmlab_user_charge(space->user, VMLAB_USER_EVICTED, nr))) {
		if (vmlab_frame_marked(space, folio->index,
				       VMLAB_FRAME_TRACKED))
			/* The dirty bitmap needs the entry. */
			vmlab_user_uncharge(space->user, VMLAB_USER_EVICTED,
					    -(long)nr);
		else
			entry = NULL;
	}
	xas_lock(&xas);
	for (i = 0; i < nr; i++) {
		xas_set(&xas, folio->index + i);
		xas_load(&xas);
		if (xas_get_mark(&xas, VMLAB_FRAME_DIRTY))
			atomic_long_dec(&space->frames.nr_dirty);
		/* To replace an entry takes no memory. */
		xas_store(&xas, entry);
		if (entry) {
			xas_clear_mark(&xas, VMLAB_FRAME_STORED);
			if (!space->backing->write)
				xas_clear_mark(&xas, VMLAB_FRAME_DIRTY);
		}
	}
	xas_unlock(&xas);

	folio->mapping = NULL;
	frames_add(space, -(long)nr);
	vmlab_user_uncharge(space->user, VMLAB_USER_PAGES, nr);
	/*
	 * The page allocator keeps a single page with a memory error, but hands
	 * out the pages of a huge frame again: never free that.
	 */
	if (nr == 1 || likely(!vmlab_frame_poisoned(folio)))
		folio_put(folio);
}

/**
 * vmlab_frame_forget() - forget an evicted page
 * @space: the space
 * @pgoff: its offset, pages
 * @evicted: its entry; nothing happens when another one is there
 *
 * Context: process context.
 */
void vmlab_frame_forget(struct vmlab_space *space, pgoff_t pgoff,
			void *evicted)
{
	if (xa_cmpxchg(&space->frames.xa, pgoff, evicted, NULL, 0) == evicted &&
	    is_evicted_only(evicted))
		vmlab_user_uncharge(space->user, VMLAB_USER_EVICTED, 1);
}

/**
 * vmlab_frame_mark_dirty() - record that a frame was written
 * @space: the space
 * @folio: one of its frames: locked by the caller, or mapped or pinned
 *
 * All pages of a huge frame become dirty: mm does not say which was written.
 *
 * Context: any but interrupts.
 */
void vmlab_frame_mark_dirty(struct vmlab_space *space, struct folio *folio)
{
	unsigned long i, nr = folio_nr_pages(folio);
	XA_STATE(xas, &space->frames.xa, folio->index);

	if (nr == 1) {
		bool marked;

		rcu_read_lock();
		marked = xas_load(&xas) == folio &&
			 xas_get_mark(&xas, VMLAB_FRAME_DIRTY) &&
			 xas_get_mark(&xas, VMLAB_FRAME_TRACKED) &&
			 !xas_get_mark(&xas, VMLAB_FRAME_STORED);
		rcu_read_unlock();
		if (marked)
			return;
	}

	xas_lock(&xas);
	for (i = 0; i < nr; i++) {
		xas_set(&xas, folio->index + i);
		if (xas_load(&xas) != folio)
			break;
		if (!xas_get_mark(&xas, VMLAB_FRAME_DIRTY)) {
			xas_set_mark(&xas, VMLAB_FRAME_DIRTY);
			atomic_long_inc(&space->frames.nr_dirty);
		}
		xas_set_mark(&xas, VMLAB_FRAME_TRACKED);
		xas_clear_mark(&xas, VMLAB_FRAME_STORED);
	}
	xas_unlock(&xas);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frame_mark_dirty);

/**
 * vmlab_frame_unmap() - remove all page-table entries that map a frame
 * @space: the space
 * @folio: the frame, locked: until it is unlocked no entry is set
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_unmap(struct vmlab_space *space, struct folio *folio)
{
	/* Special entries are in no reverse map: folio_mapped() misses them. */
	if (folio_mapped(folio) || space->backing->special)
		unmap_mapping_pages(space->inode->i_mapping, folio->index,
				    folio_nr_pages(folio), false);
}

/**
 * vmlab_frame_protect() - write-protect a frame: its next write will fault
 * @space: the space
 * @folio: the frame, locked: until it is unlocked no entry becomes writable
 *
 * Context: process context, may sleep.
 */
void vmlab_frame_protect(struct vmlab_space *space, struct folio *folio)
{
	if (space->backing->special)
		vmlab_frame_unmap(space, folio);
	else
		folio_mkclean(folio);
}
