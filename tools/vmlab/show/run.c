// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab run as tables. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "show/command.h"
#include "show/format.h"
#include "show/paging.h"
#include "show/run.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column counter_columns[] = {
	{ "COUNTER" },
	{ "TOTAL", true },
	{ .title = "MEANING", .wrap = true },
};

static const struct column program_columns[] = {
	{ "PID", true },
	{ "COMMAND" },
	{ "FAULTS", true },
	{ "FILLED", true },
	{ "REFAULTS", true },
	{ "EVICTED", true },
	{ .title = "IN_FAULTS", .right = true, .optional = true },
	{ "PEAK", true },
	{ "UNMANAGED", true },
	{ .title = "NOTE", .wrap = true },
};

const struct column_list run_tables[] = {
	COLUMN_LIST(counter_columns),
	COLUMN_LIST(program_columns),
	COLUMN_LIST(paging_distance_columns),
	{ 0 },
};

/* Print a line about what is not managed. */
static void print_unmanaged(FILE *out, const struct run_report *r)
{
	char size[SIZE_TEXT_MAX];
	uint64_t given_back = 0, copied = 0;

	fprintf(out, "not managed: at most %s at once: stacks, .data, .bss and the like\n",
		format_size(r->anon_peak, size));
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct run_program *p = &r->programs[i];
		char *name;

		given_back += p->given_back;
		copied += p->copied;
		if (p->why == RUN_MANAGED)
			continue;
		name = check_alloc(format_safe(p->name));
		fprintf(out, "not managed: process %d, %s: %s%s%s, at most %s\n", (int)p->pid,
			name, run_why_text(p->why), p->no_space_errno ? ": " : "",
			p->no_space_errno ? strerror(p->no_space_errno) : "",
			format_size(p->anon, size));
		free(name);
	}
	if (given_back)
		fprintf(out, "given back: mappings of %s that the device cannot provide\n",
			format_size(given_back, size));
	if (copied)
		fprintf(out, "copied: at %" PRIu64 " calls of fork(2) memory was copied, because "
			"the space could not be cloned\n", copied);
}

static void print_summary(FILE *out, bool colour, const struct run_report *r)
{
	char size[SIZE_TEXT_MAX], time[TIME_TEXT_MAX];

	fputs("vmlab run:", out);
	command_print(out, r->command);
	command_print_status(out, r->status);
	fputc('\n', out);
	paging_print_line(out, &r->paging);
	fprintf(out, "%" PRIu64 " faults filled %" PRIu64 " pages in %.3f s; time in faults: %s\n",
		(uint64_t)r->stats.faults, (uint64_t)r->stats.filled, r->seconds,
		format_ns(r->stats.latency_ns_sum, time));
	fprintf(out, "managed: %s %s at once, in %zu process%s\n",
		r->frames_peak_exact ? "at most" : "up to",
		format_size(r->frames_peak * r->page_size, size), r->nr_processes,
		r->nr_processes == 1 ? "" : "es");
	print_unmanaged(out, r);
	if (r->paging_stats.over_budget)
		fprintf(out, "%sabove the budget: %" PRIu64 " frames, because none could be "
			"evicted%s\n", style_on(colour, STYLE_WARN),
			(uint64_t)r->paging_stats.over_budget, style_off(colour, STYLE_WARN));
	if (r->paging_stats.policy_lost)
		fprintf(out, "%sthe policy was unloaded meanwhile: fifo took over%s\n",
			style_on(colour, STYLE_WARN), style_off(colour, STYLE_WARN));
	if (r->nr_running)
		fprintf(out, "running: %zu process%s had not ended with the command\n",
			r->nr_running, r->nr_running == 1 ? "" : "es");
	if (r->nr_refused)
		fprintf(out, "%snot counted: %" PRIu64 " processes, because vmlab had no more "
			"descriptors for them: raise 'ulimit -n'%s\n",
			style_on(colour, STYLE_WARN), r->nr_refused,
			style_off(colour, STYLE_WARN));
	if (r->events_lost)
		fprintf(out, "%slost: %" PRIu64 " events came faster than they were read%s\n",
			style_on(colour, STYLE_WARN), r->events_lost,
			style_off(colour, STYLE_WARN));
}

/* Print a counter; one that is rarely of interest only when it is not 0. */
static void counter(struct table *t, bool always, const char *name, uint64_t value,
		    const char *meaning)
{
	if (!always && !value)
		return;
	table_cell(t, value ? STYLE_PLAIN : STYLE_DIM, "%s", name);
	table_cell(t, value ? STYLE_PLAIN : STYLE_DIM, "%" PRIu64, value);
	table_cell(t, STYLE_DIM, "%s", meaning);
}

