// SPDX-License-Identifier: GPL-2.0
/* Budget, policy, injection rules and events of a space, as tables and as JSON. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/paging_words.h"
#include "sys/xalloc.h"
#include "show/json.h"
#include "show/paging.h"
#include "show/record_fields.h"
#include "show/table.h"

#define STATS(member) offsetof(struct vmlab_paging_stats, member)

static const struct field counters[] = {
	{ "charged", STATS(charged), "frames charged to the budget now" },
	{ "evicted", STATS(evicted),
	  "frames evicted for the budget or on request" },
	{ "stored", STATS(stored), "  with contents written to the swap store" },
	{ "loaded", STATS(loaded), "frames filled from the swap store" },
	{ "refaults", STATS(refaults), "frames filled after an eviction" },
	{ "over_budget", STATS(over_budget),
	  "frames above the budget: none could be evicted" },
	{ "store_errors", STATS(store_errors),
	  "frames not evicted: the swap store refused them" },
	{ "prefetched", STATS(prefetched), "frames prefetched" },
	{ "prefetch_used", STATS(prefetch_used), "  and accessed later" },
	{ "prefetch_wasted", STATS(prefetch_wasted),
	  "  and evicted without an access" },
	{ "mapped_around", STATS(mapped_around),
	  "entries set besides that of the fault" },
	{ "shrunk", STATS(shrunk), "clean frames freed under memory pressure" },
	{ "written_back", STATS(written_back),
	  "pages written back to the file" },
	{ "writeback_errors", STATS(writeback_errors),
	  "pages that could not be written back" },
	{ "huge_filled", STATS(huge_filled), "huge frames filled" },
	{ "huge_fallback", STATS(huge_fallback),
	  "huge frames not filled: no memory or budget" },
	{ "huge_evicted", STATS(huge_evicted),
	  "huge frames evicted: their pages return one by one" },
	{ "policy_fallbacks", STATS(policy_fallbacks),
	  "victims chosen by fifo instead of a BPF policy" },
	{ "policy_refused", STATS(policy_refused),
	  "requests of a BPF policy that were refused" },
	{ "policy_lost", STATS(policy_lost),
	  "times that the BPF policy in use was unloaded" },
	{ 0 },
};

void paging_print_line(FILE *out, const struct vmlab_paging *paging)
{
	fprintf(out, "paging: %s", paging_policy_name(paging->policy));
	if (paging->policy_id)
		fprintf(out, " %u", paging->policy_id);
	if (paging->budget)
		fprintf(out, ", %" PRIu64 " frames", (uint64_t)paging->budget);
	else
		fprintf(out, ", no budget");
	fprintf(out, ", prefetch %s", paging_prefetch_name(paging->prefetch));
	if (paging->prefetch_pages)
		fprintf(out, " %u", paging->prefetch_pages);
	if (paging->flags & VMLAB_PAGING_AROUND)
		fprintf(out, ", mapped around");
	if (paging->flags & VMLAB_PAGING_STEPPING)
		fprintf(out, ", stepping");
	fputc('\n', out);
}

const struct column paging_counter_columns[3] = {
	{ "PAGING" },
	{ "NOW", true },
	{ "MEANING" },
};

const struct column paging_distance_columns[3] = {
	{ "REFAULTED_AFTER", true },
	{ "BELOW", true },
	{ "PAGES", true },
};

static bool has_refaults(const struct vmlab_paging_stats *stats)
{
	for (size_t i = 0; i < VMLAB_DISTANCE_BUCKETS; i++)
		if (stats->refault_distance[i])
			return true;
	return false;
}

void paging_print_stats(bool colour,
			const struct vmlab_paging_stats *stats)
{
	struct table *t = table_open(stdout, paging_counter_columns, 3, colour);

	for (const struct field *f = counters; f->name; f++) {
		uint64_t now = field_value(stats, f);
		enum style style = now ? STYLE_PLAIN : STYLE_DIM;

		table_cell(t, style, "%s", f->name);
		table_cell(t, style, "%" PRIu64, now);
		table_cell(t, style, "%s", f->meaning);
	}
	table_close(t);
	if (has_refaults(stats))
		putchar('\n');
	paging_print_distances(stdout, colour, stats);
}

void paging_print_distances(FILE *out, bool colour, const struct vmlab_paging_stats *stats)
{
	struct table *t;

	if (!has_refaults(stats))
		return;
	t = table_open(out, paging_distance_columns, 3, colour);
	for (size_t i = 0; i < VMLAB_DISTANCE_BUCKETS; i++) {
		if (!stats->refault_distance[i])
			continue;
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   i ? UINT64_C(1) << (i - 1) : 0);
		if (i < VMLAB_DISTANCE_BUCKETS - 1)
			table_cell(t, STYLE_PLAIN, "%" PRIu64,
				   UINT64_C(1) << i);
		else
			table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)stats->refault_distance[i]);
	}
	table_close(t);
}

const struct column paging_rule_columns[9] = {
	{ "INJECT" },	 { "FIRST", true },   { "LAST", true },
	{ "ACCESS" },	 { "NTH", true },     { "PROBABILITY", true },
	{ "PID", true }, { "MATCHES", true }, { "HITS", true },
};

void paging_print_rules(bool colour,
			const struct vmlab_inject_rule *rules, size_t nr,
			uint64_t page_size)
{
	struct table *t = table_open(stdout, paging_rule_columns,
				     sizeof(paging_rule_columns) / sizeof(paging_rule_columns[0]),
				     colour);

	for (size_t i = 0; i < nr; i++) {
		const struct vmlab_inject_rule *r = &rules[i];

		table_cell(t, STYLE_PLAIN, "%s", paging_action_name(r->action));
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)r->start / page_size);
		if (r->end)
			table_cell(t, STYLE_PLAIN, "%" PRIu64,
				   (uint64_t)r->end / page_size - 1);
		else
			table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_PLAIN, "%s%s%s",
			   r->access & VMLAB_ACCESS_READ ? "r" : "",
			   r->access & VMLAB_ACCESS_WRITE ? "w" : "",
			   r->access & VMLAB_ACCESS_EXEC ? "x" : "");
		if (r->nth)
			table_cell(t, STYLE_PLAIN, "%" PRIu64,
				   (uint64_t)r->nth);
		else
			table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_PLAIN, "%g",
			   (double)r->probability / VMLAB_INJECT_CERTAIN);
		if (r->pid)
			table_cell(t, STYLE_PLAIN, "%d", r->pid);
		else
			table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)r->matches);
		table_cell(t, r->hits ? STYLE_WARN : STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)r->hits);
	}
	table_close(t);
}

const struct column paging_event_columns[8] = {
	{ "TIME_US", true }, { "EVENT" },	  { "PAGE", true },
	{ "DETAIL" },	     { "COST_NS", true }, { "PID", true },
	{ "TID", true },     { "LOST", true },
};

struct table *paging_open_events(FILE *out, bool colour)
{
	return table_open(out, paging_event_columns,
			  sizeof(paging_event_columns) / sizeof(paging_event_columns[0]),
			  colour);
}

void paging_event_row(struct table *t, const struct vmlab_event *e, uint64_t first_ns)
{
	const char *detail = paging_event_detail(e);

	/* those of another space can be older than the first one */
	table_cell(t, STYLE_PLAIN, "%.1f", (double)(int64_t)(e->time_ns - first_ns) / 1000);
	table_cell(t, STYLE_PLAIN, "%s", paging_event_name(e->type));
	if (e->type == VMLAB_EVENT_LOST)
		table_cell(t, STYLE_DIM, "-");
	else
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)e->pgoff);
	table_cell(t, detail ? STYLE_PLAIN : STYLE_DIM, "%s", detail ? detail : "-");
	if (e->cost_ns)
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)e->cost_ns);
	else
		table_cell(t, STYLE_DIM, "-");
	table_cell(t, STYLE_PLAIN, "%d", e->tgid);
	table_cell(t, STYLE_PLAIN, "%d", e->tid);
	table_cell(t, e->lost ? STYLE_WARN : STYLE_PLAIN, "%" PRIu64, (uint64_t)e->lost);
}

