/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to an address space, as lines and as JSON. */
#ifndef VMLAB_EVENT_OUT_H
#define VMLAB_EVENT_OUT_H

#include <jansson.h>
#include <stdio.h>

#include "model/diff.h"

/** event_print - one event in words, on lines that begin with @indent */
void event_print(FILE *out, const struct vma_event *event,
		 const struct snapshot *a, const struct snapshot *b,
		 const char *indent, bool colour);

/** event_json - one event */
json_t *event_json(const struct vma_event *event, const struct snapshot *a,
		   const struct snapshot *b);

/** totals_json - sizes before, after, and the difference */
json_t *totals_json(const struct snapshot *a, const struct snapshot *b);

/** totals_print - sizes that differ, one a line */
void totals_print(FILE *out, const struct snapshot *a, const struct snapshot *b,
		  const char *indent);

#endif /* VMLAB_EVENT_OUT_H */
