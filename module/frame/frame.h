/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames: the folios of a space, by offset.  Nothing here knows of budgets and
 * policies.
 */
#ifndef VMLAB_FRAME_H
#define VMLAB_FRAME_H

#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "types.h"

/* The page of a frame at an offset in the space: the frame may be huge. */
static inline struct page *vmlab_frame_page(struct folio *folio, pgoff_t pgoff)
{
	return folio_page(folio, pgoff - folio->index);
}

/* The lowest bit of folio->private of a shared frame; see frame/share.c. */
#define VMLAB_FRAME_SHARED	1UL

/* Do several spaces share a frame, or did they?  The caller locked it. */
static inline bool vmlab_frame_is_shared(const struct folio *folio)
{
	return unlikely((unsigned long)folio->private & VMLAB_FRAME_SHARED);
}

/* Count the spaces that have a frame.  The caller locked it. */
static inline unsigned long vmlab_frame_spaces(const struct folio *folio)
{
	return vmlab_frame_is_shared(folio) ?
	       (unsigned long)folio->private >> 1 : 1;
}

/* Set that number, to 0 for a frame that no space shares any more. */
static inline void vmlab_frame_set_spaces(struct folio *folio, unsigned long nr)
{
	folio->private = nr ? (void *)(nr << 1 | VMLAB_FRAME_SHARED) : NULL;
}

/*
 * Take a shared frame from a space, whose xarray does not have it any more.  The
 * caller locked it, and puts the reference of the space.
 */
static inline void vmlab_frame_unshare(struct vmlab_space *space,
				       struct folio *folio)
{
	vmlab_frame_set_spaces(folio, vmlab_frame_spaces(folio) - 1);
	atomic_long_dec(&space->frames.nr_shared);
}

/* Is a frame that was found in a space still there?  The caller locked it. */
static inline bool vmlab_frame_in(struct vmlab_space *space,
				  struct folio *folio)
{
	return likely(folio->mapping) ||
	       (vmlab_frame_is_shared(folio) &&
		xa_load(&space->frames.xa, folio->index) == folio);
}

/* Return the pointer that the pager keeps for a frame, which the caller locked. */
static inline void *vmlab_frame_private(struct vmlab_space *space,
					struct folio *folio)
{
	if (!vmlab_frame_is_shared(folio))
		return folio->private;
	return vmlab_frame_in(space, folio) ?
	       xa_load(&space->frames.private, folio->index) : NULL;
}

/* Unlock a frame and drop the caller's reference. */
static inline void vmlab_frame_release(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

/*
 * Does a page carry a mark?
 *
 * The marks of 64 pages are in one word, which the xarray changes by plain accesses in
 * its lock: a read that races with a change for another page sees the right bit.
 */
static inline bool vmlab_frame_marked(struct vmlab_space *space, pgoff_t pgoff,
				      xa_mark_t mark)
{
	/* See above. */
	return data_race(xa_get_mark(&space->frames.xa, pgoff, mark));
}

/* Pages of a huge frame. */
#ifdef VMLAB_HAVE_HUGE
#define VMLAB_HUGE_PAGES	((unsigned long)HPAGE_PMD_NR)
#else
#define VMLAB_HUGE_PAGES	1UL
#endif

/*
 * Return the number of offsets of the entry that xas_load() or a walk just found with
 * @xas, which is not NULL: see struct vmlab_frames.  The caller holds RCU or the lock.
 */
static inline unsigned long vmlab_entry_pages(const struct xa_state *xas)
{
	/* No such entry is in the root: its node covers more than its offsets. */
	return xas_is_node(xas) && xas->xa_node->shift ? VMLAB_HUGE_PAGES : 1;
}

/* Has a page of a frame a memory error? */
static inline bool vmlab_frame_poisoned(struct folio *folio)
{
	unsigned long i, nr = folio_nr_pages(folio);

	/* mm marks the page alone: it cannot split a frame. */
	for (i = 0; i < nr; i++)
		if (PageHWPoison(folio_page(folio, i)))
			return true;
	return false;
}

/*
 * Does a frame have more references than its spaces, its mappings and the caller
 * hold?  Then a system call may read or write it without an entry.
 *
 * The caller holds the folio lock, so that no fault sets an entry meanwhile.  One that
 * is removed counts here, for mm drops its reference last.  But fork(2) takes no folio
 * lock when it copies entries, of private mappings and of those with VM_COPY_ON_FORK:
 * one that it set after the references were read would hide a user.  So the mapcount
 * must not have changed since before they were read.
 */
static inline bool vmlab_frame_held(struct folio *folio)
{
	const int mapped = vmlab_frame_mapcount(folio);
	int refs;

	/* Pairs with mm, which takes a reference before it sets an entry. */
	smp_rmb();
	refs = folio_ref_count(folio);
	/* Pairs with mm, which removes an entry before it drops its reference. */
	smp_rmb();
	return mapped != vmlab_frame_mapcount(folio) ||
	       refs > 1 + vmlab_frame_spaces(folio) + mapped;
}

/* Must the contents of a page be saved before the frame may be freed? */
static inline bool vmlab_frame_unsaved(struct vmlab_space *space,
				       pgoff_t pgoff)
{
	return vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY) &&
	       !vmlab_frame_marked(space, pgoff, VMLAB_FRAME_STORED);
}

