/* SPDX-License-Identifier: GPL-2.0 */
/* A pager in user space: a thread that answers the faults of a range of memory. */
#ifndef LABS_USERFAULT_H
#define LABS_USERFAULT_H

#include <stdbool.h>

#include "labs/lab.h"

/** struct lab_user_pager - memory with a pager */
struct lab_user_pager;

/**
 * lab_user_pager_start - map memory whose faults a thread of this process handles
 * @pages: pages of the memory
 * @frames: how many may be resident
 * @newest: evict the newest page instead of the oldest
 * @memory: [out] the memory, zeros
 *
 * Skips the lab without userfaultfd(2).
 */
struct lab_user_pager *lab_user_pager_start(struct lab_run *run, size_t pages,
					    size_t frames, bool newest,
					    char **memory);

/** lab_user_pager_stop - end the pager, unmap its memory, return the faults it handled */
uint64_t lab_user_pager_stop(struct lab_run *run, struct lab_user_pager *pager);

#endif /* LABS_USERFAULT_H */
