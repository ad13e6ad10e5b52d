/* SPDX-License-Identifier: GPL-2.0 */
/* Budget, policy, injection rules and events of a space, as tables and as JSON. */
#ifndef VMLAB_SHOW_PAGING_H
#define VMLAB_SHOW_PAGING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "libvmlab.h"
#include "show/table.h"

/* the columns of the tables below */
extern const struct column paging_counter_columns[3];
extern const struct column paging_distance_columns[3];
extern const struct column paging_rule_columns[9];
extern const struct column paging_event_columns[8];

/** paging_print_line - print policy, budget and prefetching in one line */
void paging_print_line(FILE *out, const struct vmlab_paging *paging);

/** paging_print_stats - print the counters, and a histogram of refault distances */
void paging_print_stats(bool colour, const struct vmlab_paging_stats *stats);

/** paging_print_distances - print the histogram alone; nothing without refaults */
void paging_print_distances(FILE *out, bool colour, const struct vmlab_paging_stats *stats);

/** paging_print_rules - print injection rules with their counters */
void paging_print_rules(bool colour, const struct vmlab_inject_rule *rules,
			size_t nr, uint64_t page_size);

/** paging_print_events - print events; times count from the first one */
void paging_print_events(bool colour, const struct vmlab_event *events,
			 size_t nr);

/** paging_open_events - start a table of events; each is printed by paging_event_row() */
struct table *paging_open_events(FILE *out, bool colour);

/**
 * paging_event_row - print an event
 * @first_ns: time from which those of all events count
 */
void paging_event_row(struct table *t, const struct vmlab_event *event, uint64_t first_ns);

/** paging_json and the like - return the same as JSON values */
json_t *paging_json(const struct vmlab_paging *paging);
json_t *paging_stats_json(const struct vmlab_paging_stats *stats);
json_t *paging_rules_json(const struct vmlab_inject_rule *rules, size_t nr);
json_t *paging_event_json(const struct vmlab_event *event);

#endif /* VMLAB_SHOW_PAGING_H */
