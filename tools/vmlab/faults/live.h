/* SPDX-License-Identifier: GPL-2.0 */
/* Count faults interval by interval, and show each. */
#ifndef VMLAB_FAULTS_LIVE_H
#define VMLAB_FAULTS_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sys/failure.h"

struct live_options {
	double delay; /* length of an interval, s */
	uint64_t count; /* of intervals, 0: no limit */
	pid_t pid; /* this process, and those that it forks; 0: all */
	bool json;
	bool batch; /* do not draw on the terminal */
	bool colour;
	bool verbose; /* print the messages of libbpf */
};

/**
 * live_run - show intervals until the last, the end of the process, q, or a signal
 *
 * On a terminal, ^Z restores its settings and stops; SIGCONT sets it up again.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int live_run(const struct live_options *options, struct failure *failure);

#endif /* VMLAB_FAULTS_LIVE_H */
