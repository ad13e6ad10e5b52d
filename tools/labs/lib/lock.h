/* SPDX-License-Identifier: GPL-2.0 */
/* Runs of labs that change the system exclude all other runs. */
#ifndef LABS_LOCK_H
#define LABS_LOCK_H

#include <stdbool.h>

/* what runs lock: every user can open it, and nothing stays behind */
#define LAB_LOCK "/proc/sys/vm"

/** lab_lock_open - open the lock; processes forked later share it */
int lab_lock_open(void);

/**
 * lab_lock_try - take the lock unless another run holds it
 * @fd: what lab_lock_open() returned, a negative errno included
 * @exclusive: admit no other run; else admit those that are not exclusive either
 *
 * The lock is held until the last process that shares @fd closes it.
 *
 * Return: 0, or a negative errno: -EWOULDBLOCK when another run holds it.
 */
int lab_lock_try(int fd, bool exclusive);

/** lab_lock_wait - as lab_lock_try(), but wait for other runs */
int lab_lock_wait(int fd, bool exclusive);

#endif /* LABS_LOCK_H */
