// SPDX-License-Identifier: GPL-2.0
/*
 * Memory pressure: evict clean frames, as mm does with the page cache.  Dirty
 * frames stay: to save them takes memory.
 */
#include <linux/mm.h>
#include <linux/mutex.h>

#include "compat.h"
#include "frame/frame.h"
#include "pager/evict.h"
#include "space/registry.h"
#include "space/shrink.h"

static struct shrinker *vmlab_shrinker;

static unsigned long vmlab_shrink_count(struct shrinker *shrinker,
					struct shrink_control *sc)
{
	struct vmlab_space *space;
	unsigned long nr = 0;

	if (!mutex_trylock(&vmlab_spaces_lock))
		return 0;
	list_for_each_entry(space, &vmlab_spaces, link) {
		long clean = atomic_long_read(&space->frames.nr) -
			     atomic_long_read(&space->frames.nr_dirty);

		nr += max(clean, 0L);
	}
	mutex_unlock(&vmlab_spaces_lock);
	return nr;
}

/*
 * Evict clean frames of one space.  Takes no lock that it would have to wait
 * for, but those of mm, and allocates nothing.  Returns pages freed.
 * @nr: entries to examine
 */
static unsigned long shrink_space(struct vmlab_space *space, unsigned long nr)
{
	unsigned long pgoff, freed = 0;
	struct folio *folio;
	void *entry;

	xa_for_each_start(&space->frames.xa, pgoff, entry, space->shrink_cursor) {
		if (!nr--) {
			space->shrink_cursor = pgoff;
			return freed;
		}
		if (xa_is_value(entry) || vmlab_frame_unsaved(space, pgoff))
			continue;
		folio = vmlab_frame_get(space, pgoff);
		if (!folio)
			continue;
		if (folio_trylock(folio)) {
			unsigned long nr_pages = folio_nr_pages(folio);

			if (folio->mapping &&
			    !vmlab_evict_clean(space, folio))
				freed += nr_pages;
			folio_unlock(folio);
		}
		folio_put(folio);
	}
	space->shrink_cursor = 0;
	return freed;
}

static unsigned long vmlab_shrink_scan(struct shrinker *shrinker,
				       struct shrink_control *sc)
{
	unsigned long left = sc->nr_to_scan, freed = 0;
	struct vmlab_space *space, *next;
	LIST_HEAD(done);

	if (!(sc->gfp_mask & __GFP_FS) || !mutex_trylock(&vmlab_spaces_lock))
		return SHRINK_STOP;
	list_for_each_entry_safe(space, next, &vmlab_spaces, link) {
		unsigned long nr;

		nr = shrink_space(space, left);
		freed += nr;
		left -= min(nr, left);
		/* The next call begins with the others. */
		list_move_tail(&space->link, &done);
		if (!left)
			break;
	}
	list_splice_tail(&done, &vmlab_spaces);
	mutex_unlock(&vmlab_spaces_lock);
	return freed;
}

/**
 * vmlab_shrink_init() - register the shrinker; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_shrink_init(void)
{
	vmlab_shrinker = vmlab_shrinker_start("vmlab", vmlab_shrink_count,
					      vmlab_shrink_scan);
	return vmlab_shrinker ? 0 : -ENOMEM;
}

/**
 * vmlab_shrink_exit() - undo vmlab_shrink_init(); once, at module unload
 *
 * Context: process context, may sleep.
 */
void vmlab_shrink_exit(void)
{
	vmlab_shrinker_stop(vmlab_shrinker);
}
