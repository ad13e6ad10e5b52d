// SPDX-License-Identifier: GPL-2.0
/* The results of an experiment with a space, as tables and as JSON. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "model/paging_words.h"
#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/paging.h"
#include "show/record_fields.h"
#include "show/space.h"
#include "show/table.h"
#include "show/vma.h"

#define STATS(member) offsetof(struct vmlab_space_stats, member)

/* counts of now, which rise and fall: no differences between processes are shown */
static const struct field gauges[] = {
	{ "frames", STATS(frames), "resident frames" },
	{ "frames_peak", STATS(frames_peak), "the most resident frames at once" },
	{ "frames_dirty", STATS(frames_dirty),
	  "resident frames written since they were filled" },
	{ "vmas", STATS(vmas), "VMAs that map the space" },
	{ 0 },
};

static const struct field counters[] = {
	{ "faults", STATS(faults), "calls of the fault handler, of which" },
	{ "filled", STATS(filled), "  filled and mapped a new frame" },
	{ "mapped", STATS(mapped), "  mapped a resident frame" },
	{ "sigbus", STATS(sigbus), "  were beyond the end: SIGBUS" },
	{ "oom", STATS(oom), "  found no memory for a frame" },
	{ "interrupted", STATS(interrupted),
	  "  ended because the task was killed" },
	{ "error", STATS(error), "  failed otherwise, or by injection" },
	{ "read_faults", STATS(read_faults), "faults of reads" },
	{ "write_faults", STATS(write_faults), "faults of writes" },
	{ "cow_faults", STATS(cow_faults),
	  "write faults of private mappings: mm copies the frame" },
	{ "mkwrite", STATS(mkwrite), "frames made writable in one mapping" },
	{ "vma_lock_faults", STATS(vma_lock_faults),
	  "faults handled without mmap_lock" },
	{ "remote_access", STATS(remote_access),
	  "accesses by ptrace and /proc/PID/mem" },
	{ "discarded", STATS(discarded), "frames freed by shrinking the space" },
	{ "vma_open", STATS(vma_open), "VMAs added by mmap, fork and split" },
	{ "vma_close", STATS(vma_close), "VMAs removed" },
	{ "vma_mremap", STATS(vma_mremap), "VMAs moved by mremap" },
	{ "latency_ns_sum", STATS(latency_ns_sum),
	  "nanoseconds in the fault handler" },
	{ 0 },
};

/* Return how much actor @i added to the counter. */
static uint64_t added(const struct space_actor *actors, size_t i,
		      const struct field *f)
{
	uint64_t before = i ? field_value(&actors[i - 1].stats, f) : 0;

	return field_value(&actors[i].stats, f) - before;
}

static const char *map_name(int map_flags)
{
	return map_flags & MAP_PRIVATE ? "private" : "shared";
}

static const struct column actor_columns[] = {
	{ "PROCESS" },	     { "PID", true },	 { "ACCESS" },
	{ "TOUCHED", true }, { "SIGBUS", true }, { "NONZERO", true },
	{ "TIME", true },
};

static void print_actors(bool colour,
			 const struct space_actor *actors, size_t nr)
{
	struct table *t = table_open(stdout, actor_columns,
				     sizeof(actor_columns) / sizeof(actor_columns[0]),
				     colour);

	for (size_t i = 0; i < nr; i++) {
		const struct touched *d = &actors[i].touched;

		table_cell(t, STYLE_PLAIN, "%s", actors[i].role);
		table_cell(t, STYLE_PLAIN, "%d", (int)actors[i].pid);
		table_cell(t, STYLE_PLAIN, "%s",
			   access_name(actors[i].access));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, d->pages);
		table_cell(t, d->sigbus ? STYLE_WARN : STYLE_PLAIN, "%" PRIu64,
			   d->sigbus);
		if (actors[i].access == ACCESS_READ)
			table_cell(t, STYLE_PLAIN, "%" PRIu64, d->nonzero);
		else
			table_cell(t, STYLE_DIM, "-");
		table_time(t, STYLE_PLAIN, d->ns);
	}
	table_close(t);
}

static void counter_row(struct table *t, const struct space_actor *actors,
			size_t nr, const struct field *f, bool gauge)
{
	uint64_t now = field_value(&actors[nr - 1].stats, f);
	enum style style = now ? STYLE_PLAIN : STYLE_DIM;

	table_cell(t, style, "%s", f->name);
	table_cell(t, style, "%" PRIu64, now);
	for (size_t i = 0; nr > 1 && i < nr; i++) {
		if (gauge)
			table_cell(t, STYLE_DIM, "-");
		else
			table_cell(t, style, "%" PRIu64, added(actors, i, f));
	}
	table_cell(t, style, "%s", f->meaning);
}

static const struct column counter_columns[] = {
	{ "COUNTER" },
	{ "NOW", true },
	{ .title = "MEANING", .wrap = true },
};

