/* SPDX-License-Identifier: GPL-2.0 */
/* Where the contents of a frame come from. */
#ifndef VMLAB_BACKING_H
#define VMLAB_BACKING_H

#include <linux/gfp.h>
#include <linux/mm.h>

struct file;
struct vmlab_space;

/**
 * struct vmlab_backing - one kind of contents
 * @name: for people
 * @id: VMLAB_BACKING_* of the uapi header
 * @alloc_gfp: what the allocation of a frame needs besides the usual
 * @fill: give the page of a new frame that is at an offset, in pages, its
 *	contents; may be NULL when @alloc_gfp did.
 *	Called with the folio locked; may sleep.
 *	Returns 0, or a negative errno: the fault ends in SIGBUS.
 * @huge: frames may be huge, and @fill is called for each page of one
 * @needs_file: it is about a file, which must be given
 * @special: mapped as VM_PFNMAP
 * @write: write a page back to the file, where the space begins at @offset;
 *	NULL when only the space keeps what is written.  Called without locks
 *	of mm or the folio; may sleep.
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

const struct vmlab_backing *vmlab_backing_find(u32 id);
int vmlab_backing_check_file(const struct file *file, u64 offset);

#endif /* VMLAB_BACKING_H */
