/* SPDX-License-Identifier: GPL-2.0 */
/* The regions of the virtual address space, and the parts of a process. */
#ifndef VMLAB_SHOW_LAYOUT_H
#define VMLAB_SHOW_LAYOUT_H

#include "libvmlab.h"
#include "show/table.h"

extern const struct column_list layout_tables[];

/**
 * layout_print - print the regions as a table
 * @mm: of a process whose parts are printed too, or NULL
 */
void layout_print(FILE *out, const struct vmlab_region *regions, size_t nr,
		  const struct vmlab_mm *mm, bool colour);

/** layout_print_json - likewise, as a JSON document */
void layout_print_json(FILE *out, const struct vmlab_region *regions, size_t nr,
		       const struct vmlab_mm *mm);

#endif /* VMLAB_SHOW_LAYOUT_H */
