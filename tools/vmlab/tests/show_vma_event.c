// SPDX-License-Identifier: GPL-2.0
/* Differences between snapshots in words and as JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "show/diff.h"
#include "show/json.h"
#include "show/vma_event.h"
#include "snapshots.h"
#include "tap.h"

static void test_event_text(void)
{
	struct snapshot a, b;
	struct vma_events events;
	char *text = NULL;
	json_t *o;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	snap_init(&a);
	snap_init(&b);
	add(&a, 1, 2, READ | WRITE, 0, 1, "[heap]\n");
	add(&b, 1, 2, READ | EXEC, 0, 1, "[heap]\n");
	vma_diff(&a, &b, &events);
	is(events.nr, 1, "one event");
	event_print(out, &events.event[0], &a, &b, "", false);
	fclose(out);
	streq(text,
	      "flags     1000-2000  rw-p -> r-xp  -write +exec  [heap]\\012\n",
	      "in words, on one line");
	o = event_json(&events.event[0], &a, &b);
	streq(json_string_value(json_array_get(json_object_get(o, "set"), 0)),
	      "exec", "JSON: what was set");
	streq(json_string_value(json_array_get(json_object_get(o, "cleared"),
					       0)),
	      "write", "and what was cleared");
	json_decref(o);
	free(text);
	vma_events_free(&events);
	snapshot_free(&a);
	snapshot_free(&b);
}

/* The name of the process can have any bytes. */
static void test_comm(void)
{
	struct vma_events events;
	struct snapshot a, b;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *doc;

	snap_init(&a);
	snap_init(&b);
	strcpy(b.comm, "a\xff");
	vma_diff(&a, &b, &events);
	diff_print_json(out, &a, &b, &events);
	fclose(out);
	doc = json_loads(text, 0, NULL);
	streq(json_string_value(json_object_get(doc, "comm")), "a\xef\xbf\xbd",
	      "diff as JSON: a name that is not UTF-8");
	streq(json_string_value(json_object_get(doc, "comm_hex")), "61ff",
	      "... and its bytes");
	json_decref(doc);
	free(text);
	vma_events_free(&events);
	snapshot_free(&a);
	snapshot_free(&b);
}

int main(void)
{
	test_event_text();
	test_comm();
	return tap_done();
}
