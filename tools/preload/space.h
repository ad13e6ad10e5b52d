/* SPDX-License-Identifier: GPL-2.0 */
/* The space of this process. */
#ifndef PRELOAD_SPACE_H
#define PRELOAD_SPACE_H

#include "preload.h"

/* Return the descriptor of the space without a look at it, or -1. */
int space_descriptor(void);
bool space_is_ours(int fd);

/* Did this process open it?  A child of vfork(2) did not. */
bool space_is_mine(void);

/* In a forked child, with the lock: @fd is the space now, -1 for none. */
void space_inherit(int fd, uint64_t id);
uint64_t space_number(int fd);

/* Let a space record the events that the settings ask for; vmlab run reads them. */
void space_record(int fd);

/*
 * Let other threads wait as soon as they access the space, until the descriptor that this
 * returns is closed, a second at most (VMLAB_CLONE_HOLD).  System calls do not wait.
 * Return -1 without other threads, or if it is not possible.
 */
int space_hold(int fd);

/* Move the descriptor away from a number that the program wants; 0 or an errno. */
int space_move(void);

/* Note that memory is mapped from a space that was lost: a fork would share it. */
void space_orphan(void);
bool space_has_orphans(void);

/* Note that addresses are managed; whether some of a range may be. */
void managed_add(uintptr_t start, size_t len);
void managed_none(void);
bool managed_may_have(uintptr_t start, size_t len);

/*
 * Drop the contents of a range: 0, or a negative errno when some of them may still
 * be there.
 */
int space_drop(int fd, uintptr_t start, size_t len);

#endif /* PRELOAD_SPACE_H */
