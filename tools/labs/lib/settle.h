/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LABS_SETTLE_H
#define LABS_SETTLE_H

/**
 * settle - give this program all the memory that it needs itself
 *
 * After it, the library, the stack and malloc of small blocks cause no faults and
 * take no new frames, so that the counts of an experiment are those of the
 * experiment.
 */
void settle(void);

#endif /* LABS_SETTLE_H */