void paging_print_events(bool colour,
			 const struct vmlab_event *events, size_t nr)
{
	struct table *t = paging_open_events(stdout, colour);

	for (size_t i = 0; i < nr; i++)
		paging_event_row(t, &events[i], events[0].time_ns);
	table_close(t);
}

json_t *paging_json(const struct vmlab_paging *paging)
{
	json_t *o = json_object();

	json_put(o, "policy", json_string(paging_policy_name(paging->policy)));
	json_put(o, "policy_id",
		 paging->policy_id ? json_count(paging->policy_id) :
				     json_null());
	json_put(o, "budget",
		 paging->budget ? json_count(paging->budget) : json_null());
	json_put(o, "seed", json_count(paging->seed));
	json_put(o, "prefetch",
		 json_string(paging_prefetch_name(paging->prefetch)));
	json_put(o, "prefetch_pages", json_count(paging->prefetch_pages));
	json_put(o, "around",
		 json_boolean(paging->flags & VMLAB_PAGING_AROUND));
	json_put(o, "stepping",
		 json_boolean(paging->flags & VMLAB_PAGING_STEPPING));
	return o;
}

json_t *paging_stats_json(const struct vmlab_paging_stats *stats)
{
	json_t *o = json_object(), *distance = check_alloc(json_array());

	for (const struct field *f = counters; f->name; f++)
		json_put(o, f->name, json_count(field_value(stats, f)));
	for (size_t i = 0; i < VMLAB_DISTANCE_BUCKETS; i++)
		json_append(distance, json_count(stats->refault_distance[i]));
	json_put(o, "refault_distance", distance);
	return o;
}

