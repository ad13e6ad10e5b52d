/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the library share. */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmlab.h>

#include "raw.h"

#define EXPORTED	__attribute__((visibility("default")))

#define PAGE_BYTES	4096ul
#define HUGE_BYTES	(2ul << 20)

static inline size_t page_up(size_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* Return what a system call of libc returns, and set errno after an error. */
static inline long result(long ret)
{
	if (!raw_failed(ret))
		return ret;
	errno = (int)-ret;
	return -1;
}

/* --- settings.c --- */

struct settings {
	struct vmlab_paging paging;
	uint32_t space_flags;
	uint32_t event_mask;
	uint32_t events;
	char socket[108];
	size_t socket_len;
};

/* Return the settings of the environment, or NULL when they are wrong. */
const struct settings *settings_get(void);

/* Write one line to standard error. */
void complain(const char *first, const char *second);

/* --- lock.c --- */

/* Block all signals and take the lock of the library; @mask is for lock_give(). */
void lock_take(uint64_t *mask);
void lock_give(const uint64_t *mask);

/* In a forked child: nobody else has it. */
void lock_reset(void);

/* --- space.c --- */

/*
 * Return the descriptor of the space, or -1.  @open: open one if there is none.
 * Afterwards the descriptor is the library's own for certain.
 */
int space_use(bool open);

/* Return its descriptor without a look at it, or -1. */
int space_descriptor(void);
bool space_is_ours(int fd);

/* Let a space record the events that the settings ask for; vmlab run reads them. */
void space_record(int fd);

/* In a forked child, with the lock: @fd is the space now, -1 for none. */
void space_inherit(int fd, uint64_t id);
uint64_t space_number(int fd);

/* Move the descriptor away from a number that the program wants; 0 or an errno. */
int space_move(void);

/* Move a descriptor up, out of the program's way; closes @fd, returns the new one. */
int descriptor_up(int fd);

/* Note that addresses are managed; whether some of a range may be. */
void managed_add(uintptr_t start, size_t len);
bool managed_may_have(uintptr_t start, size_t len);

/*
 * Drop the contents of a range: 0, or a negative errno when some of them may still
 * be there.
 */
int space_drop(int fd, uintptr_t start, size_t len);

/* --- report.c --- */

void report_space(int fd, uint64_t id, uint64_t cause);
void report_no_space(uint64_t err, uint64_t step);
void report_given_back(size_t len);
void report_exit(void);

/* Is it the library's socket; move it to another number. */
bool report_is_ours(int fd);
int report_descriptor(void);
void report_move(void);

/* In a forked child: the connection is the parent's.  @close: and its descriptor */
void report_forget(bool close);

/* --- vmas.c --- */

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

/* --- copy.c --- */

/*
 * Copy what the space has at [start, start + len) to @to, which is zero.  @lost: the
 * descriptor is not that of the mapped space: read through its VMA.
 */
int copy_contents(int fd, bool lost, uintptr_t start, size_t len, uintptr_t to);

/* Copy pages that are not zero to zero memory. */
void copy_pages(uintptr_t from, size_t len, uintptr_t to);

/*
 * Give back: replace the VMAs of the library in a range by anonymous memory with the
 * same contents.  0 or a negative errno.
 */
int give_back(int fd, bool lost, uintptr_t start, size_t len);

/* The same, but with zeros. */
int give_back_zero(int fd, uintptr_t start, size_t len);

/* --- the calls, without libc's errno --- */

long run_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd, off_t offset);
long run_munmap(uintptr_t addr, size_t len);
long run_mremap(uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t addr);
long run_madvise(uintptr_t addr, size_t len, int advice);
long run_mprotect(uintptr_t addr, size_t len, int prot, int pkey);
long run_close(int fd);
long run_close_range(unsigned int first, unsigned int last, unsigned int flags);
long run_dup3(int from, int to, int flags, bool dup2);

/* --- fork.c --- */

/* Around each system call that copies the mm.  @flags: CLONE_* */
void fork_prepare(unsigned long flags);
void fork_parent(void);
void fork_child(void);

/* As fork_prepare() before the system call returns -1, 0 or a pid. */
void fork_finish(long pid);

/* --- stack.c --- */

/* Call a function, on a stack that fork copies. */
long stack_private(long (*fn)(void *arg), void *arg);

/* --- streams.c --- */

/* Before fork(3), in the parent after it, in the child after it. */
void streams_prepare(void);
void streams_hide(void);
void streams_show(void);
void streams_parent(void);
void streams_child(void);
void streams_exit(void);

#endif /* PRELOAD_H */
