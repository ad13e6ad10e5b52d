/* SPDX-License-Identifier: GPL-2.0 */
/* Free ranges of an address space, and the place where mmap(2) would map. */
#ifndef VMLAB_SHOW_GAPS_H
#define VMLAB_SHOW_GAPS_H

#include "libvmlab.h"
#include "model/snapshot.h"
#include "show/table.h"

extern const struct column_list gaps_tables[];

/**
 * gaps_print - print the rest of a walk as a table, and the totals
 * @gap, @ret: what vmlab_gaps_next() returned last
 * @names: VMAs, to name the neighbours
 *
 * Return: 0 or the negative errno that ended the walk.
 */
int gaps_print(FILE *out, struct vmlab_gaps_iter *it,
	       const struct vmlab_gap *gap, int ret,
	       const struct vmlab_gap_stats *stats,
	       const struct snapshot *names, bool colour);

/** gaps_print_totals - print the totals in words */
void gaps_print_totals(FILE *out, const struct vmlab_gap_stats *stats);

/**
 * gaps_print_json - print both as a JSON document
 * @it: NULL for the totals alone
 * @pid: 0 for self
 */
int gaps_print_json(FILE *out, struct vmlab_gaps_iter *it,
		    const struct vmlab_gap *gap, int ret,
		    const struct vmlab_gap_stats *stats, pid_t pid);

/** free_area_print - print in words where mmap(2) would map */
void free_area_print(FILE *out, const struct vmlab_free_area *area);

/** free_area_print_json - likewise, as a JSON document */
void free_area_print_json(FILE *out, const struct vmlab_free_area *area,
			  pid_t pid);

#endif /* VMLAB_SHOW_GAPS_H */
