/* SPDX-License-Identifier: GPL-2.0 */
/* Where the contents of a frame come from. */
#ifndef VMLAB_BACKING_H
#define VMLAB_BACKING_H

#include <linux/gfp.h>
#include <linux/mm.h>

struct vmlab_space;

/**
 * struct vmlab_backing - one kind of contents
 * @name: for people
 * @id: VMLAB_BACKING_* of the uapi header
 * @alloc_gfp: what the allocation of a frame needs besides the usual
 * @fill: give a new frame its contents; may be NULL when @alloc_gfp did.
 *	Called with the folio locked; may sleep.
 *	Return: 0, or a negative errno: the fault ends in SIGBUS.
 * @write: write a page back to where it came from; NULL when only the space
 *	keeps what is written.  Called without locks of mm or the folio; may
 *	sleep.
 *	Return: 0, or a negative errno: the page stays dirty.
 */
struct vmlab_backing {
	const char *name;
	u32 id;
	gfp_t alloc_gfp;
	int (*fill)(struct vmlab_space *space, struct folio *folio);
	int (*write)(struct vmlab_space *space, pgoff_t pgoff,
		     const void *data);
};

extern const struct vmlab_backing vmlab_backing_zero;

const struct vmlab_backing *vmlab_backing_find(u32 id);

#endif /* VMLAB_BACKING_H */
