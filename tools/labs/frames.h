/* SPDX-License-Identifier: GPL-2.0 */
/* The frames behind the pages of a lab, and the page cache behind its files. */
#ifndef LABS_FRAMES_H
#define LABS_FRAMES_H

#include <sys/types.h>

#include "labs/lab.h"

/**
 * lab_drain - drop the references of the kernel's batch of this processor
 *
 * A new frame waits in a batch of its processor before it joins the lists of
 * reclaim; the batch refers to it.  Call lab_one_cpu() before the frames are made.
 */
void lab_drain(struct lab_run *run);

/**
 * lab_frames - read the pages and the frames of a range
 * @pid: 0 for this process
 * @pages: [out] @nr pages; one that is not mapped is all zeros
 */
void lab_frames(struct lab_run *run, pid_t pid, const void *start, size_t nr,
		struct vmlab_page *pages);

/** lab_frames_same - count the pages that have a frame, the same in both */
uint64_t lab_frames_same(const struct vmlab_page *a, const struct vmlab_page *b,
			 size_t nr);

/** lab_frames_flags - count the pages whose entries have all of some VMLAB_PTE_* bits */
uint64_t lab_frames_flags(const struct vmlab_page *pages, size_t nr,
			  uint64_t flags);

/**
 * lab_windows - return the windows of fault-around that @pages pages fill
 *
 * So many faults map a cached file that is mapped at a multiple of the window.
 */
uint64_t lab_windows(const struct lab_run *run, uint64_t pages);

/** lab_cached - count the pages of a mapped file that are in the page cache: mincore(2) */
uint64_t lab_cached(struct lab_run *run, void *file, size_t length);

#endif /* LABS_FRAMES_H */
