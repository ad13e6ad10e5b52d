// SPDX-License-Identifier: GPL-2.0
/* Runs of neighbouring frames. */
#include <linux/pagemap.h>

#include "compat.h"
#include "frame/frame.h"

/* Lock and get a frame whose entry @xas is at, without waiting. */
static bool try_lock_get(struct xa_state *xas, struct folio *folio)
{
	if (xa_is_value(folio) || !folio_try_get(folio))
		return false;
	if (likely(folio == xas_reload(xas)) && folio_trylock(folio)) {
		if (likely(folio->mapping) ||
		    (vmlab_frame_is_shared(folio) && folio == xas_reload(xas)))
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
