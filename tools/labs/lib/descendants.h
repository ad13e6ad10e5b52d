/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LABS_DESCENDANTS_H
#define LABS_DESCENDANTS_H

/**
 * descendants_kill - kill and reap all descendants of this process
 *
 * The process must be a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): a process
 * whose parent was killed is then a child of this one.
 */
void descendants_kill(void);

#endif /* LABS_DESCENDANTS_H */
