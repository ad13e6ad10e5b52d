/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of a lab: lookups, free ranges, regions of the machine, kernel memory. */
#ifndef LABS_ADDRESSES_H
#define LABS_ADDRESSES_H

#include <sys/types.h>

#include "labs/lab.h"

/** lab_look_up - look up the range [@start, @end); @pid is 0 for this process */
struct vmlab_find lab_look_up(struct lab_run *run, pid_t pid, uint64_t start,
			      uint64_t end);

/** lab_tree - read the totals of the maple tree */
struct vmlab_tree_stats lab_tree(struct lab_run *run, pid_t pid);

/** lab_gaps - read the totals of the free ranges in [@start, @end) of this process */
struct vmlab_gap_stats lab_gaps(struct lab_run *run, const void *start,
				const void *end);

/** lab_each_gap - call @gap for each free range in [@start, @end) until it returns true */
void lab_each_gap(struct lab_run *run, uint64_t start, uint64_t end,
		  bool (*gap)(const struct vmlab_gap *gap, void *arg),
		  void *arg);

/** lab_free_area - return where mmap(2) would map @length bytes in this process */
struct vmlab_free_area lab_free_area(struct lab_run *run, uint64_t length);

/**
 * lab_region - find a region of the machine's address space by its name
 *
 * Skips the lab when the addresses of the kernel half are hidden.
 *
 * Return: false when this kernel has no such region.
 */
bool lab_region(struct lab_run *run, const char *name,
		struct vmlab_region *region);

/**
 * lab_kmem - let the module allocate kernel memory and describe its pages
 * @kind: VMLAB_KMEM_*
 * @length: bytes
 * @pages: [out] an array, for free(3)
 *
 * Skips the lab when addresses or frames are hidden.
 *
 * Return: the number of pages, 0 when the kernel could not allocate them.
 */
size_t lab_kmem(struct lab_run *run, uint32_t kind, uint64_t length,
		struct vmlab_kmem_page **pages);

#endif /* LABS_ADDRESSES_H */
