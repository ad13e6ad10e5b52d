// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: folios in an xarray.
 *
 * Life of a frame, after the pattern of mm/filemap.c:
 *
 * - A fault looks the frame up under RCU and takes a reference, or allocates
 *   one and publishes it where nothing else is, under the lock of the xarray: of
 *   two faults on one offset one wins and the other uses the winner's frame.
 * - The fault then locks the folio, checks that it still belongs to the space
 *   and lies within its length, and hands it locked to mm, which sets the
 *   page-table entry before it unlocks.
 * - A new frame is filled after it was published, still locked: so no other
 *   task can fill the same offset with contents older than a later write.
 * - To remove a frame the caller holds its folio lock, unmaps it everywhere
 *   and clears folio->mapping.  So no entry can be set for a removed frame.
 *   A frame that spaces share has no mapping either: vmlab_frame_in() tells.
 *
 * No lock covers the whole space on this path.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>

#include "backing/backing.h"
#include "compat.h"
#include "frame/frame.h"
#include "user.h"

/*
 * load() and reload() are xas_load() and xas_reload(), inline for the entries of
 * single offsets.  @xas is new or was reset, and stays so where the xarray does not
 * reach.  Afterwards its xa_offset is that of the entry, as xas_load() leaves it.
 */
static __always_inline void *load(struct xa_state *xas)
{
	void *entry = xa_head(xas->xa);
	struct xa_node *node;
	unsigned int offset;

	if (unlikely(!xa_is_node(entry))) {
		if (xas->xa_index)
			return NULL;
		xas->xa_node = NULL;
		return entry;
	}
	node = xa_to_node(entry);
	if (unlikely(xas->xa_index >> node->shift > XA_CHUNK_MASK))
		return NULL;
	do {
		node = xa_to_node(entry);
		offset = (xas->xa_index >> node->shift) & XA_CHUNK_MASK;
		entry = xa_entry(xas->xa, node, offset);
	} while (xa_is_node(entry));
	/* The sibling of an entry of many offsets, or an entry that is replaced. */
	if (unlikely(xa_is_internal(entry)))
		return xas_load(xas);
	xas->xa_node = node;
	xas->xa_offset = offset;
	return entry;
}

static __always_inline void *reload(const struct xa_state *xas)
{
	return xas->xa_node ? xa_entry(xas->xa, xas->xa_node, xas->xa_offset) :
			      xa_head(xas->xa);
}

