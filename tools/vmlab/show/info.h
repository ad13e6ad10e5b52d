/* SPDX-License-Identifier: GPL-2.0 */
/* Versions, features and sizes of the module and the kernel. */
#ifndef VMLAB_SHOW_INFO_H
#define VMLAB_SHOW_INFO_H

#include "libvmlab.h"
#include "show/table.h"

extern const struct column_list info_tables[];

/** info_print - print them as two tables */
void info_print(FILE *out, const struct vmlab *lab, bool colour);

/** info_print_json - print them as a JSON document */
void info_print_json(FILE *out, const struct vmlab *lab);

#endif /* VMLAB_SHOW_INFO_H */
