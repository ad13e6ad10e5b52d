/* SPDX-License-Identifier: GPL-2.0 */
/* The results of an experiment with a space, as tables and as JSON. */
#ifndef VMLAB_SHOW_SPACE_H
#define VMLAB_SHOW_SPACE_H

#include <jansson.h>
#include <stdbool.h>

#include "libvmlab.h"
#include "model/space_result.h"
#include "show/table.h"

extern const struct column_list space_tables[];

/**
 * space_print_tables - print the results as tables
 * @err: [out] for each actor 0, or the negative errno that ended the walk over
 *	its VMAs
 */
void space_print_tables(bool colour, const struct vmlab *lab,
			const struct space_result *result, int err[static 2]);

/** space_print_json - print the results as a JSON document */
void space_print_json(const struct vmlab *lab,
		      const struct space_result *result);

/** space_stats_json, space_latency_json - return an object of counters, the histogram's array */
json_t *space_stats_json(const struct vmlab_space_stats *stats);
json_t *space_latency_json(const struct vmlab_space_stats *stats);

#endif /* VMLAB_SHOW_SPACE_H */
