/* SPDX-License-Identifier: GPL-2.0 */
/* Where the contents of a frame come from. */
#ifndef VMLAB_BACKING_H
#define VMLAB_BACKING_H

#include <linux/gfp.h>
#include <linux/mm.h>

#include "types.h"

struct file;

/**
 * struct vmlab_backing - where the contents of new frames come from
 * @name: printed to users
 * @id: VMLAB_BACKING_* of the uapi header
 * @alloc_gfp: flags that the allocation of a frame needs besides the usual
 * @needs_file: reads and writes a file, which the user must give
 * @special: mapped as VM_PFNMAP
 * @huge: frames may be huge; @fill is called for each page of one
 * @fill: fill the page of a new frame at an offset, in pages; NULL when
 *	@alloc_gfp filled it.  Called with the folio locked; may sleep.
 *	Returns 0, or a negative errno: the fault ends in SIGBUS.
 * @write: write a page back to the file, in which the space begins at @offset;
 *	NULL when written contents are kept by the space alone.  Called without
 *	locks of mm or the folio; may sleep.
 *	Returns 0, or a negative errno: the page stays dirty.
 */
struct vmlab_backing {
	const char *name;
	u32 id;
	gfp_t alloc_gfp;
	bool needs_file;
	bool special;
	bool huge;
	int (*fill)(struct vmlab_space *space, struct folio *folio,
		    pgoff_t pgoff);
	int (*write)(struct file *file, loff_t offset, pgoff_t pgoff,
		     const void *data);
};

extern const struct vmlab_backing vmlab_backing_zero;
extern const struct vmlab_backing vmlab_backing_pattern;
extern const struct vmlab_backing vmlab_backing_file;
extern const struct vmlab_backing vmlab_backing_pfn;

#endif /* VMLAB_BACKING_H */