static void print_counters(FILE *out, bool colour, const struct run_report *r)
{
	const struct vmlab_space_stats *s = &r->stats;
	const struct vmlab_paging_stats *p = &r->paging_stats;
	struct table *t = table_open(out, counter_columns, NR(counter_columns), colour);

	counter(t, true, "faults", s->faults, "calls of the fault handler, of which");
	counter(t, true, "filled", s->filled, "  filled and mapped a new frame");
	counter(t, true, "mapped", s->mapped, "  mapped a resident frame");
	counter(t, false, "sigbus", s->sigbus, "  were beyond the end: SIGBUS");
	counter(t, false, "oom", s->oom, "  found no memory for a frame");
	counter(t, false, "interrupted", s->interrupted, "  ended because the task was killed");
	counter(t, false, "error", s->error, "  failed otherwise");
	counter(t, true, "evicted", p->evicted, "frames evicted");
	counter(t, true, "stored", p->stored, "  with contents written to the swap store");
	counter(t, true, "refaults", p->refaults, "frames filled after an eviction");
	counter(t, true, "loaded", p->loaded, "  from the swap store");
	counter(t, false, "prefetched", p->prefetched, "frames prefetched");
	counter(t, false, "prefetch_used", p->prefetch_used, "  and accessed later");
	counter(t, false, "prefetch_wasted", p->prefetch_wasted,
		"  and evicted without an access");
	counter(t, false, "unshared", s->unshared, "frames of fork(2) that a write copied");
	counter(t, false, "over_budget", p->over_budget,
		"frames above the budget: none could be evicted");
	counter(t, false, "store_errors", p->store_errors,
		"frames not evicted: the swap store refused them");
	counter(t, false, "shrunk", p->shrunk, "clean frames freed under memory pressure");
	counter(t, false, "huge_filled", p->huge_filled, "huge frames filled");
	counter(t, false, "huge_fallback", p->huge_fallback,
		"huge frames not filled: no memory or budget");
	counter(t, false, "huge_evicted", p->huge_evicted, "huge frames evicted");
	counter(t, false, "policy_fallbacks", p->policy_fallbacks,
		"victims chosen by fifo instead of a BPF policy");
	counter(t, false, "policy_refused", p->policy_refused,
		"requests of a BPF policy that were refused");
	table_close(t);
}

static void note_cell(struct table *t, const struct run_program *p)
{
	char text[96];
	int used = snprintf(text, sizeof(text), "%s",
			    p->why == RUN_MANAGED ? "" : run_why_name(p->why));
	const char *words[] = { p->exec ? "exec" : NULL, p->forked ? "fork" : NULL,
				p->running ? "running" : NULL };

	for (size_t i = 0; i < NR(words); i++)
		if (words[i])
			used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%s",
					 used ? ", " : "", words[i]);
	table_cell(t, p->why == RUN_MANAGED ? STYLE_PLAIN : STYLE_WARN, "%s",
		   used ? text : "-");
}

static int by_faults(const void *a, const void *b)
{
	const struct run_program *const *p = a, *const *q = b;
	uint64_t x = (*p)->stats.faults, y = (*q)->stats.faults;

	if (x != y)
		return x < y ? 1 : -1;
	return *p < *q ? -1 : *p > *q;
}

static void print_programs(FILE *out, bool colour, size_t rows, const struct run_report *r)
{
	const struct run_program **order = check_alloc(calloc(r->nr_programs + 1, sizeof(*order)));
	struct table *t;

	if (!rows || rows > r->nr_programs)
		rows = r->nr_programs;
	for (size_t i = 0; i < r->nr_programs; i++)
		order[i] = &r->programs[i];
	qsort(order, r->nr_programs, sizeof(*order), by_faults);
	t = table_open(out, program_columns, NR(program_columns), colour);
	for (size_t i = 0; i < rows; i++) {
		const struct run_program *p = order[i];
		char *name = check_alloc(format_safe(p->name));

		table_cell(t, STYLE_PLAIN, "%d", (int)p->pid);
		table_cell(t, STYLE_NAME, "%s", name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)p->stats.faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)p->stats.filled);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)p->paging.refaults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)p->paging.evicted);
		table_time(t, STYLE_PLAIN, p->stats.latency_ns_sum);
		table_size(t, STYLE_PLAIN, p->stats.frames_peak * r->page_size);
		table_size(t, STYLE_PLAIN, p->anon);
		note_cell(t, p);
		free(name);
	}
	table_close(t);
	if (rows < r->nr_programs && !table_plain())
		fprintf(out, "(%zu more: --rows=0 shows all)\n", r->nr_programs - rows);
	free(order);
}

/* Print an empty line before a table, unless the rows alone are wanted. */
static void between(FILE *out, const struct column *columns, size_t nr)
{
	if (!table_plain() && table_prints(columns, nr))
		fputc('\n', out);
}

void run_print(FILE *out, bool colour, size_t rows, const struct run_report *r)
{
	if (!table_plain())
		print_summary(out, colour, r);
	between(out, counter_columns, NR(counter_columns));
	print_counters(out, colour, r);
	if (r->paging_stats.refaults) {
		between(out, paging_distance_columns, NR(paging_distance_columns));
		paging_print_distances(out, colour, &r->paging_stats);
	}
	between(out, program_columns, NR(program_columns));
	print_programs(out, colour, rows, r);
}
