/* SPDX-License-Identifier: GPL-2.0 */
/* An address space at one moment: its VMAs, what is resident, and totals. */
#ifndef VMLAB_SNAPSHOT_H
#define VMLAB_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

/** enum snap_kind - what a VMA is for, to colour and to group by */
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

/** struct snapshot - all of them, and the mm's sums in bytes */
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
	bool has_rss; /* snap_vma.rss and .swap were looked up */
	char flag_name[64][20]; /* of vm_flags */
	struct snap_vma *vma; /* by rising address */
	size_t nr;
};

/**
 * snapshot_take - look at a process
 * @with_rss: look at its page tables too
 * @snap: [out] to be freed by snapshot_free(), also after an error
 *
 * The VMAs are those of one moment, unless the process changes them between
 * two requests; a VMA is not missed and does not appear twice.
 *
 * Return: 0 or a negative errno of libvmlab; -ENXIO for a kernel thread.
 */
int snapshot_take(const struct vmlab *lab, const struct vmlab_proc *proc,
		  bool with_rss, struct snapshot *snap);

/** snapshot_free - free what it holds */
void snapshot_free(struct snapshot *snap);

/** snapshot_vma_at - the VMA that @addr is in, or NULL */
const struct snap_vma *snapshot_vma_at(const struct snapshot *snap,
				       uint64_t addr);

/** snapshot_perms - "rwxp" as in /proc/PID/maps; returns @buf */
const char *snapshot_perms(const struct snapshot *snap,
			   const struct snap_vma *vma,
			   char buf[static SNAP_PERMS_LEN]);

/** snapshot_kind - what it is for */
enum snap_kind snapshot_kind(const struct snapshot *snap,
			     const struct snap_vma *vma);

/** snapshot_kind_name - in a word */
const char *snapshot_kind_name(enum snap_kind kind);

/**
 * snapshot_write - print it as JSON lines: first the process, then its VMAs
 *
 * Names are kept byte by byte, with json_put_name().
 */
void snapshot_write(FILE *out, const struct snapshot *snap);

/**
 * snapshot_read - the inverse of snapshot_write()
 * @snap: [out] to be freed by snapshot_free(), also after an error
 * @why: [out] what is wrong, on one line
 *
 * Return: 0, or -EINVAL for what is no snapshot.
 */
int snapshot_read(FILE *in, struct snapshot *snap, char why[static 160]);

#endif /* VMLAB_SNAPSHOT_H */
