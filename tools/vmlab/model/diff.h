/* SPDX-License-Identifier: GPL-2.0 */
/* Compare two snapshots of an address space. */
#ifndef VMLAB_MODEL_DIFF_H
#define VMLAB_MODEL_DIFF_H

#include "model/snapshot.h"

enum vma_event_kind {
	EVENT_GONE, /* one old VMA */
	EVENT_APPEARED, /* one new VMA */
	EVENT_GREW, /* one old and one new: [@start, @end) was added */
	EVENT_SHRANK, /* one old and one new: [@start, @end) was removed */
	EVENT_SPLIT, /* more new VMAs than old ones */
	EVENT_MERGED, /* fewer new VMAs than old ones */
	EVENT_MOVED, /* one old and one new at another address: mremap(2) */
	EVENT_FLAGS, /* one old and one new: vm_flags of [@start, @end) differ */
	EVENT_RENAMED, /* one old and one new with another name */
	EVENT_RSS, /* one old and one new: resident memory or swap differs */
	EVENT_KINDS
};

/**
 * struct vma_event - one difference
 * @start, @end: the range, see enum vma_event_kind; for the other kinds from
 *	the first to the last VMA
 * @old, @nr_old: VMAs of the snapshot before, by rising address
 * @new, @nr_new: VMAs of the snapshot after
 */
struct vma_event {
	enum vma_event_kind kind;
	uint64_t start;
	uint64_t end;
	const struct snap_vma **old;
	size_t nr_old;
	const struct snap_vma **new; /* in the memory of @old */
	size_t nr_new;
};

/** struct vma_events - all differences, by rising address */
struct vma_events {
	struct vma_event *event;
	size_t nr;
};

/** vma_event_name - return the name of a kind: "appeared", "split" and so on */
const char *vma_event_name(enum vma_event_kind kind);

/**
 * vma_diff - compare two snapshots of the same process
 * @a, @b: before and after; they must outlive @events, which points into them
 * @events: [out] to be freed by vma_events_free()
 *
 * An old and a new VMA belong together when they overlap and map the same: the
 * same offset of the same file, or of anonymous memory both.  Those that have
 * equal flags are joined first; the others then join what they overlap.  So
 * mprotect(2) of the middle of a VMA is a split and a change of flags there,
 * and its inverse a merge.  A VMA that is gone and one that appeared are one
 * that moved when both map the same range of a file, or anonymous memory of the
 * same offset.
 */
void vma_diff(const struct snapshot *a, const struct snapshot *b,
	      struct vma_events *events);

/** vma_diff_flags - return the bits of vm_flags that are compared */
uint64_t vma_diff_flags(const struct snapshot *snap);

/** vma_events_free - free the list */
void vma_events_free(struct vma_events *events);

/**
 * vma_diff_comparable - tell whether both snapshots name the flags alike
 *
 * Bits of vm_flags differ between kernels.
 */
bool vma_diff_comparable(const struct snapshot *a, const struct snapshot *b);

#endif /* VMLAB_MODEL_DIFF_H */