/* As vmlab_frame_marked(), of an entry in a node, inline. */
static inline bool vmlab_node_marked(const struct xa_state *xas, xa_mark_t mark)
{
	/* See above. */
	return data_race(test_bit(xas->xa_offset,
				  xas->xa_node->marks[(__force unsigned int)mark]));
}

/*
 * Is an entry marked as written, and newer than the swap store?  The marks of an
 * entry without a node are those of the whole xarray, which can grow meanwhile.
 */
static inline bool vmlab_frame_is_written(const struct xa_state *xas)
{
	return xas->xa_node && vmlab_node_marked(xas, VMLAB_FRAME_DIRTY) &&
	       vmlab_node_marked(xas, VMLAB_FRAME_TRACKED) &&
	       !vmlab_node_marked(xas, VMLAB_FRAME_STORED);
}

/* How frames are allocated when nothing else is known. */
#define VMLAB_FRAME_GFP	(GFP_USER | __GFP_ACCOUNT)

/**
 * struct vmlab_found - what vmlab_frame_find_lock() does besides looking up
 * @add: [in] add a frame where there is neither one nor an evicted page, unless its
 *	contents have to be filled in, or memory or the limit of the user is short
 *	[out] the frame was added: the caller tests whether its backing, and the
 *	length of the space, still hold
 * @written: [in] the caller is about to write to the frame: mark one that is added
 *	[out] the frame is locked and vmlab_frame_mark_dirty() would change nothing
 * @locked: [out] the frame is locked
 * @backing: [out] the backing of a frame that was added
 */
struct vmlab_found {
	bool add;
	bool written;
	bool locked;
	const struct vmlab_backing *backing;
};

void vmlab_frame_exit(void);
void vmlab_frame_count(struct vmlab_space *space, long nr);
s64 vmlab_frames_total(void);

struct folio *vmlab_frame_find(struct vmlab_space *space, pgoff_t pgoff,
			       void **evicted);
struct folio *vmlab_frame_lock(struct vmlab_space *space, pgoff_t pgoff,
			       void **evicted);
struct folio *vmlab_frame_find_lock(struct vmlab_space *space, pgoff_t pgoff,
				    void **evicted, struct vmlab_found *found);
unsigned int vmlab_frame_lock_run(struct vmlab_space *space, pgoff_t *first,
				  pgoff_t last, struct folio **folios,
				  unsigned int max);
struct folio *vmlab_frame_alloc(struct vmlab_space *space, pgoff_t pgoff,
				unsigned int order, gfp_t gfp);
int vmlab_frame_publish(struct vmlab_space *space, struct folio *folio,
			void *evicted, bool written, gfp_t gfp);
void vmlab_frame_remove(struct vmlab_space *space, struct folio *folio,
			void *entry);
void vmlab_frame_forget(struct vmlab_space *space, pgoff_t pgoff,
			void *evicted);
int vmlab_frame_split(struct vmlab_space *space, pgoff_t pgoff, gfp_t gfp);
int vmlab_frame_clear_tracked(struct vmlab_space *space, pgoff_t pgoff,
			      unsigned long nr, void *entry);
void vmlab_frame_set_dirty(struct vmlab_space *space, struct folio *folio);
void vmlab_frame_mark_dirty(struct vmlab_space *space, struct folio *folio);
void vmlab_frame_unmap(struct vmlab_space *space, struct folio *folio);
void vmlab_frame_protect(struct vmlab_space *space, struct folio *folio);

int vmlab_frame_set_private(struct vmlab_space *space, struct folio *folio,
			    void *private);
int vmlab_frame_share(struct vmlab_space *from, struct vmlab_space *to,
		      struct folio *folio, bool tracked);
bool vmlab_frame_alone(struct vmlab_space *space, struct folio *folio);
struct folio *vmlab_frame_copy(struct vmlab_space *space, struct folio *folio);
void vmlab_frame_replace(struct vmlab_space *space, struct folio *folio,
			 struct folio *copy);

/* Look up a resident frame, see vmlab_frame_find(). */
static inline struct folio *vmlab_frame_get(struct vmlab_space *space,
					    pgoff_t pgoff)
{
	void *evicted;

	return vmlab_frame_find(space, pgoff, &evicted);
}

#endif /* VMLAB_FRAME_H */
