// SPDX-License-Identifier: GPL-2.0
/* Split the one entry of a huge frame into 512, so that they can differ. */
#include <linux/mm.h>
#include <linux/xarray.h>

#include "compat.h"
#include "frame/frame.h"

#ifdef VMLAB_HAVE_HUGE

/* Load the entry at @xas if it is one of a huge frame, otherwise return NULL. */
static void *load_huge(struct xa_state *xas)
{
	void *entry;

	xas_reset(xas);
	entry = xas_load(xas);
	return entry && vmlab_entry_pages(xas) > 1 ? entry : NULL;
}

/**
 * vmlab_frame_split() - give each offset of a huge frame an entry of its own
 * @space: the space
 * @pgoff: one of its offsets, pages
 * @gfp: how to allocate nodes of the xarray
 *
 * The entries have the marks that the one had.  The folio stays huge.  Nothing
 * happens when the entry is of one offset, or there is none.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_frame_split(struct vmlab_space *space, pgoff_t pgoff, gfp_t gfp)
{
	XA_STATE(xas, &space->frames.xa, pgoff);
	void *entry;

	xas_lock(&xas);
	while ((entry = load_huge(&xas))) {
		xas_unlock(&xas);
		xas_split_alloc(&xas, entry, HPAGE_PMD_ORDER, gfp);
		if (xas_error(&xas))
			return xas_error(&xas);
		xas_lock(&xas);
		/* The new nodes hold @entry: not of use when it was replaced. */
		if (load_huge(&xas) == entry)
			xas_split(&xas, entry, HPAGE_PMD_ORDER);
		xas_unlock(&xas);
		/* Frees the nodes that were not used. */
		xas_nomem(&xas, gfp);
		xas_lock(&xas);
	}
	xas_unlock(&xas);
	return 0;
}

#else /* !VMLAB_HAVE_HUGE */

/* No entry has more than one offset. */
int vmlab_frame_split(struct vmlab_space *space, pgoff_t pgoff, gfp_t gfp)
{
	return 0;
}

#endif /* VMLAB_HAVE_HUGE */