static const struct column counter_columns_by_process[] = {
	{ "COUNTER" },	   { "NOW", true }, { "PARENT", true },
	{ "CHILD", true }, { .title = "MEANING", .wrap = true },
};

static void print_counters(bool colour, const struct space_actor *actors,
			   size_t nr)
{
	static const struct column_list one = COLUMN_LIST(counter_columns),
		several = COLUMN_LIST(counter_columns_by_process);
	const struct column_list *list = nr > 1 ? &several : &one;
	struct table *t = table_open(stdout, list->columns, list->nr, colour);
	const struct field *f;

	for (f = gauges; f->name; f++)
		counter_row(t, actors, nr, f, true);
	for (f = counters; f->name; f++)
		counter_row(t, actors, nr, f, false);
	table_close(t);
}

static const struct column latency_columns[] = {
	{ "FROM_NS", true },
	{ "BELOW_NS", true },
	{ "FAULTS", true },
	{ "HISTOGRAM" },
};

static void print_latency(bool colour,
			  const struct vmlab_space_stats *stats)
{
	static const char bar[] = "########################################";
	unsigned int first = VMLAB_LATENCY_BUCKETS, last = 0;
	uint64_t most = 0;
	struct table *t;

	for (unsigned int i = 0; i < VMLAB_LATENCY_BUCKETS; i++) {
		if (!stats->latency[i])
			continue;
		if (first == VMLAB_LATENCY_BUCKETS)
			first = i;
		last = i;
		if (stats->latency[i] > most)
			most = stats->latency[i];
	}
	if (!most)
		return;

	putchar('\n');
	t = table_open(stdout, latency_columns, 4, colour);
	for (unsigned int i = first; i <= last; i++) {
		uint64_t n = stats->latency[i];
		int width = (int)(n * (sizeof(bar) - 1) / most);

		if (n && !width)
			width = 1;
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   i ? UINT64_C(1) << i : 0);
		if (i < VMLAB_LATENCY_BUCKETS - 1)
			table_cell(t, STYLE_PLAIN, "%" PRIu64,
				   UINT64_C(2) << i);
		else
			table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_PLAIN, "%" PRIu64, n);
		table_cell(t, STYLE_GOOD, "%.*s", width, bar);
	}
	table_close(t);
}

static const struct column vma_columns[] = {
	{ "PROCESS" },
	{ "PID", true },
	VMA_COLUMNS,
};

static void print_vmas(bool colour, const struct vmlab *lab,
		       const struct space_actor *actors, size_t nr,
		       int err[static 2])
{
	struct table *t = table_open(stdout, vma_columns,
				     sizeof(vma_columns) / sizeof(vma_columns[0]),
				     colour);
	struct vma_words words;

	vma_words_init(&words, lab);
	for (size_t i = 0; i < nr; i++) {
		const struct space_actor *a = &actors[i];
		const struct vmlab_vma *vma;
		struct vmlab_vmas_iter *it;

		err[i] = vmlab_vmas_open(a->proc, a->base, a->base + a->length,
					 &it);
		if (err[i])
			continue;
		while ((err[i] = vmlab_vmas_next(it, &vma)) > 0) {
			table_cell(t, STYLE_PLAIN, "%s", a->role);
			table_cell(t, STYLE_PLAIN, "%d", (int)a->pid);
			vma_cells(t, &words, it, vma);
		}
		vmlab_vmas_close(it);
	}
	table_close(t);
}

const struct column_list space_tables[] = {
	COLUMN_LIST(actor_columns),
	COLUMN_LIST(counter_columns_by_process),
	COLUMN_LIST(latency_columns),
	COLUMN_LIST(paging_counter_columns),
	COLUMN_LIST(paging_distance_columns),
	COLUMN_LIST(paging_rule_columns),
	COLUMN_LIST(paging_event_columns),
	COLUMN_LIST(vma_columns),
	{ 0 },
};

void space_print_tables(bool colour, const struct vmlab *lab,
			const struct space_result *r, int err[static 2])
{
	char size[SIZE_TEXT_MAX], from[SIZE_TEXT_MAX], length[SIZE_TEXT_MAX];
	const struct space_actor *actors = r->actors;
	const size_t nr = r->nr_actors;

	printf("%sspace %llu%s: %s, backing %s%s; %s mapping of %s from offset %s\n",
	       style_on(colour, STYLE_HEAD), r->config.space_id,
	       style_off(colour, STYLE_HEAD),
	       r->config.bytes ? format_size(r->config.bytes, size) :
				 "no limit",
	       paging_backing_name(r->config.backing),
	       r->config.flags & VMLAB_SPACE_HUGE ? ", huge frames" : "",
	       map_name(r->map_flags),
	       format_size(actors[0].length, length),
	       format_size(r->offset, from));
	if (r->paged)
		paging_print_line(stdout, &r->paging);
	if (r->synced)
		printf("fsync: %s\n",
		       r->sync_error ? strerror(-r->sync_error) : "done");
	putchar('\n');
	print_actors(colour, actors, nr);
	putchar('\n');
	print_counters(colour, actors, nr);
	print_latency(colour, &actors[nr - 1].stats);
	if (r->paged) {
		putchar('\n');
		paging_print_stats(colour, &r->paging_stats);
	}
	if (r->nr_rules) {
		putchar('\n');
		paging_print_rules(colour, r->rules, r->nr_rules,
				   vmlab_page_size(lab));
	}
	if (r->nr_events) {
		putchar('\n');
		paging_print_events(colour, r->events, r->nr_events);
	}
	putchar('\n');
	print_vmas(colour, lab, actors, nr, err);
}

