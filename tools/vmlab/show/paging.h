/* SPDX-License-Identifier: GPL-2.0 */
/* What the paging laboratory says, as tables and as JSON. */
#ifndef VMLAB_PAGING_OUT_H
#define VMLAB_PAGING_OUT_H

#include <jansson.h>

#include "cli/cli.h"
#include "libvmlab.h"

/** paging_print_line - policy, budget and prefetch in one line */
void paging_print_line(const struct vmlab_paging *paging);

/** paging_print_stats - the counters, and how far apart refaults were */
void paging_print_stats(const struct cli *cli,
			const struct vmlab_paging_stats *stats);

/** paging_print_rules - rules of injection, and how often they hit */
void paging_print_rules(const struct cli *cli,
			const struct vmlab_inject_rule *rules, size_t nr,
			uint64_t page_size);

/** paging_print_events - events, their times from the first one on */
void paging_print_events(const struct cli *cli,
			 const struct vmlab_event *events, size_t nr);

json_t *paging_json(const struct vmlab_paging *paging);
json_t *paging_stats_json(const struct vmlab_paging_stats *stats);
json_t *paging_rules_json(const struct vmlab_inject_rule *rules, size_t nr);
json_t *paging_event_json(const struct vmlab_event *event);

#endif /* VMLAB_PAGING_OUT_H */
