/* SPDX-License-Identifier: GPL-2.0 */
/* Swap in compressed memory, for processes that are to be paged out. */
#ifndef SELFTESTS_SWAP_H
#define SELFTESTS_SWAP_H

#include <stdbool.h>

/*
 * Have two areas of swap on zram, of which the second is used first, so that
 * its number is not 0.  What another caller, or the machine, has on already is
 * left alone.  Says why if there is none.
 */
void swap_start(void);
void swap_end(void);

/* Is any on, whoever did it? */
bool swap_is_on(void);

#endif /* SELFTESTS_SWAP_H */
