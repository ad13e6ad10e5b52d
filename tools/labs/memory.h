/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of a lab: map it, touch it, count what happened, look at it. */
#ifndef LABS_MEMORY_H
#define LABS_MEMORY_H

#include <sys/types.h>

#include "labs/lab.h"

/** lab_map - mmap(2) at an address of the kernel's choice */
void *lab_map(struct lab_run *run, size_t length, int prot, int flags, int fd,
	      off_t offset);

/** lab_map_aligned - lab_map() at a multiple of @alignment, a power of two */
void *lab_map_aligned(struct lab_run *run, size_t length, size_t alignment,
		      int prot, int flags, int fd);

/** lab_read, lab_write - read or write one byte at each @stride of a range */
void lab_read(const void *start, size_t length, size_t stride);
void lab_write(void *start, size_t length, size_t stride, char value);

/** lab_file - make an unnamed file of @length bytes, byte i of page n holding n + @seed */
int lab_file(struct lab_run *run, const char *directory, size_t length,
	     unsigned int seed);

/** lab_file_evict - write a file back and drop it from the page cache */
void lab_file_evict(struct lab_run *run, int fd);

/** struct lab_counts - minor and major faults, and context switches, of a task */
struct lab_counts {
	uint64_t minor, major;
	uint64_t voluntary, involuntary;
};

/**
 * lab_counts - return the counts of this thread so far: getrusage(2)
 *
 * Before it counts, it touches the stack below the caller and the code of lab_read() and
 * lab_write(). A new child has neither: fork write-protects the stack and copies no
 * entries of file mappings. Faults on them are not part of an experiment.
 */
struct lab_counts lab_counts(void);

/** lab_counts_since - return the counts of this thread since @before */
struct lab_counts lab_counts_since(const struct lab_counts *before);

/* --- what the module sees; @pid is 0 for this process ------------------------- */

/** lab_mm - read the mm */
struct vmlab_mm lab_mm(struct lab_run *run, pid_t pid);

/**
 * lab_vma - find the VMA that holds an address
 * @vma: [out] the VMA
 * @name: [out] its name, cut to @size - 1 bytes; may be NULL
 *
 * Return: false when no VMA holds it.
 */
bool lab_vma(struct lab_run *run, pid_t pid, const void *address,
	     struct vmlab_vma *vma, char *name, size_t size);

/** lab_vma_count - return the number of VMAs that overlap a range; 0 to 0 for all */
uint64_t lab_vma_count(struct lab_run *run, pid_t pid, const void *start,
		       const void *end);

/** lab_translate - walk the page tables for one address */
struct vmlab_translation lab_translate(struct lab_run *run, pid_t pid,
				       const void *address);

/**
 * lab_page - read the page and the frame at an address
 *
 * Return: false when no page is mapped there, nor swapped out.
 */
bool lab_page(struct lab_run *run, pid_t pid, const void *address,
	      struct vmlab_page *page);

/** lab_resident - return the pages of a range that are mapped */
uint64_t lab_resident(struct lab_run *run, pid_t pid, const void *start,
		      size_t length);

/** lab_page_tables - read the totals of the page tables */
struct vmlab_pgtable_totals lab_page_tables(struct lab_run *run, pid_t pid);

/** lab_around_faults - read a cached file of @windows fault-around windows, count faults */
uint64_t lab_around_faults(struct lab_run *run, size_t windows);

/* --- spaces: memory of /dev/vmlab ---------------------------------------------- */

/**
 * lab_space - open a space and map it shared
 * @length: bytes
 * @budget: frames, 0 for no limit
 * @policy: VMLAB_POLICY_*, for a budget
 * @address: [out] the mapping
 */
struct vmlab_space *lab_space(struct lab_run *run, size_t length,
			      uint64_t budget, uint32_t policy, void **address);

/** lab_space_stats, lab_space_paging_stats - read the counters of a space */
struct vmlab_space_stats lab_space_stats(struct lab_run *run,
					 const struct vmlab_space *space);
struct vmlab_paging_stats lab_space_paging_stats(struct lab_run *run,
						 const struct vmlab_space *space);

#endif /* LABS_MEMORY_H */
