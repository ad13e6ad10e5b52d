/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A busy guest: processes with address spaces worth comparing, kept stopped.
 *
 * To make them takes longer than to compare them.  So the test suite has one
 * herd for all tests, which finds its list in HERD_LIST; a test that finds none
 * makes one of its own.
 */
#ifndef SELFTESTS_HERD_H
#define SELFTESTS_HERD_H

#include <sys/types.h>

#define HERD_LIST	"/run/vmlab-herd"

/*
 * Have one process of each kind that the zoo program knows, each stopped: those
 * that are there, or new ones, which die with the caller.  For new ones a test
 * point each, skipped with the reason that it gives.
 */
void herd_start(void);
void herd_end(void);

/* Make one that outlives the caller, and the end of that. */
void herd_publish(void);
void herd_withdraw(void);

/* The process of that kind, or 0. */
pid_t herd_find(const char *name);

#endif /* SELFTESTS_HERD_H */
