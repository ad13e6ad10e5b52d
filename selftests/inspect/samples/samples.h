/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sample processes: one of each kind in kinds.h, each with an unusual address
 * space, kept stopped so that it does not change while it is compared.
 *
 * Starting them takes longer than comparing them.  The test suite therefore
 * starts them once for several tests, which find them through SAMPLES_LIST; a
 * test that finds no list starts its own.
 */
#ifndef SELFTESTS_SAMPLES_H
#define SELFTESTS_SAMPLES_H

#include <sys/types.h>

#define SAMPLES_LIST	"/run/vmlab-sample-processes"

/*
 * Use the published samples, or start new ones, which die with the caller.  New
 * ones make a test point each, skipped with the reason when the machine does
 * not support the kind.
 */
void samples_start(void);
void samples_end(void);

/* Start samples that outlive the caller and list them; end those in the list. */
void samples_publish(void);
void samples_withdraw(void);

/* The pid of the sample of a kind, or 0. */
pid_t sample_find(const char *name);

#endif /* SELFTESTS_SAMPLES_H */
