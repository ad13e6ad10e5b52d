/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to an address space between two snapshots. */
#ifndef VMLAB_VMADIFF_H
#define VMLAB_VMADIFF_H

#include "model/snapshot.h"

enum vma_event_kind {
	EVENT_GONE, /* one old VMA */
	EVENT_APPEARED, /* one new VMA */
	EVENT_GREW, /* one old and one new: [@start, @end) came */
	EVENT_SHRANK, /* ... [@start, @end) went */
	EVENT_SPLIT, /* more new ones than old */
	EVENT_MERGED, /* fewer new ones than old */
	EVENT_MOVED, /* one old and one new, elsewhere: mremap(2) */
	EVENT_FLAGS, /* [@start, @end) has other vm_flags */
	EVENT_RENAMED, /* one old and one new with another name */
	EVENT_RSS, /* one old and one new: other pages are resident */
	EVENT_KINDS
};

/**
 * struct vma_event - one thing that happened
 * @kind: what
 * @start, @end: where, see enum vma_event_kind; for the others the range from
 *	the first to the last VMA concerned
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

/** struct vma_events - all that happened, by rising address */
struct vma_events {
	struct vma_event *event;
	size_t nr;
};

/** vma_event_name - "appeared", "split" and so on */
const char *vma_event_name(enum vma_event_kind kind);

/**
 * vma_diff - compare two snapshots of the same process
 * @a, @b: before and after; they must outlive @events, which points into them
 * @events: [out] to be freed by vma_events_free()
 *
 * An old and a new VMA belong together when they overlap and map the same: the
 * same offset of the same file, or of anonymous memory both.  Those that have
 * equal flags too are joined first; what is left then joins what it overlaps.
 * So mprotect(2) of the middle of a VMA is a split and a change of flags there,
 * and its inverse a merge.  A VMA that went and one that appeared are one that
 * moved when both map the same file range, or when the offset that anonymous
 * memory keeps says so.
 */
void vma_diff(const struct snapshot *a, const struct snapshot *b,
	      struct vma_events *events);

/** vma_diff_flags - the bits of vm_flags that it compares: not softdirty */
uint64_t vma_diff_flags(const struct snapshot *snap);

/** vma_events_free - free the list */
void vma_events_free(struct vma_events *events);

/**
 * vma_diff_comparable - whether flags mean the same in both
 *
 * Bit numbers differ between kernels.
 */
bool vma_diff_comparable(const struct snapshot *a, const struct snapshot *b);

#endif /* VMLAB_VMADIFF_H */
