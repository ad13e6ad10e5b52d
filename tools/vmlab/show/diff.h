/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_SHOW_DIFF_H
#define VMLAB_SHOW_DIFF_H

#include <stdio.h>

#include "model/diff.h"

/** diff_print - print the differences between two snapshots in words */
void diff_print(FILE *out, const struct snapshot *a, const struct snapshot *b,
		const struct vma_events *events, bool colour);

/** diff_print_json - likewise, as a JSON document */
void diff_print_json(FILE *out, const struct snapshot *a,
		     const struct snapshot *b, const struct vma_events *events);

#endif /* VMLAB_SHOW_DIFF_H */
