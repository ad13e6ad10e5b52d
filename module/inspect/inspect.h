/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Producers: they read kernel structures and fill in records of the uapi
 * header.  They format no text and touch no user buffer.
 */
#ifndef VMLAB_INSPECT_H
#define VMLAB_INSPECT_H

#include <linux/mm_types.h>
#include <linux/sched.h>

#include <linux/vmlab.h>

#include "subject.h"

/* mm.c */
int vmlab_inspect_mm(const struct vmlab_subject *subject,
		     struct vmlab_mm *record);

/* tasks.c */
int vmlab_inspect_tasks(const struct mm_struct *mm, u64 *cursor,
			struct vmlab_task *tasks, unsigned int nr);
int vmlab_inspect_borrowed(struct task_struct *kthread,
			   struct vmlab_mm *record);

/* vmas.c */

#define VMLAB_NO_STRING		U32_MAX
#define VMLAB_SHORT_STRINGS	256

/**
 * struct vmlab_vma_batch - room for VMA records and their names
 * @vmas: array of records
 * @nr: records that @vmas has room for
 * @filled: records in @vmas
 * @strings: room for names, or NULL when no names are wanted
 * @strings_size: bytes at @strings
 * @strings_used: bytes in use
 * @empty_off: offset of an empty string, or VMLAB_NO_STRING
 * @no_ops: look up no symbols; the caller sets it
 * @last_file: file whose path was stored last, or NULL; compared, never followed
 * @last_file_off: offset of that path
 * @nr_ops: members of @ops
 * @ops: symbols in @strings, by the address of the structure
 * @few: records of small batches, which need no allocation
 * @short_strings: their names, if these are short
 */
struct vmlab_vma_batch {
	struct vmlab_vma *vmas;
	unsigned int nr;
	unsigned int filled;
	char *strings;
	u32 strings_size;
	u32 strings_used;
	u32 empty_off;
	bool no_ops;
	const struct file *last_file;
	u32 last_file_off;
	unsigned int nr_ops;
	struct {
		const void *ops;
		u32 off;
	} ops[4];
	struct vmlab_vma few[VMLAB_FIND_NR];
	char short_strings[VMLAB_SHORT_STRINGS];
};

void vmlab_vma_batch_free_room(struct vmlab_vma_batch *batch);

/* Use the room in @b: @nr is at most VMLAB_FIND_NR, and names are short. */
static inline void vmlab_vma_batch_few(struct vmlab_vma_batch *b,
				       unsigned int nr, u32 strings_size)
{
	b->vmas = b->few;
	b->nr = nr;
	b->strings = strings_size ? b->short_strings : NULL;
	b->strings_size = strings_size;
	b->no_ops = false;
}

/* Free a batch.  Context: process context, may sleep. */
static inline void vmlab_vma_batch_free(struct vmlab_vma_batch *b)
{
	if (b->vmas != b->few ||
	    (b->strings && b->strings != b->short_strings))
		vmlab_vma_batch_free_room(b);
}

int vmlab_vma_batch_alloc(struct vmlab_vma_batch *batch, unsigned int nr,
			  u32 strings_size);
void vmlab_vma_batch_empty(struct vmlab_vma_batch *batch);
int vmlab_vma_batch_add(struct vmlab_vma_batch *batch,
			struct vm_area_struct *vma);
int vmlab_inspect_vmas(struct mm_struct *mm, u64 *cursor, u64 end,
		       struct vmlab_vma_batch *batch);

/* tree.c */
unsigned int vmlab_tree_fill(struct maple_tree *mt,
			     struct vmlab_tree_cursor *cursor, bool again,
			     struct vmlab_tree_item *items, unsigned int nr);
u32 vmlab_inspect_changed(struct mm_struct *mm, u64 *generation, bool first);
int vmlab_inspect_tree(struct mm_struct *mm, struct vmlab_tree *r,
		       struct vmlab_tree_item *items);

/* treestats.c */
unsigned int vmlab_tree_walk(struct maple_tree *mt, unsigned long index,
			     unsigned int *pivots);
void vmlab_tree_tally(struct vmlab_tree_stats *stats,
		      const struct vmlab_tree_item *items, unsigned int nr);
int vmlab_inspect_tree_stats(struct mm_struct *mm,
			     struct vmlab_tree_stats *stats);

/* gaps.c */
unsigned int vmlab_gaps_fill(struct maple_tree *mt, u64 *cursor, u64 end,
			     unsigned long guard_gap, struct vmlab_gap *gaps,
			     unsigned int nr);
void vmlab_gaps_tally(struct vmlab_gap_stats *stats,
		      const struct vmlab_gap *gaps, unsigned int nr);
int vmlab_inspect_gaps(struct mm_struct *mm, struct vmlab_gaps *r,
		       struct vmlab_gap *gaps);
int vmlab_inspect_gap_stats(struct mm_struct *mm,
			    struct vmlab_gap_stats *stats);

/* area.c */

/**
 * struct vmlab_area - a free area to search for
 * @length: bytes
 * @align_mask: bits of its address that must be zero
 * @low: lowest address to search
 * @high: end of the range to search
 * @guard_gap: bytes that mmap() keeps free below a stack
 * @topdown: take the highest place, not the lowest
 */
struct vmlab_area {
	unsigned long length;
	unsigned long align_mask;
	unsigned long low;
	unsigned long high;
	unsigned long guard_gap;
	bool topdown;
};

int vmlab_area_search(struct maple_tree *mt, const struct vmlab_area *area,
		      unsigned long *addr);
unsigned long vmlab_vma_guard(const void *entry, unsigned long guard_gap);
bool vmlab_learn_guard_gap(struct mm_struct *mm, unsigned long *guard_gap);
bool vmlab_stack_guard_gap(unsigned long *guard_gap);
u64 vmlab_default_min_addr(void);
int vmlab_inspect_free_area(struct mm_struct *mm, struct vmlab_free_area *r);

/* find.c */
bool vmlab_find_entries(struct maple_tree *mt, unsigned long start,
			unsigned long end, void *found[VMLAB_FIND_NR],
			unsigned long gap[2]);
int vmlab_inspect_find(struct mm_struct *mm, struct vmlab_find *r,
		       struct vmlab_vma_batch *batch);

/* layout.c */
bool vmlab_layout_hidden(void);
int vmlab_inspect_layout(struct vmlab_region *regions, unsigned int nr,
			 bool hide);

/* kmem.c */
int vmlab_inspect_kmem(u32 kind, size_t length, bool privileged,
		       struct vmlab_kmem_page *records, unsigned int nr);

/* vmflags.c */
const struct vmlab_flag_name *vmlab_vma_flag_name(unsigned int bit);
const struct vmlab_flag_name *vmlab_feature_name(unsigned int bit);
u64 vmlab_features(void);

#endif /* VMLAB_INSPECT_H */
