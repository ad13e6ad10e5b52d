/* SPDX-License-Identifier: GPL-2.0 */
/* What happens to a watched process: its start, its changes, its exit. */
#ifndef VMLAB_SHOW_WATCH_H
#define VMLAB_SHOW_WATCH_H

#include <stdio.h>

#include "model/diff.h"

/* Each prints one or more lines, with @json one JSON object a line. */

/** watch_print_start - print what is watched */
void watch_print_start(FILE *out, const struct snapshot *first, bool json);

/** watch_print_change - print the differences between two snapshots */
void watch_print_change(FILE *out, const struct snapshot *a,
			const struct snapshot *b, bool json, bool colour);

/** watch_print_exit - print that the process has exited by now */
void watch_print_exit(FILE *out, const struct snapshot *last, bool json);

#endif /* VMLAB_SHOW_WATCH_H */
