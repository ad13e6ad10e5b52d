/* SPDX-License-Identifier: GPL-2.0 */
/* The replay of a reference string, as tables and as JSON. */
#ifndef VMLAB_SHOW_REPLAY_H
#define VMLAB_SHOW_REPLAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/reference.h"
#include "model/replay.h"
#include "show/table.h"

extern const struct column_list replay_tables[];

/** replay_steps_open - print the heading of one run and open the table of its accesses */
struct table *replay_steps_open(bool colour,
				const struct replay_outcome *outcome);

/** replay_step_row - add one access to the table */
void replay_step_row(struct table *t, size_t number,
		     const struct replay_step *step);

/** replay_steps_close - print the rest of the table and an empty line */
void replay_steps_close(struct table *t);

/** replay_print_outcomes - print the totals of all runs as a table */
void replay_print_outcomes(bool colour, const struct reference *ref,
			   const struct replay_outcome *outcomes, size_t nr);

/** replay_step_json - return one access as a JSON object */
json_t *replay_step_json(const struct replay_step *step);

/**
 * replay_print_json - print all runs as a JSON document
 * @steps: an array with an array of replay_step_json() for each run, or NULL to
 *	leave the steps out; stays the caller's
 */
void replay_print_json(const struct reference *ref,
		       const struct replay_outcome *outcomes, size_t nr,
		       json_t *steps);

#endif /* VMLAB_SHOW_REPLAY_H */
