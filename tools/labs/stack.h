/* SPDX-License-Identifier: GPL-2.0 */
/* Stacks: their VMA, their limit, and recursion without end. */
#ifndef LABS_STACK_H
#define LABS_STACK_H

#include "labs/lab.h"

/** lab_stack_vma - read the VMA of the stack that the caller runs on */
void lab_stack_vma(struct lab_run *run, struct vmlab_vma *vma);

/** lab_stack_limit - set RLIMIT_STACK of this process, in bytes */
void lab_stack_limit(struct lab_run *run, uint64_t bytes);

/**
 * lab_stack_overflow - recurse until a signal comes, for lab_catch()
 * @unused: NULL
 *
 * Each call writes to its frame, which is smaller than a page: it skips no page.
 */
void lab_stack_overflow(void *unused);

#endif /* LABS_STACK_H */
