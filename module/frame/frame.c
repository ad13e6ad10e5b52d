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

/* Look up the entry at an offset and take a reference.  The caller holds RCU. */
static __always_inline struct folio *find_get(struct xa_state *xas,
					      void **evicted)
{
	struct folio *folio;

	*evicted = NULL;
	for (;;) {
		folio = xas_load(xas);
		if (!folio)
			return NULL;
		if (unlikely(xas_retry(xas, folio)))
			continue;
		if (xa_is_value(folio)) {
			*evicted = folio;
			return NULL;
		}
		/*
		 * A folio that is being freed has no references left; one
		 * that was freed and used again is not at this offset.
		 */
		if (likely(folio_try_get(folio))) {
			if (likely(folio == xas_reload(xas)))
				return folio;
			folio_put(folio);
		}
		xas_reset(xas);
	}
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
	XA_STATE(xas, &space->frames.xa, pgoff);
	struct folio *folio;

	rcu_read_lock();
	folio = find_get(&xas, evicted);
	rcu_read_unlock();
	return folio;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frame_find);

/* As xas_get_mark() of an entry in a node, inline. */
static bool node_marked(const struct xa_state *xas, xa_mark_t mark)
{
	return test_bit(xas->xa_offset,
			xas->xa_node->marks[(__force unsigned int)mark]);
}

/*
 * Is an entry marked as written, and newer than the swap store?  The marks of an
 * entry without a node are those of the whole xarray, which can grow meanwhile.
 */
static bool is_written(const struct xa_state *xas)
{
	return xas->xa_node && node_marked(xas, VMLAB_FRAME_DIRTY) &&
	       node_marked(xas, VMLAB_FRAME_TRACKED) &&
	       !node_marked(xas, VMLAB_FRAME_STORED);
}

/**
 * vmlab_frame_find_lock() - look up the entry at an offset and try to lock it
 * @space: the space
 * @pgoff: offset in the space, pages
 * @evicted: as for vmlab_frame_find()
 * @found: @written says whether it is wanted; both members are set
 *
 * Context: any; takes RCU itself.
 * Return: as vmlab_frame_find(); locked if @found->locked.
 */
struct folio *vmlab_frame_find_lock(struct vmlab_space *space, pgoff_t pgoff,
				    void **evicted, struct vmlab_found *found)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	struct folio *folio;

	rcu_read_lock();
	folio = find_get(&xas, evicted);
	found->locked = folio && folio_trylock(folio);
	/*
	 * The lock keeps the folio at its offset, and the marks of a written
	 * frame as they are, from here on.
	 */
	found->written = found->written && found->locked && folio->mapping &&
			 is_written(&xas);
	rcu_read_unlock();
	return folio;
}

/* Lock and get a frame whose entry @xas is at, without waiting. */
static bool try_lock_get(struct xa_state *xas, struct folio *folio)
{
	if (xa_is_value(folio) || !folio_try_get(folio))
		return false;
	if (likely(folio == xas_reload(xas)) && folio_trylock(folio)) {
		if (likely(folio->mapping))
			return true;
		folio_unlock(folio);
	}
	folio_put(folio);
	return false;
}

/**
 * vmlab_frame_lock_run() - lock a run of neighbouring frames without waiting
 * @space: the space
 * @first: where to start looking; set to the offset of the first frame of the run
 * @last: last offset of the run at most
 * @folios: set to the frames, with a reference that the caller must put; only the
 *	last one can be huge
 * @max: length of @folios
 *
 * Frames that cannot be locked are as good as missing.
 *
 * Context: any; takes RCU itself.
 * Return: the length of the run, 0 when there is none up to @last.
 */
unsigned int vmlab_frame_lock_run(struct vmlab_space *space, pgoff_t *first,
				  pgoff_t last, struct folio **folios,
				  unsigned int max)
{
	XA_STATE(xas, &space->frames.xa, *first);
	struct folio *folio;
	unsigned int nr = 0;

	rcu_read_lock();
	xas_for_each(&xas, folio, last) {
		if (xas_retry(&xas, folio))
			continue;
		if (nr && xas.xa_index != *first + nr)
			break;
		if (!try_lock_get(&xas, folio)) {
			if (nr)
				break;
			continue;
		}
		if (!nr)
			*first = xas.xa_index;
		folios[nr++] = folio;
		/* The lock of a huge frame serves one page at a time. */
		if (nr == max || folio_test_large(folio))
			break;
	}
	rcu_read_unlock();
	return nr;
}

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
 * vmlab_frame_set_dirty() - record that a frame was written
 * @space: the space
 * @folio: one of its frames: locked by the caller, or mapped or pinned
 *
 * All pages of a huge frame become dirty: mm does not say which was written.
 *
 * Context: any but interrupts.
 */
void vmlab_frame_set_dirty(struct vmlab_space *space, struct folio *folio)
{
	unsigned long i, nr = folio_nr_pages(folio);
	XA_STATE(xas, &space->frames.xa, folio->index);

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

/**
 * vmlab_frame_mark_dirty() - the same for a frame that is often dirty already
 * @space: the space
 * @folio: as for vmlab_frame_set_dirty()
 *
 * Takes no lock when the marks of a single page are set.
 *
 * Context: any but interrupts.
 */
void vmlab_frame_mark_dirty(struct vmlab_space *space, struct folio *folio)
{
	XA_STATE(xas, &space->frames.xa, folio->index);
	bool marked = false;

	if (!folio_test_large(folio)) {
		rcu_read_lock();
		marked = xas_load(&xas) == folio && is_written(&xas);
		rcu_read_unlock();
	}
	if (!marked)
		vmlab_frame_set_dirty(space, folio);
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
