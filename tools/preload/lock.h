/* SPDX-License-Identifier: GPL-2.0 */
/* The lock of the library. */
#ifndef PRELOAD_LOCK_H
#define PRELOAD_LOCK_H

#include "preload.h"

/* Block all signals and take the lock of the library; @mask is for lock_give(). */
void lock_take(uint64_t *mask);
void lock_give(const uint64_t *mask);

/* In a forked child: nobody else has it. */
void lock_reset(void);

#endif /* PRELOAD_LOCK_H */