json_t *paging_rules_json(const struct vmlab_inject_rule *rules, size_t nr)
{
	json_t *list = check_alloc(json_array());

	for (size_t i = 0; i < nr; i++) {
		const struct vmlab_inject_rule *r = &rules[i];
		json_t *o = json_object();

		json_put(o, "action",
			 json_string(paging_action_name(r->action)));
		json_put(o, "start", json_count(r->start));
		json_put(o, "end", r->end ? json_count(r->end) : json_null());
		json_put(o, "read",
			 json_boolean(r->access & VMLAB_ACCESS_READ));
		json_put(o, "write",
			 json_boolean(r->access & VMLAB_ACCESS_WRITE));
		json_put(o, "exec",
			 json_boolean(r->access & VMLAB_ACCESS_EXEC));
		json_put(o, "nth", r->nth ? json_count(r->nth) : json_null());
		json_put(o, "probability",
			 json_real((double)r->probability /
				   VMLAB_INJECT_CERTAIN));
		json_put(o, "seed", json_count(r->seed));
		json_put(o, "pid", r->pid ? json_integer(r->pid) : json_null());
		json_put(o, "delay_us", json_count(r->delay_us));
		json_put(o, "matches", json_count(r->matches));
		json_put(o, "hits", json_count(r->hits));
		json_append(list, o);
	}
	return list;
}

json_t *paging_event_json(const struct vmlab_event *event)
{
	const char *detail = paging_event_detail(event);
	json_t *o = json_object();

	json_put(o, "time_ns", json_count(event->time_ns));
	json_put(o, "event", json_string(paging_event_name(event->type)));
	json_put(o, "page",
		 event->type == VMLAB_EVENT_LOST ? json_null() :
						   json_count(event->pgoff));
	json_put(o, "detail", detail ? json_string(detail) : json_null());
	json_put(o, "cost_ns", json_count(event->cost_ns));
	json_put(o, "lost", json_count(event->lost));
	json_put(o, "pid", json_integer(event->tgid));
	json_put(o, "tid", json_integer(event->tid));
	return o;
}
