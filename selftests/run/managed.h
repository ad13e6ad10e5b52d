/* SPDX-License-Identifier: GPL-2.0 */
/* Run a program with and without the library of vmlab run. */
#ifndef SELFTESTS_RUN_MANAGED_H
#define SELFTESTS_RUN_MANAGED_H

#include <stdbool.h>
#include <stddef.h>

/* A budget in pages; 0 is none. */
enum { NATIVE = -1, NO_BUDGET = 0 };

/* How a budget is called in the name of a test. */
const char *budget_name(int budget);

/*
 * Run this program with arguments, natively or with its memory managed.  Return what it
 * writes to standard output and standard error, to be freed; *@status is its exit status,
 * or 128 and the number of a signal.
 */
char *run_self(int budget, int *status, const char *const arguments[]);

/*
 * A test point: this program with arguments must succeed, or its output is shown.  @more has
 * further settings, such as ",policy=4"; natively there are none.
 */
void test_self(const char *name, int budget, const char *more, const char *const arguments[]);

/* Was this process started by run_self() with a budget? */
bool is_managed(void);

/* Is memory at an address mapped from the device?  No functions that allocate. */
bool address_is_managed(const void *p);

#endif /* SELFTESTS_RUN_MANAGED_H */
