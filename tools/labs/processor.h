/* SPDX-License-Identifier: GPL-2.0 */
/* The processor that a lab runs on, and its counters. */
#ifndef LABS_PROCESSOR_H
#define LABS_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

/** lab_emulated - tell whether QEMU emulates the processor (TCG) */
bool lab_emulated(void);

enum lab_counter {
	LAB_COUNTER_DTLB_MISSES, /* loads that missed the data TLB, in user mode */
};

/**
 * lab_counter_open - start to count an event of this thread
 *
 * Return: a descriptor for close(2), or a negative errno: -ENOENT or -EOPNOTSUPP when
 * the processor does not count it, -EACCES when perf_event_paranoid forbids it.
 */
int lab_counter_open(enum lab_counter counter);

/** lab_counter_read - return the events so far */
uint64_t lab_counter_read(int fd);

#endif /* LABS_PROCESSOR_H */
