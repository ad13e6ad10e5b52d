/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of kernel memory and their frames. */
#ifndef VMLAB_SHOW_KMEM_H
#define VMLAB_SHOW_KMEM_H

#include "libvmlab.h"
#include "show/table.h"

extern const struct column_list kmem_tables[];

/**
 * kmem_print - print runs of adjacent frames as a table
 * @result: as vmlab_kmem_get() gives it
 */
void kmem_print(FILE *out, const struct vmlab_kmem_page *pages, size_t nr,
		uint32_t result, bool colour);

/** kmem_print_json - print each page, as a JSON document */
void kmem_print_json(FILE *out, const struct vmlab_kmem_page *pages, size_t nr,
		     uint32_t result);

#endif /* VMLAB_SHOW_KMEM_H */
