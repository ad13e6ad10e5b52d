/* SPDX-License-Identifier: GPL-2.0 */
/* An address space at one moment: its VMAs, their resident memory, totals. */
#ifndef VMLAB_MODEL_SNAPSHOT_H
#define VMLAB_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libvmlab.h"

/**
 * struct snap_vma - one VMA
 * @start, @end, @pgoff, @vm_flags, @ino, @dev_major, @dev_minor, @flags: as in
 *	struct vmlab_vma
 * @rss: bytes with an entry that is present, without the zero page and frames
 *	that have no struct page; pages of hugetlbfs count
 * @swap: bytes with an entry in swap
 * @name: never NULL
 */
struct snap_vma {
	uint64_t start;
	uint64_t end;
	uint64_t pgoff;
	uint64_t vm_flags;
	uint64_t ino;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t flags;
	uint64_t rss;
	uint64_t swap;
	char *name;
};

/** enum snap_kind - the purpose of a VMA */
enum snap_kind {
	SNAP_CODE, /* executable pages of a file */
	SNAP_FILE, /* other pages of a file */
	SNAP_HEAP,
	SNAP_STACK,
	SNAP_ANON,
	SNAP_SHARED, /* shared memory: MAP_SHARED without a named file */
	SNAP_SPECIAL, /* the kernel's: [vdso], [vvar], ... */
	SNAP_VMLAB, /* /dev/vmlab */
	SNAP_KINDS
};

#define SNAP_PERMS_LEN 5

/** struct snapshot - all VMAs, and the sums of the mm in bytes */
struct snapshot {
	pid_t pid;
	char comm[16];
	char kernel[64];
	uint64_t time_ns; /* CLOCK_REALTIME */
	uint64_t page_size;
	uint64_t mmap_base;
	uint64_t task_size;
	uint64_t total_vm;
	uint64_t rss[VMLAB_RSS_NR];
	uint64_t pgtables;
	bool has_rss; /* snap_vma.rss and .swap are valid */
	char flag_name[64][20]; /* of vm_flags */
	struct snap_vma *vma; /* by rising address */
	size_t nr;
	size_t room; /* VMAs that @vma has memory for */
};

/**
 * snapshot_add - append a VMA
 * @vma: starts at or above the last one; its name then belongs to @snap
 *
 * A VMA that starts inside the last one cuts it off there, and one that starts
 * where the last one does replaces it: the kernel reports a VMA again when it
 * grew during the walk.
 */
void snapshot_add(struct snapshot *snap, const struct snap_vma *vma);

/** enum snap_counter - what snapshot_count() adds to */
enum snap_counter { SNAP_RSS, SNAP_SWAP };

/**
 * snapshot_count - add a range of page-table entries to the VMAs it lies in
 * @first: [in,out] 0 before the first range: ranges come by rising address
 * @start, @end: the range, in bytes
 */
void snapshot_count(struct snapshot *snap, size_t *first, uint64_t start,
		    uint64_t end, enum snap_counter counter);

/** snapshot_free - free the contents of a snapshot */
void snapshot_free(struct snapshot *snap);

/** snapshot_vma_at - return the VMA that contains @addr, or NULL */
const struct snap_vma *snapshot_vma_at(const struct snapshot *snap,
				       uint64_t addr);

/** snapshot_perms - write "rwxp" as in /proc/PID/maps; return @buf */
const char *snapshot_perms(const struct snapshot *snap,
			   const struct snap_vma *vma,
			   char buf[static SNAP_PERMS_LEN]);

/** snapshot_kind - return the purpose of a VMA */
enum snap_kind snapshot_kind(const struct snapshot *snap,
			     const struct snap_vma *vma);

/** snapshot_kind_name - return the name of a kind */
const char *snapshot_kind_name(enum snap_kind kind);

#endif /* VMLAB_MODEL_SNAPSHOT_H */
