/* SPDX-License-Identifier: GPL-2.0 */
/* Faults of a space that take a known time. */
#ifndef LABS_DELAY_H
#define LABS_DELAY_H

#include "labs/lab.h"

/**
 * lab_delay - delay each fault of a space from now on
 * @us, @more_us: microseconds, which add up; 0 for none.  Both are rules of
 *	injection of their own.
 */
void lab_delay(struct lab_run *run, struct vmlab_space *space, uint64_t us,
	       uint64_t more_us);

#endif /* LABS_DELAY_H */
