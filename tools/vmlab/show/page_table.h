/* SPDX-License-Identifier: GPL-2.0 */
/* The entries of page tables, and their totals. */
#ifndef VMLAB_SHOW_PAGE_TABLE_H
#define VMLAB_SHOW_PAGE_TABLE_H

#include "libvmlab.h"
#include "model/snapshot.h"
#include "show/table.h"

extern const struct column_list page_table_tables[];

/**
 * struct pte_walk - a walk over the entries to print
 * @names: VMAs, to name the entries
 * @pid: 0 for self
 * @levels: of the page table
 * @raw: print the words that entries are
 * @swapped: [out] an entry of a page in swap was printed, in area @swap_area
 */
struct pte_walk {
	const struct vmlab *lab;
	struct vmlab_ptes_iter *it;
	const struct snapshot *names;
	pid_t pid;
	unsigned int levels;
	bool raw;
	bool swapped;
	unsigned int swap_area;
};

/**
 * ptes_print - print the rest of a walk as a table
 * @pte, @ret: what vmlab_ptes_next() returned last
 *
 * Return: 0 or the negative errno that ended the walk.
 */
int ptes_print(FILE *out, struct pte_walk *walk,
	       const struct vmlab_pte *pte, int ret, bool colour);

/** ptes_print_json - likewise, as a JSON document */
int ptes_print_json(FILE *out, const struct pte_walk *walk,
		    const struct vmlab_pte *pte, int ret);

/** page_tables_print - print tables, entries and bytes by level */
void page_tables_print(FILE *out, const struct vmlab_pgtable_totals *totals,
		       bool colour);

/**
 * page_tables_print_json - likewise, as a JSON document
 * @pid: 0 for self
 */
void page_tables_print_json(FILE *out,
			    const struct vmlab_pgtable_totals *totals,
			    pid_t pid);

#endif /* VMLAB_SHOW_PAGE_TABLE_H */
