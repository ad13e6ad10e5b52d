/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel does to processes by itself, made to happen all the time. */
#ifndef SELFTESTS_MOVER_H
#define SELFTESTS_MOVER_H

/* khugepaged and KSM scan without rest, there are pages for hugetlbfs. */
void scanners_start(void);

/* What was set before is set again. */
void scanners_end(void);

/*
 * A process has the pages of the targets, which must be there, moved between
 * nodes of memory, and has memory compacted.
 */
void mover_start(void);
void mover_end(void);

#endif /* SELFTESTS_MOVER_H */
