/* SPDX-License-Identifier: GPL-2.0 */
/* The accesses of a reference string: as rows, side by side, and as JSON. */
#ifndef VMLAB_SHOW_REPLAY_STEPS_H
#define VMLAB_SHOW_REPLAY_STEPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/reference.h"
#include "model/replay.h"
#include "show/table.h"

/* the columns of replay_print_step_rows() */
#define REPLAY_NR_STEP_COLUMNS 5
extern const struct column replay_step_columns[REPLAY_NR_STEP_COLUMNS];
#define REPLAY_STEP_COLUMNS { replay_step_columns, REPLAY_NR_STEP_COLUMNS }

/** replay_print_step_rows - print each access of each run as a row of a table */
void replay_print_step_rows(bool colour, const struct reference *ref,
			    const struct replay_runs *runs);

/**
 * replay_draw_steps - draw the frames after each access, side by side for all runs
 * @columns: the width; runs that do not fit are drawn below
 */
void replay_draw_steps(FILE *out, bool colour, unsigned int columns,
		       const struct reference *ref,
		       const struct replay_runs *runs);

/** replay_steps_json - return the accesses of one run as a JSON array */
json_t *replay_steps_json(const struct reference *ref,
			  const struct replay_outcome *run);

/** replay_page_json - return a page as a JSON value: a number, or its name */
json_t *replay_page_json(const struct reference *ref, uint64_t page);

#endif /* VMLAB_SHOW_REPLAY_STEPS_H */