json_t *space_stats_json(const struct vmlab_space_stats *stats)
{
	json_t *o = json_object();
	const struct field *f;

	for (f = gauges; f->name; f++)
		json_put(o, f->name, json_count(field_value(stats, f)));
	for (f = counters; f->name; f++)
		json_put(o, f->name, json_count(field_value(stats, f)));
	return o;
}

json_t *space_latency_json(const struct vmlab_space_stats *stats)
{
	json_t *latency = check_alloc(json_array());

	for (size_t i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
		json_append(latency, json_count(stats->latency[i]));
	return latency;
}

static json_t *added_json(const struct space_actor *actors, size_t i)
{
	json_t *o = json_object();

	for (const struct field *f = counters; f->name; f++)
		json_put(o, f->name, json_count(added(actors, i, f)));
	return o;
}

static json_t *vmas_json(const struct vmlab *lab, const struct space_actor *a,
			 json_t *actor)
{
	json_t *list = check_alloc(json_array());
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	struct vma_words words;
	int ret;

	vma_words_init(&words, lab);
	ret = vmlab_vmas_open(a->proc, a->base, a->base + a->length, &it);
	if (!ret) {
		while ((ret = vmlab_vmas_next(it, &vma)) > 0)
			json_append(list, vma_json(&words, it, vma));
		vmlab_vmas_close(it);
	}
	if (ret < 0)
		json_put(actor, "error",
			 json_error(ret, VMLAB_ABOUT_PROCESS, a->pid));
	return list;
}

static json_t *actor_json(const struct vmlab *lab,
			  const struct space_actor *actors, size_t i)
{
	const struct space_actor *a = &actors[i];
	json_t *o = json_object();

	json_put(o, "role", json_string(a->role));
	json_put(o, "pid", json_integer(a->pid));
	json_put(o, "start", json_hex(a->base));
	json_put(o, "end", json_hex(a->base + a->length));
	json_put(o, "access", json_string(access_name(a->access)));
	json_put(o, "touched", json_count(a->touched.pages));
	json_put(o, "sigbus", json_count(a->touched.sigbus));
	json_put(o, "nonzero",
		 a->access == ACCESS_READ ? json_count(a->touched.nonzero) :
					    json_null());
	json_put(o, "ns", json_count(a->touched.ns));
	json_put(o, "stats_added", added_json(actors, i));
	json_put(o, "vmas", vmas_json(lab, a, o));
	return o;
}

void space_print_json(const struct vmlab *lab, const struct space_result *r)
{
	const struct space_actor *actors = r->actors;
	const struct vmlab_space_stats *stats = &actors[r->nr_actors - 1].stats;
	const char *synced = r->sync_error ? strerrorname_np(-r->sync_error) :
					     "done";
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "space_id", json_count(r->config.space_id));
	json_member(&doc, "bytes", json_count(r->config.bytes));
	json_member(&doc, "backing",
		    json_string(paging_backing_name(r->config.backing)));
	json_member(&doc, "huge",
		    json_boolean(r->config.flags & VMLAB_SPACE_HUGE));
	json_member(&doc, "mapping", json_string(map_name(r->map_flags)));
	json_member(&doc, "offset", json_count(r->offset));
	json_member(&doc, "length", json_count(actors[0].length));
	json_member(&doc, "fsync",
		    r->synced ? json_string(synced) : json_null());
	json_member(&doc, "stats", space_stats_json(stats));
	json_member(&doc, "latency", space_latency_json(stats));
	json_member(&doc, "paging",
		    r->paged ? paging_json(&r->paging) : json_null());
	json_member(&doc, "paging_stats", paging_stats_json(&r->paging_stats));
	json_member(&doc, "inject", paging_rules_json(r->rules, r->nr_rules));
	json_array_begin(&doc, "processes");
	for (size_t i = 0; i < r->nr_actors; i++)
		json_item(&doc, actor_json(lab, actors, i));
	json_array_end(&doc);
	json_array_begin(&doc, "events");
	for (size_t i = 0; i < r->nr_events; i++)
		json_item(&doc, paging_event_json(&r->events[i]));
	json_array_end(&doc);
	json_end(&doc);
}
