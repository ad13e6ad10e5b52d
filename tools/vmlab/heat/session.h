/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_HEAT_SESSION_H
#define VMLAB_HEAT_SESSION_H

#include "model/heat.h"
#include "sys/failure.h"

/**
 * heat_measure - measure which pages a process accesses
 * @heat: with pid, start, end and interval; the rest is filled in, to be released
 *	with heat_release()
 * @method: "bits", "damon", or "auto" for the first of these that works
 * @count: intervals
 *
 * Ends early when the process ends, or by SIGINT, SIGTERM, SIGHUP or SIGQUIT; the
 * intervals before that are kept.  Then nothing of the measurement stays on in the
 * kernel.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int heat_measure(struct heat *heat, const char *method, uint64_t count,
		 struct failure *failure);

#endif /* VMLAB_HEAT_SESSION_H */
