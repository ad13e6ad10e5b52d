/* SPDX-License-Identifier: GPL-2.0 */
/* The VMAs of the library. */
#ifndef PRELOAD_VMAS_H
#define PRELOAD_VMAS_H

#include "preload.h"

#define VMA_SHARED	8ul

struct vma_walk {
	int fd;
	uint64_t from;
	uint64_t cursor;
	uint64_t end;
	uint32_t next;
	uint32_t nr;
	uint32_t map_count;
	struct vmlab_vma vma[8];
};

/* Walk the VMAs from @start to @end. */
void vma_walk_start(struct vma_walk *walk, int fd, uintptr_t start, uintptr_t end);

/* Return 1 and the next VMA, 0 at the end, or a negative errno. */
int vma_walk_next(struct vma_walk *walk, struct vmlab_vma *vma);

/* The same, cut to the range that is walked; only VMAs of the library. */
int vma_walk_ours(struct vma_walk *walk, struct vmlab_vma *vma);
bool vma_is_ours(const struct vmlab_vma *vma);
void vma_cut(struct vmlab_vma *vma, uintptr_t start, uintptr_t end);

/* Is an address in a VMA of the library? */
bool vma_ours_at(int fd, uintptr_t addr, struct vmlab_vma *vma);

/* PROT_*; set the protection, and what madvise(2) and mlock(2) set, as in @vma. */
int vma_prot(const struct vmlab_vma *vma);
long vma_apply(const struct vmlab_vma *vma, uintptr_t start, size_t len);

/* Read the numbers of flags of this kernel, once. */
void vma_flags_read(int fd);
bool vma_locked(const struct vmlab_vma *vma);
bool vma_not_for_child(const struct vmlab_vma *vma);

#endif /* PRELOAD_VMAS_H */
