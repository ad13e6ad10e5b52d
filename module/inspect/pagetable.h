/* SPDX-License-Identifier: GPL-2.0 */
/* Producers of records about page tables. */
#ifndef VMLAB_PAGETABLE_H
#define VMLAB_PAGETABLE_H

#include <linux/vmlab.h>

#include "inspect/arch.h"
#include "inspect/walk.h"

/**
 * struct vmlab_pt_filter - which entries to report, and which bits of them
 * @inverted: as category_inverted of struct vmlab_ptes
 * @mask: as its category_mask
 * @anyof: as its category_anyof_mask
 * @show: bits to report, never 0
 */
struct vmlab_pt_filter {
	u64 inverted;
	u64 mask;
	u64 anyof;
	u64 show;
};

int vmlab_pt_filter_init(struct vmlab_pt_filter *filter,
			 const struct vmlab_ptes *query);
bool vmlab_pt_filter_match(const struct vmlab_pt_filter *filter, u64 flags);
u64 vmlab_pt_filter_needs(const struct vmlab_pt_filter *filter);

/**
 * struct vmlab_pte_batch - a walk that fills records of entries
 * @walk: the walk
 * @filter: which entries
 * @flags: VMLAB_PTES_*
 * @privileged: report raw entries, frame numbers and swap locations
 * @records: array to fill
 * @nr: its length
 * @filled: records in it
 * @by_place: a run ends where the next frame is not adjacent
 * @fold_end: end of the VMA of the last record, 0 when nothing may fold with it
 * @generation: generation of the mm when mmap_lock was last held
 * @next: what would continue the last record: a frame number or a swap offset
 * @spare: a record that may continue the last one when @records is full
 */
struct vmlab_pte_batch {
	struct vmlab_walk walk;
	struct vmlab_pt_filter filter;
	u32 flags;
	bool privileged;
	struct vmlab_pte *records;
	unsigned int nr;
	unsigned int filled;
	bool by_place;
	u64 fold_end;
	u64 generation;
	u64 next;
	struct vmlab_pte spare;
};

/**
 * struct vmlab_page_batch - a walk that fills records of pages
 * @walk: the walk
 * @filter: which pages
 * @privileged: report frame facts and swap locations
 * @records: array to fill
 * @nr: its length
 * @filled: records in it
 */
struct vmlab_page_batch {
	struct vmlab_walk walk;
	struct vmlab_pt_filter filter;
	bool privileged;
	struct vmlab_page *records;
	unsigned int nr;
	unsigned int filled;
};

/* pagetable.c */
bool vmlab_pte_fold(const struct vmlab_pte *last, const struct vmlab_pte *r,
		    bool contiguous);
int vmlab_inspect_ptes(struct vmlab_pte_batch *batch, struct mm_struct *mm,
		       u64 start, u64 end, u64 *cursor);

/* page.c */
int vmlab_inspect_pages(struct vmlab_page_batch *batch, struct mm_struct *mm,
			u64 start, u64 end, u64 *cursor);

/* pgtotals.c */
int vmlab_inspect_pgtotals(struct mm_struct *mm, struct vmlab_pgtable_totals *r);

/* translate.c */
int vmlab_inspect_translate(struct mm_struct *mm, bool privileged,
			    struct vmlab_translation *r);

/* ptflags.c */
const struct vmlab_flag_name *vmlab_pte_flag_name(unsigned int bit);
const struct vmlab_flag_name *vmlab_page_flag_name(unsigned int bit);
const char *vmlab_pt_level_name(unsigned int level);

#endif /* VMLAB_PAGETABLE_H */
