/* SPDX-License-Identifier: GPL-2.0 */
/* A way to find out which pages a process accesses. */
#ifndef VMLAB_HEAT_SOURCE_H
#define VMLAB_HEAT_SOURCE_H

#include <stdbool.h>

#include "model/heat.h"
#include "sys/failure.h"

struct heat_source {
	const char *name;
	const char *about; /* a phrase that describes the method */
	bool can_interrupt; /* end() works before the interval is over, too */
	/* prepare; return 0 or a negative errno, with a sentence */
	int (*open)(struct heat *heat, void **state, struct failure *failure);
	/* start an interval; return 0 or a negative errno */
	int (*begin)(struct heat *heat, void *state);
	/* end it: fill in runs and cost; return 0 or a negative errno */
	int (*end)(struct heat *heat, void *state, struct heat_sample *sample);
	void (*close)(void *state);
};

extern const struct heat_source heat_bits, heat_damon;

#endif /* VMLAB_HEAT_SOURCE_H */