/* Look up the entry at an offset and take a reference.  The caller holds RCU. */
static __always_inline struct folio *find_get(struct xa_state *xas,
					      void **evicted)
{
	struct folio *folio;

	*evicted = NULL;
	for (;;) {
		folio = load(xas);
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
			if (likely(folio == reload(xas)))
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
 * it and vmlab_frame_in() holds.
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

/**
 * vmlab_frame_lock() - look up the entry at an offset and lock its frame
 * @space: the space
 * @pgoff: offset in the space, pages
 * @evicted: set to the value of an evicted page, or NULL
 *
 * Context: process context, may sleep.
 * Return: the folio of a resident frame, locked, with a reference: it stays in the
 * space while the caller holds the lock.  Or NULL, or an ERR_PTR() of -EINTR when the
 * task was killed.
 */
struct folio *vmlab_frame_lock(struct vmlab_space *space, pgoff_t pgoff,
			       void **evicted)
{
	struct folio *folio;

	while ((folio = vmlab_frame_find(space, pgoff, evicted))) {
		if (folio_lock_killable(folio)) {
			folio_put(folio);
			return ERR_PTR(-EINTR);
		}
		if (vmlab_frame_in(space, folio))
			break;
		vmlab_frame_release(folio);
	}
	return folio;
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
	/* No other task knows the folio. */
	__folio_set_locked(folio);
	folio->index = pgoff;
	folio->private = NULL;
	/* Set before it is published: a task that finds it checks the mapping. */
	folio->mapping = space->inode->i_mapping;
	return folio;
}

/*
 * Is the node of @xas a leaf that is still in the xarray?  The caller holds the lock,
 * and has held RCU since @xas found the node.
 */
static bool at_leaf(const struct xa_state *xas)
{
	/* A node that was removed belongs to no xarray until it is freed. */
	return xas_is_node(xas) && xas->xa_node->array == xas->xa &&
	       !xas->xa_node->shift;
}

/* Mark the entry of a new frame of @nr pages, which @xas just stored, as written. */
static void mark_new(struct vmlab_space *space, struct xa_state *xas, long nr)
{
	xas_set_mark(xas, VMLAB_FRAME_DIRTY);
	xas_set_mark(xas, VMLAB_FRAME_TRACKED);
	atomic_long_add(nr, &space->frames.nr_dirty);
}

/* Store a new frame at @xas, where nothing was found.  Returns 0 or an errno. */
static int store_found(struct vmlab_space *space, struct xa_state *xas,
		       struct folio *folio, bool written)
{
	void *entry;

	xas_lock(xas);
	if (likely(at_leaf(xas))) {
		entry = reload(xas);
	} else {
		xas_reset(xas);
		entry = xas_load(xas);
	}
	if (unlikely(entry))
		xas_set_err(xas, -EEXIST);
	/* Allocates nodes without waiting. */
	xas_store(xas, folio);
	if (written && !xas_error(xas))
		mark_new(space, xas, 1);
	xas_unlock(xas);
	return xas_error(xas);
}

/*
 * Add a frame at @xas, where nothing was found, if its contents need no more than
 * an allocation and that need not wait.  The caller has held RCU since @xas found
 * its node: so the node is not freed, and a second descent is not needed.  Returns
 * the folio, locked and with a reference, or NULL: the caller adds it otherwise.
 */
static struct folio *add_found(struct vmlab_space *space, struct xa_state *xas,
			       struct vmlab_found *found)
{
	const struct vmlab_backing *backing = READ_ONCE(space->backing);
	struct folio *folio;
	gfp_t gfp;

	/* A core dump must not fill the holes of a sparse mapping. */
	if (unlikely(backing->fill || current->flags & PF_DUMPCORE))
		return NULL;
	gfp = (VMLAB_FRAME_GFP & ~__GFP_DIRECT_RECLAIM) | __GFP_HIGHMEM |
	      __GFP_NOWARN | backing->alloc_gfp;
	folio = vmlab_frame_alloc(space, xas->xa_index, 0, gfp);
	if (unlikely(!folio))
		return NULL;
	if (unlikely(vmlab_user_charge(space->user, VMLAB_USER_PAGES, 1)))
		goto free;
	if (unlikely(store_found(space, xas, folio, found->written)))
		goto uncharge;
	vmlab_frame_count(space, 1);
	folio_get(folio);
	found->backing = backing;
	return folio;

uncharge:
	vmlab_user_uncharge(space->user, VMLAB_USER_PAGES, 1);
free:
	folio->mapping = NULL;
	vmlab_frame_release(folio);
	return NULL;
}

/**
 * vmlab_frame_find_lock() - look up the entry at an offset and try to lock it
 * @space: the space
 * @pgoff: offset in the space, pages
 * @evicted: as for vmlab_frame_find()
 * @found: @add and @written say what is wanted; all members are set
 *
 * Context: any, process context to add a frame; takes RCU itself.
 * Return: as vmlab_frame_find(); locked if @found->locked.
 */
struct folio *vmlab_frame_find_lock(struct vmlab_space *space, pgoff_t pgoff,
				    void **evicted, struct vmlab_found *found)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	struct folio *folio;

	rcu_read_lock();
	folio = find_get(&xas, evicted);
	if (folio) {
		found->add = false;
		found->locked = folio_trylock(folio);
		/*
		 * From here on the lock keeps the folio, and DIRTY without STORED
		 * of a written frame.  Without @no_protect of the space it keeps
		 * TRACKED, too; with it, the entry that this fault sets is dirty:
		 * see space/dirty_entries.c.  An xarray whose only entry is at
		 * offset 0 has removed the node before.
		 */
		found->written = found->written && found->locked &&
				 folio == reload(&xas) &&
				 vmlab_frame_is_written(&xas);
	} else {
		if (found->add && !*evicted)
			folio = add_found(space, &xas, found);
		found->add = folio;
		found->locked = folio;
		found->written = found->written && folio;
	}
	rcu_read_unlock();
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
	XA_STATE(xas, &space->frames.xa, folio->index);
	int ret;

	for (;;) {
		xas_lock(&xas);
		if (unlikely(xas_load(&xas) != evicted))
			xas_set_err(&xas, -EEXIST);
		else if (unlikely(evicted && vmlab_entry_pages(&xas) > 1))
			xas_set_err(&xas, -EAGAIN);
		xas_store(&xas, folio);
		/*
		 * An evicted page that has to be written back stays dirty.
		 * Write-back can mark it dirty again: test the mark in the lock.
		 */
		if (evicted && !xas_error(&xas) &&
		    xas_get_mark(&xas, VMLAB_FRAME_DIRTY))
			atomic_long_inc(&space->frames.nr_dirty);
		xas_unlock(&xas);
		if (likely(xas_error(&xas) != -EAGAIN)) {
			if (!xas_nomem(&xas, gfp))
				return xas_error(&xas);
			continue;
		}
		/* The other pages of that huge frame stay evicted. */
		ret = vmlab_frame_split(space, folio->index, gfp);
		if (ret)
			return ret;
		xas_reset(&xas);
	}
}

static int publish_huge(struct vmlab_space *space, struct folio *folio,
			bool written, gfp_t gfp)
{
	XA_STATE_ORDER(xas, &space->frames.xa, folio->index,
		       folio_order(folio));

	do {
		xas_lock(&xas);
		if (xas_find_conflict(&xas))
			xas_set_err(&xas, -EEXIST);
		xas_store(&xas, folio);
		if (written && !xas_error(&xas))
			mark_new(space, &xas, folio_nr_pages(folio));
		xas_unlock(&xas);
	} while (xas_nomem(&xas, gfp));
	return xas_error(&xas);
}

/**
 * vmlab_frame_publish() - make a new frame resident
 * @space: the space
 * @folio: from vmlab_frame_alloc(); a huge one gets one entry for all its offsets
 * @evicted: the entry that the frame replaces: NULL, or the value of an
 *	evicted page; NULL for a huge frame
 * @written: mark a huge frame as written, see vmlab_frame_set_dirty()
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
			void *evicted, bool written, gfp_t gfp)
{
	const long nr = folio_nr_pages(folio);
	int ret = vmlab_user_charge(space->user, VMLAB_USER_PAGES, nr);

	if (likely(!ret)) {
		ret = nr > 1 ? publish_huge(space, folio, written, gfp) :
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
	vmlab_frame_count(space, nr);
	folio_get(folio);
	return 0;
}

/**
 * vmlab_frame_remove() - remove a frame from its space
 * @space: the space
 * @folio: the frame, locked, not mapped and unknown to the pager
 * @entry: what to store at all of its offsets instead: a value or NULL.  A huge
 *	frame with one entry leaves one value.
 *
 * A value that says only that the page was evicted is not stored beyond the limit
 * of the user: any number of offsets can be touched and evicted.
 *
 * Context: process context; puts the reference of the space.
 */
void vmlab_frame_remove(struct vmlab_space *space, struct folio *folio,
			void *entry)
{
	unsigned long i, pages, nr = folio_nr_pages(folio);
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
	for (i = 0; i < nr; i += pages) {
		xas_set(&xas, folio->index + i);
		xas_load(&xas);
		pages = vmlab_entry_pages(&xas);
		if (xas_get_mark(&xas, VMLAB_FRAME_DIRTY))
			atomic_long_sub(pages, &space->frames.nr_dirty);
		/* Replace an entry by one of as many offsets: takes no memory. */
		if (pages > 1)
			xas_set_order(&xas, folio->index, folio_order(folio));
		xas_store(&xas, entry);
		if (entry) {
			xas_clear_mark(&xas, VMLAB_FRAME_STORED);
			if (!space->backing->write)
				xas_clear_mark(&xas, VMLAB_FRAME_DIRTY);
		}
	}
	xas_unlock(&xas);

	if (vmlab_frame_is_shared(folio))
		vmlab_frame_unshare(space, folio);
	folio->mapping = NULL;
	vmlab_frame_count(space, -(long)nr);
	vmlab_user_uncharge(space->user, VMLAB_USER_PAGES, nr);
	/*
	 * The page allocator keeps a single page with a memory error, but hands
	 * out the pages of a huge frame again: never free that.
	 */
	if (nr == 1 || likely(!vmlab_frame_poisoned(folio)))
		folio_put(folio);
}

/**
 * vmlab_frame_forget() - forget an evicted page, or all pages of a huge frame
 * @space: the space
 * @pgoff: its offset, pages
 * @evicted: its entry; nothing happens when another one is there
 *
 * An entry of many offsets is removed from all of them: the caller splits it first
 * where some must stay.
 *
 * Context: process context.
 */
void vmlab_frame_forget(struct vmlab_space *space, pgoff_t pgoff,
			void *evicted)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	long nr = 0;

	xas_lock(&xas);
	if (xas_load(&xas) == evicted) {
		nr = vmlab_entry_pages(&xas);
		/* Clears the siblings, too. */
		xas_store(&xas, NULL);
	}
	xas_unlock(&xas);
	if (is_evicted_only(evicted))
		vmlab_user_uncharge(space->user, VMLAB_USER_EVICTED, nr);
}
