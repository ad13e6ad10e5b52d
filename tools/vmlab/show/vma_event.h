/* SPDX-License-Identifier: GPL-2.0 */
/* One difference between two snapshots, as lines and as JSON. */
#ifndef VMLAB_SHOW_VMA_EVENT_H
#define VMLAB_SHOW_VMA_EVENT_H

#include <jansson.h>
#include <stdio.h>

#include "model/diff.h"

/** event_print - print an event in words, on lines that begin with @indent */
void event_print(FILE *out, const struct vma_event *event,
		 const struct snapshot *a, const struct snapshot *b,
		 const char *indent, bool colour);

/** event_print_change - print "WHAT BEFORE -> AFTER (+DIFFERENCE)" in sizes */
void event_print_change(FILE *out, const char *what, uint64_t before,
			uint64_t after);

/** event_json - make a JSON record of an event */
json_t *event_json(const struct vma_event *event, const struct snapshot *a,
		   const struct snapshot *b);

#endif /* VMLAB_SHOW_VMA_EVENT_H */
