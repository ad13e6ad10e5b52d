// SPDX-License-Identifier: GPL-2.0
#include <time.h>

#include "show/format.h"
#include "show/json.h"
#include "show/vma_event.h"
#include "show/watch.h"

static json_t *line_json(const char *event, const struct snapshot *snap,
			 uint64_t time_ns)
{
	json_t *o = json_object();

	json_put(o, "event", json_string(event));
	json_put(o, "time_ns", json_count(time_ns));
	json_put(o, "pid", json_integer(snap->pid));
	return o;
}

void watch_print_start(FILE *out, const struct snapshot *first, bool json)
{
	char clock[CLOCK_TEXT_MAX];
	json_t *o;

	if (json) {
		o = line_json("start", first, first->time_ns);
		json_put_name(o, "comm", first->comm);
		json_put(o, "map_count", json_count(first->nr));
		json_print_line(out, o);
		return;
	}
	fprintf(out, "%s  watching %d: %zu VMAs\n",
		format_clock(first->time_ns, clock), first->pid, first->nr);
}

void watch_print_change(FILE *out, const struct snapshot *a,
			const struct snapshot *b, bool json, bool colour)
{
	char clock[CLOCK_TEXT_MAX], indent[CLOCK_TEXT_MAX + 2];
	struct vma_events events;

	vma_diff(a, b, &events);
	snprintf(indent, sizeof(indent), "%s  ",
		 format_clock(b->time_ns, clock));
	for (size_t i = 0; i < events.nr; i++) {
		if (json) {
			json_t *o = event_json(&events.event[i], a, b);

			json_put(o, "time_ns", json_count(b->time_ns));
			json_put(o, "pid", json_integer(b->pid));
			json_print_line(out, o);
		} else {
			event_print(out, &events.event[i], a, b, indent,
				    colour);
		}
	}
	vma_events_free(&events);
}

void watch_print_exit(FILE *out, const struct snapshot *last, bool json)
{
	char clock[CLOCK_TEXT_MAX];
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (json)
		json_print_line(out, line_json("exit", last, ns));
	else
		fprintf(out, "%s  process %d has exited\n",
			format_clock(ns, clock), last->pid);
}
