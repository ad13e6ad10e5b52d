/* SPDX-License-Identifier: GPL-2.0 */
/* Processes with page tables worth comparing, kept stopped. */
#ifndef SELFTESTS_PTZOO_H
#define SELFTESTS_PTZOO_H

#include <sys/types.h>

/* Pages touched in the 1 TiB of the animal "sparse". */
#define PTZOO_SPARSE_PAGES	1000

/*
 * Start one process of each kind and wait until each has stopped itself; a
 * test point for each, skipped with the reason that it gives.  They die with
 * the caller.
 */
void ptzoo_start(void);
void ptzoo_end(void);

/* The process of that kind, or 0. */
pid_t ptzoo_find(const char *name);

#endif /* SELFTESTS_PTZOO_H */
