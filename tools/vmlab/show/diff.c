// SPDX-License-Identifier: GPL-2.0
/* All differences between two snapshots, and the totals that changed. */
#include <inttypes.h>

#include "show/diff.h"
#include "show/json.h"
#include "show/vma_event.h"

struct total {
	const char *name;
	uint64_t before, after;
};

#define NR_TOTALS (3 + VMLAB_RSS_NR)

static void totals(const struct snapshot *a, const struct snapshot *b,
		   struct total to[static NR_TOTALS])
{
	const struct total all[NR_TOTALS] = {
		{ "total_vm", a->total_vm, b->total_vm },
		{ "rss_anon", a->rss[VMLAB_RSS_ANON], b->rss[VMLAB_RSS_ANON] },
		{ "rss_file", a->rss[VMLAB_RSS_FILE], b->rss[VMLAB_RSS_FILE] },
		{ "rss_shmem", a->rss[VMLAB_RSS_SHMEM],
		  b->rss[VMLAB_RSS_SHMEM] },
		{ "swap", a->rss[VMLAB_RSS_SWAP], b->rss[VMLAB_RSS_SWAP] },
		{ "pgtables", a->pgtables, b->pgtables },
		{ "map_count", a->nr, b->nr },
	};

	for (size_t i = 0; i < NR_TOTALS; i++)
		to[i] = all[i];
}

static json_t *totals_json(const struct snapshot *a, const struct snapshot *b)
{
	struct total all[NR_TOTALS];
	json_t *o = json_object();

	totals(a, b, all);
	for (size_t i = 0; i < NR_TOTALS; i++) {
		json_t *t = json_object();

		json_put(t, "before", json_count(all[i].before));
		json_put(t, "after", json_count(all[i].after));
		json_put(t, "change",
			 json_integer((json_int_t)(all[i].after -
						   all[i].before)));
		json_put(o, all[i].name, t);
	}
	return o;
}

static void totals_print(FILE *out, const struct snapshot *a,
			 const struct snapshot *b)
{
	struct total all[NR_TOTALS];

	totals(a, b, all);
	for (size_t i = 0; i < NR_TOTALS; i++) {
		const struct total *t = &all[i];

		if (t->before == t->after)
			continue;
		fprintf(out, "%-9s ", t->name);
		/* the last one is a number of VMAs, not a size */
		if (i == NR_TOTALS - 1)
			fprintf(out, " %" PRIu64 " -> %" PRIu64 " VMAs",
				t->before, t->after);
		else
			event_print_change(out, "", t->before, t->after);
		fputc('\n', out);
	}
}

void diff_print_json(FILE *out, const struct snapshot *a,
		     const struct snapshot *b, const struct vma_events *events)
{
	json_t *comm = json_object();
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_integer(b->pid));
	json_put_name(comm, "comm", b->comm);
	json_members(&doc, comm);
	json_member(&doc, "ns",
		    json_integer((json_int_t)(b->time_ns - a->time_ns)));
	json_member(&doc, "totals", totals_json(a, b));
	json_array_begin(&doc, "events");
	for (size_t i = 0; i < events->nr; i++)
		json_item(&doc, event_json(&events->event[i], a, b));
	json_array_end(&doc);
	json_end(&doc);
}

void diff_print(FILE *out, const struct snapshot *a, const struct snapshot *b,
		const struct vma_events *events, bool colour)
{
	for (size_t i = 0; i < events->nr; i++)
		event_print(out, &events->event[i], a, b, "", colour);
	if (!events->nr)
		fputs("no VMA changed\n", out);
	totals_print(out, a, b);
}
