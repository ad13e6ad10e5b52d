/* SPDX-License-Identifier: GPL-2.0 */
/* Sample processes with entries of each kind in their page tables, kept stopped. */
#ifndef SELFTESTS_PAGETABLE_SAMPLES_H
#define SELFTESTS_PAGETABLE_SAMPLES_H

#include <sys/types.h>

/* Pages that the sample "sparse" touches in its 1 TiB. */
#define SPARSE_SAMPLE_PAGES	1000

/*
 * Start one process of each kind and wait until each has stopped itself; a
 * test point for each, skipped with the reason when the machine does not
 * support the kind.  They die with the caller.
 */
void pagetable_samples_start(void);
void pagetable_samples_end(void);

/* The pid of the sample of a kind, or 0. */
pid_t pagetable_sample_find(const char *name);

#endif /* SELFTESTS_PAGETABLE_SAMPLES_H */
