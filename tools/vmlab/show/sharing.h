/* SPDX-License-Identifier: GPL-2.0 */
/* Which frames processes share, by process, by file and by pair. */
#ifndef VMLAB_SHOW_SHARING_H
#define VMLAB_SHOW_SHARING_H

#include "model/sharing.h"
#include "show/table.h"

extern const struct column_list sharing_tables[];

/**
 * struct sharing_view - what to print
 * @report: the counts
 * @groups: what pages are grouped by
 * @pages: as share_count() left them
 * @snap: a snapshot of each process
 * @unshared: show files of which nothing is shared, too
 */
struct sharing_view {
	const struct share_report *report;
	const struct share_groups *groups;
	const struct share_pages *pages;
	const struct snapshot *const *snap;
	uint64_t page_size;
	bool colour;
	bool unshared;
};

/** sharing_print - print the counts as tables */
void sharing_print(FILE *out, const struct sharing_view *view);

/**
 * sharing_print_json - print the counts as a JSON document
 * @pfns: print the shared frames of each group too
 */
void sharing_print_json(FILE *out, const struct sharing_view *view, bool pfns);

#endif /* VMLAB_SHOW_SHARING_H */
