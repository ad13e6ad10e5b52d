/* SPDX-License-Identifier: GPL-2.0 */
/* Swap in compressed memory, for tests that page out. */
#ifndef SELFTESTS_SWAP_H
#define SELFTESTS_SWAP_H

#include <stdbool.h>

/*
 * Enable two swap areas on zram.  The second has the higher priority, so that
 * swap entries have a type other than 0.  Does nothing when swap is enabled
 * already; prints a diagnostic when there is no zram.
 */
void swap_start(void);
void swap_end(void);

/* Whether any swap area is enabled. */
bool swap_is_on(void);

#endif /* SELFTESTS_SWAP_H */
