// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab run as JSON. */
#include "show/command.h"
#include "show/json.h"
#include "show/paging.h"
#include "show/run.h"
#include "show/space.h"
#include "sys/xalloc.h"

static json_t *program_json(const struct run_program *p)
{
	json_t *o = check_alloc(json_object());

	json_put(o, "pid", json_integer(p->pid));
	json_put_name(o, "comm", p->name);
	json_put(o, "managed", json_boolean(p->why == RUN_MANAGED));
	json_put(o, "why", p->why == RUN_MANAGED ? json_null() :
						   json_string(run_why_name(p->why)));
	json_put(o, "errno", p->no_space_errno ? json_integer(p->no_space_errno) : json_null());
	json_put(o, "exec", json_boolean(p->exec));
	json_put(o, "forked", json_boolean(p->forked));
	json_put(o, "running", json_boolean(p->running));
	json_put(o, "spaces", json_count(p->spaces));
	json_put(o, "stats", space_stats_json(&p->stats));
	json_put(o, "paging_stats", paging_stats_json(&p->paging));
	json_put(o, "unmanaged_bytes", json_count(p->anon));
	json_put(o, "given_back_bytes", json_count(p->given_back));
	json_put(o, "copied", json_count(p->copied));
	return o;
}

void run_print_json(FILE *out, const struct run_report *r)
{
	json_t *end = check_alloc(json_object());
	struct json_doc doc;

	command_put_status(end, r->status);
	json_begin(&doc, out);
	json_member(&doc, "command", command_json(r->command));
	json_member(&doc, "pid", json_integer(r->pid));
	json_members(&doc, end);
	json_member(&doc, "seconds", json_real(r->seconds));
	json_member(&doc, "paging", paging_json(&r->paging));
	json_member(&doc, "huge", json_boolean(r->space_flags & VMLAB_SPACE_HUGE));
	json_member(&doc, "page_size", json_count(r->page_size));
	json_member(&doc, "frames_peak", json_count(r->frames_peak));
	json_member(&doc, "frames_peak_exact", json_boolean(r->frames_peak_exact));
	json_member(&doc, "unmanaged_bytes", json_count(r->anon_peak));
	json_member(&doc, "nr_processes", json_count(r->nr_processes));
	json_member(&doc, "nr_running", json_count(r->nr_running));
	json_member(&doc, "nr_refused", json_count(r->nr_refused));
	json_member(&doc, "events", json_count(r->events));
	json_member(&doc, "events_lost", json_count(r->events_lost));
	json_member(&doc, "stats", space_stats_json(&r->stats));
	json_member(&doc, "latency", space_latency_json(&r->stats));
	json_member(&doc, "paging_stats", paging_stats_json(&r->paging_stats));
	json_array_begin(&doc, "programs");
	for (size_t i = 0; i < r->nr_programs; i++)
		json_item(&doc, program_json(&r->programs[i]));
	json_array_end(&doc);
	json_end(&doc);
}
