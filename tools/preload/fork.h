/* SPDX-License-Identifier: GPL-2.0 */
/* Fork. */
#ifndef PRELOAD_FORK_H
#define PRELOAD_FORK_H

#include "preload.h"

/* Around each system call that copies the mm.  @flags: CLONE_* */
void fork_prepare(unsigned long flags);
void fork_parent(void);
void fork_child(void);

/* As fork_prepare() before the system call returns -1, 0 or a pid. */
void fork_finish(long pid);

#endif /* PRELOAD_FORK_H */
