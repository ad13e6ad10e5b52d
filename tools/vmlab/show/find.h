/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel finds at an address or in a range. */
#ifndef VMLAB_SHOW_FIND_H
#define VMLAB_SHOW_FIND_H

#include "libvmlab.h"
#include "show/table.h"

extern const struct column_list find_tables[];

/**
 * find_print - print the answers as a table, and the gap and the cost in words
 * @strings: the names, from vmlab_find_get()
 * @end: of the range that was asked for, 0 for an address
 */
void find_print(FILE *out, const struct vmlab *lab,
		const struct vmlab_find *find, const char *strings,
		uint64_t end, bool colour);

/**
 * find_print_json - likewise, as a JSON document
 * @pid: 0 for self
 */
void find_print_json(FILE *out, const struct vmlab *lab,
		     const struct vmlab_find *find, const char *strings,
		     pid_t pid);

#endif /* VMLAB_SHOW_FIND_H */
