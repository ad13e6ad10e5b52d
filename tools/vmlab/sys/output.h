/* SPDX-License-Identifier: GPL-2.0 */
/* A FILE argument to write to: "-" is standard output. */
#ifndef VMLAB_OUTPUT_H
#define VMLAB_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sys/failure.h"

struct output {
	const char *path; /* NULL: not asked for */
	FILE *file; /* NULL: not open */
};

/**
 * output_open - open a file for writing
 *
 * Call this before the measurement: a path that cannot be written to then costs
 * nothing.  Does nothing without a path.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int output_open(struct output *output, struct failure *failure);

/**
 * output_close - close a file
 *
 * Does nothing when it is not open.
 *
 * Return: 0, or a negative errno of the write that failed, with a sentence in
 * @failure.
 */
int output_close(struct output *output, struct failure *failure);

/** output_is_stdout - whether an output shares standard output */
bool output_is_stdout(const struct output *output);

#endif /* VMLAB_OUTPUT_H */
