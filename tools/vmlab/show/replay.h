/* SPDX-License-Identifier: GPL-2.0 */
/* The replay of a reference string, as tables and as JSON. */
#ifndef VMLAB_SHOW_REPLAY_H
#define VMLAB_SHOW_REPLAY_H

#include <stdbool.h>

#include "model/reference.h"
#include "model/replay.h"
#include "show/table.h"

extern const struct column_list replay_tables[];

/** replay_print_outcomes - print the totals of all runs as a table */
void replay_print_outcomes(bool colour, const struct replay_runs *runs);

/**
 * replay_print_json - print all runs as a JSON document
 * @file: the trace, or NULL for a string, whose references are printed
 * @curves: print faults against frames for each policy too
 *
 * Runs with a log have their steps.
 */
void replay_print_json(const struct reference *ref,
		       const struct replay_runs *runs, const char *file,
		       bool curves);

#endif /* VMLAB_SHOW_REPLAY_H */
