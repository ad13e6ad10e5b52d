/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc and the mapped file say about a VMA: memory, NUMA nodes, build id. */
#ifndef VMLAB_SYS_VMA_FACTS_H
#define VMLAB_SYS_VMA_FACTS_H

#include <stdint.h>
#include <sys/types.h>

/* which facts to read: each costs the kernel a walk of the page tables, or an open file */
enum {
	FACTS_MEMORY = 1, /* /proc/PID/smaps */
	FACTS_NODES = 2, /* /proc/PID/numa_maps */
	FACTS_BUILD_ID = 4, /* the mapped file */
};

/* in bytes, as smaps has them */
struct vma_memory {
	uint64_t rss, pss, shared, dirty, swap;
};

struct vma_facts;

/**
 * vma_facts_read - read the facts about all VMAs of a process
 * @pid: 0 for self
 * @which: FACTS_*
 * @facts: [out] to be freed with vma_facts_free()
 *
 * The process runs meanwhile: a VMA that changed has no facts.  /proc/PID/numa_maps is
 * missing on a kernel without NUMA.
 *
 * Return: 0, or a negative errno when smaps cannot be read.
 */
int vma_facts_read(pid_t pid, unsigned int which, struct vma_facts **facts);
void vma_facts_free(struct vma_facts *facts);

/** vma_facts_memory - return the memory of the VMA of this range, NULL when unknown */
const struct vma_memory *vma_facts_memory(const struct vma_facts *facts,
					  uint64_t start, uint64_t end);

/**
 * vma_facts_nodes - return pages by NUMA node, such as "0=12,1=3"
 *
 * Return: "" when there are none, or the VMA is unknown.
 */
const char *vma_facts_nodes(const struct vma_facts *facts, uint64_t start);

#define BUILD_ID_MAX 129

/**
 * vma_facts_build_id - read the GNU build id of the file that a VMA maps
 * @name: its path in the mount namespace of the process
 * @text: [out] hexadecimal; "" for a file without one
 */
void vma_facts_build_id(const struct vma_facts *facts, uint64_t start,
			uint64_t end, const char *name,
			char text[static BUILD_ID_MAX]);

#endif /* VMLAB_SYS_VMA_FACTS_H */
