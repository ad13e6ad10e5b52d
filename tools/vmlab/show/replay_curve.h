/* SPDX-License-Identifier: GPL-2.0 */
/* Faults against frames, for each policy: as a table, a drawing, SVG and JSON. */
#ifndef VMLAB_SHOW_REPLAY_CURVE_H
#define VMLAB_SHOW_REPLAY_CURVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/replay.h"
#include "show/table.h"

/* the columns that the table can have, for --output: FRAMES and built-in policies */
#define REPLAY_NR_CURVE_COLUMNS 9
extern const struct column replay_curve_columns[REPLAY_NR_CURVE_COLUMNS];
#define REPLAY_CURVE_COLUMNS { replay_curve_columns, REPLAY_NR_CURVE_COLUMNS }

/** replay_print_curves - print a table with a row for each budget, a column for each policy */
void replay_print_curves(bool colour, const struct replay_runs *runs);

/**
 * replay_draw_curves - draw the curves with letters, and name each anomaly
 * @columns: the width
 */
void replay_draw_curves(FILE *out, bool colour, unsigned int columns,
			const struct replay_runs *runs);

/** replay_curves_svg - draw the curves as SVG */
void replay_curves_svg(FILE *out, const struct replay_runs *runs);

/** replay_curve_json - return the curve of one policy as a JSON object */
json_t *replay_curve_json(const struct replay_runs *runs, size_t policy);

#endif /* VMLAB_SHOW_REPLAY_CURVE_H */
