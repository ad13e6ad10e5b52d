/* SPDX-License-Identifier: GPL-2.0 */
/* Make the kernel collapse, merge, migrate and compact memory all the time. */
#ifndef SELFTESTS_MOVER_H
#define SELFTESTS_MOVER_H

/* Let khugepaged and KSM scan without pauses, and reserve huge pages. */
void scanners_start(void);

/* Restore the settings from before. */
void scanners_end(void);

/*
 * Migrate the pages of the targets between NUMA nodes, and compact memory, in a
 * process of its own; start the targets first.
 */
void mover_start(void);
void mover_end(void);

#endif /* SELFTESTS_MOVER_H */
