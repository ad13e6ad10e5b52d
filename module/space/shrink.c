// SPDX-License-Identifier: GPL-2.0
/*
 * Memory pressure: evict clean frames, as mm does with the page cache.  Dirty
 * frames stay: to save them takes memory.
 *
 * Frames get a second chance: a mapped frame is only unmapped.  If it is in use
 * its next access maps it again, and when the scan comes round and finds it
 * unmapped, it is evicted.
 */
#include <linux/mm.h>

#include "compat.h"
#include "frame/frame.h"
#include "frame/vmas.h"
#include "pager/evict.h"
#include "space/registry.h"
#include "space/shrink.h"
#include "space/space.h"

static struct shrinker *vmlab_shrinker;

static unsigned long vmlab_shrink_count(struct shrinker *shrinker,
					struct shrink_control *sc)
{
	unsigned int nr_spaces;

	return vmlab_registry_clean(&nr_spaces);
}

/* Unmap a mapped frame; evict an unmapped one.  Returns pages freed. */
static unsigned long shrink_frame(struct vmlab_space *space,
				  struct folio *folio)
{
	const unsigned long nr = folio_nr_pages(folio);

	/* Nor is memory freed by a space that removes a frame that it shares. */
	if (!folio->mapping)
		return 0;
	/* Special entries are in no reverse map: such frames look unmapped. */
	if (folio_mapped(folio)) {
		if (!vmlab_vmas_locked(space, folio->index,
				       folio->index + nr - 1))
			vmlab_frame_unmap(space, folio);
		return 0;
	}
	return vmlab_evict_clean(space, folio) ? 0 : nr;
}

/*
 * Scan entries of one space.  Takes no lock that it would have to wait for, but
 * those of mm, and allocates nothing.  Returns pages freed.
 * @left: entries to scan; decreased by the entries scanned
 */
static unsigned long shrink_space(struct vmlab_space *space,
				  unsigned long *left)
{
	unsigned long pgoff, freed = 0;
	struct folio *folio;
	void *entry;

	/* Two tasks that scan at once may move the cursor back: harmless. */
	xa_for_each_start(&space->frames.xa, pgoff, entry,
			  READ_ONCE(space->shrink_cursor)) {
		if (!*left) {
			WRITE_ONCE(space->shrink_cursor, pgoff);
			return freed;
		}
		--*left;
		if (xa_is_value(entry) || vmlab_frame_unsaved(space, pgoff))
			continue;
		folio = vmlab_frame_get(space, pgoff);
		if (!folio)
			continue;
		if (folio_trylock(folio)) {
			freed += shrink_frame(space, folio);
			folio_unlock(folio);
		}
		/* The other entries of a huge frame are the same folio. */
		pgoff = max(pgoff, folio_next_index(folio) - 1);
		folio_put(folio);
		cond_resched();
	}
	WRITE_ONCE(space->shrink_cursor, 0);
	return freed;
}

/**
 * vmlab_shrink_scan() - the scan of the shrinker
 * @shrinker: not used
 * @sc: entries to scan; sets how many were scanned, never more
 *
 * Context: reclaim: waits for nothing.
 * Return: pages freed, or SHRINK_STOP when there is nothing to free, or it may not be
 * freed in this context.
 */
unsigned long vmlab_shrink_scan(struct shrinker *shrinker,
				struct shrink_control *sc)
{
	unsigned long left = sc->nr_to_scan, freed = 0;
	struct vmlab_space *space;
	unsigned int nr_spaces;

	if (!(sc->gfp_mask & __GFP_FS) || !vmlab_registry_clean(&nr_spaces))
		return SHRINK_STOP;
	/* Each space once; the next call begins with the others. */
	while (left && nr_spaces--) {
		space = vmlab_registry_next();
		if (!space)
			break;
		freed += shrink_space(space, &left);
		vmlab_space_put_later(space);
	}
	sc->nr_scanned = sc->nr_to_scan - left;
	return freed;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_shrink_scan);

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
