// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab faults as tables. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "show/faults.h"
#include "show/faults_words.h"
#include "show/format.h"
#include "show/table.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static size_t rows_to_show(const struct faults_report *r, size_t nr)
{
	return r->top && r->top < nr ? r->top : nr;
}

static void print_title(FILE *out, bool colour, const char *title)
{
	fprintf(out, "\n%s%s%s\n", style_on(colour, STYLE_HEAD), title,
		style_off(colour, STYLE_HEAD));
}

static void print_more(FILE *out, size_t nr, size_t shown)
{
	if (shown < nr)
		fprintf(out, "(%zu more: --top=0 shows all)\n", nr - shown);
}

/* Print a cell with a duration. */
static void time_cell(struct table *t, __u64 ns)
{
	char text[TIME_TEXT_MAX];

	table_cell(t, STYLE_PLAIN, "%s", format_ns(ns, text));
}

static void count_cells(struct table *t, const __u64 count[NR_FAULT_SIZES])
{
	table_cell(t, STYLE_PLAIN, "%" PRIu64, (uint64_t)count[FAULT_MINOR]);
	table_cell(t, count[FAULT_MAJOR] ? STYLE_WARN : STYLE_PLAIN, "%" PRIu64,
		   (uint64_t)count[FAULT_MAJOR]);
}

static void print_usage(const struct faults_report *r, FILE *out, bool colour)
{
	bool match = faults_usage_matches(r);

	fprintf(out,
		"getrusage: %ld minor, %ld major: ", r->usage.ru_minflt,
		r->usage.ru_majflt);
	if (match) {
		fprintf(out, "%sthe same%s\n", style_on(colour, STYLE_GOOD),
			style_off(colour, STYLE_GOOD));
		return;
	}
	fprintf(out, "%snot the same%s", style_on(colour, STYLE_WARN),
		style_off(colour, STYLE_WARN));
	if (r->sum[FAULT_MINOR] >= (__u64)r->usage.ru_minflt &&
	    r->sum[FAULT_MAJOR] >= (__u64)r->usage.ru_majflt)
		fputs(" (it omits processes that were not waited for)",
		      out);
	fputc('\n', out);
}

static void print_summary(const struct faults_report *r, FILE *out, bool colour)
{
	if (r->command) {
		fputs("vmlab faults:", out);
		for (char *const *arg = r->command; *arg; arg++) {
			char *safe = check_alloc(format_safe(*arg));

			fprintf(out, " %s", safe);
			free(safe);
		}
		if (r->waited && WIFSIGNALED(r->status))
			fprintf(out, ": killed by SIG%s",
				sigabbrev_np(WTERMSIG(r->status)));
		else if (r->waited && WEXITSTATUS(r->status))
			fprintf(out, ": exit status %d",
				WEXITSTATUS(r->status));
	} else {
		fprintf(out, "vmlab faults: process %d", r->pid);
	}
	fprintf(out, "\n%" PRIu64 " minor, %" PRIu64 " major in %.3f s\n",
		(uint64_t)r->sum[FAULT_MINOR], (uint64_t)r->sum[FAULT_MAJOR],
		r->seconds);
	if (r->waited)
		print_usage(r, out, colour);
}

static void print_kinds(const struct faults_report *r, FILE *out, bool colour)
{
	static const struct column columns[] = {
		{ "KIND" },	  { "MINOR", true }, { "MAJOR", true },
		{ "TIME", true }, { "P50", true },   { "P99", true },
		{ "MAX", true },  { "MEANING" },
	};
	struct table *t;

	print_title(out, colour, "By kind");
	t = table_open(out, columns, NR(columns), colour);
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		const __u64 *count = r->totals.count[k];

		if (!count[FAULT_MINOR] && !count[FAULT_MAJOR])
			continue;
		table_cell(t, STYLE_NAME, "%s", fault_kind_name(k));
		count_cells(t, count);
		time_cell(t, r->totals.ns[k]);
		time_cell(t, latency_percentile(&r->latency[k], 50,
						r->totals.max_ns[k]));
		time_cell(t, latency_percentile(&r->latency[k], 99,
						r->totals.max_ns[k]));
		time_cell(t, r->totals.max_ns[k]);
		table_cell(t, STYLE_DIM, "%s", fault_kind_help(k));
	}
	table_cell(t, STYLE_NAME, "total");
	count_cells(t, r->sum);
	time_cell(t, r->all_ns);
	time_cell(t, latency_percentile(&r->all_latency, 50, r->all_max_ns));
	time_cell(t, latency_percentile(&r->all_latency, 99, r->all_max_ns));
	time_cell(t, r->all_max_ns);
	table_cell(t, STYLE_DIM, "-");
	table_close(t);
}

static void print_origins(const struct faults_report *r, FILE *out, bool colour)
{
	static const struct column columns[] = {
		{ "ACCESS" },
		{ "MINOR", true },
		{ "MAJOR", true },
		{ "BY" },
	};
	struct table *t;

	if (!r->sum[FAULT_MINOR] && !r->sum[FAULT_MAJOR])
		return;
	print_title(out, colour, "By origin of the access");
	t = table_open(out, columns, NR(columns), colour);
	for (unsigned int o = 0; o < NR_FAULT_ORIGINS; o++) {
		const __u64 *count = r->totals.origin[o];

		if (!count[FAULT_MINOR] && !count[FAULT_MAJOR])
			continue;
		table_cell(t, STYLE_NAME, "%s", fault_origin_name(o));
		count_cells(t, count);
		table_cell(t, STYLE_DIM, "%s", fault_origin_help(o));
	}
	table_close(t);
}

static void print_processes(const struct faults_report *r, FILE *out,
			    bool colour)
{
	static const struct column columns[] = {
		{ "PID", true },  { "MINOR", true }, { "MAJOR", true },
		{ "TIME", true }, { "COMMAND" },
	};
	size_t nr = rows_to_show(r, r->nr_processes);
	struct table *t;

	if (r->nr_processes < 2)
		return;
	print_title(out, colour, "By process");
	t = table_open(out, columns, NR(columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct process_row *p = &r->processes[i];
		char *comm = check_alloc(format_safe(p->stat.comm));

		table_cell(t, STYLE_PLAIN, "%u", p->key.tgid);
		count_cells(t, p->sum);
		time_cell(t, p->stat.ns);
		table_cell(t, STYLE_NAME, "%s", *comm ? comm : "-");
		free(comm);
	}
	table_close(t);
	print_more(out, r->nr_processes, nr);
}

static void print_vmas(const struct faults_report *r, FILE *out, bool colour)
{
	static const struct column columns[] = {
		{ "MINOR", true },  { "MAJOR", true }, { "TIME", true },
		{ "OFFSET", true }, { "KINDS" },       { "MAPPING" },
	};
	char kinds[KINDS_TEXT_MAX];
	struct table *t;
	size_t nr = rows_to_show(r, r->nr_vmas);

	if (!nr)
		return;
	print_title(out, colour, "By mapping");
	t = table_open(out, columns, NR(columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct vma_row *v = &r->vmas[i];
		char *name = check_alloc(format_safe(v->name));

		count_cells(t, v->stat.count);
		time_cell(t, v->stat.ns);
		if (v->key.file.dev)
			table_cell(t, STYLE_PLAIN, "%" PRIx64,
				   (uint64_t)v->stat.pgoff << 12);
		else
			table_cell(t, STYLE_PLAIN, "-");
		table_cell(t, STYLE_PLAIN, "%s",
			   fault_kinds_text(v->stat.kinds, kinds));
		table_cell(t, STYLE_NAME, "%s", name);
		free(name);
	}
	table_close(t);
	print_more(out, r->nr_vmas, nr);
}

static void print_ips(const struct faults_report *r, FILE *out, bool colour)
{
	static const struct column columns[] = {
		{ "MINOR", true }, { "MAJOR", true }, { "TIME", true },
		{ "KINDS" },	   { "INSTRUCTION" }, { "FILE" },
	};
	char kinds[KINDS_TEXT_MAX];
	struct table *t;
	size_t nr = rows_to_show(r, r->nr_ips);

	if (!r->by_ip || !nr)
		return;
	print_title(out, colour, "By instruction");
	t = table_open(out, columns, NR(columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct ip_row *ip = &r->ips[i];
		char *path = ip->path ? check_alloc(format_safe(ip->path)) : NULL;

		count_cells(t, ip->stat.count);
		time_cell(t, ip->stat.ns);
		table_cell(t, STYLE_PLAIN, "%s",
			   fault_kinds_text(ip->stat.kinds, kinds));
		if (ip->symbol)
			table_cell(t, STYLE_NAME, "%s+0x%" PRIx64, ip->symbol,
				   ip->distance);
		else
			table_cell(t, STYLE_NAME, "0x%" PRIx64,
				   (uint64_t)(path ? ip->stat.offset :
						     ip->key.ip));
		table_cell(t, STYLE_DIM, "%s", path ? path : "-");
		free(path);
	}
	table_close(t);
	print_more(out, r->nr_ips, nr);
}

static void print_histogram(const struct faults_report *r, FILE *out,
			    bool colour)
{
	static const char bar[] = "########################################";
	const size_t sub = 1 << LATENCY_SUB_BITS;
	__u64 most = 0, rows[LATENCY_SLOTS / (1 << LATENCY_SUB_BITS)] = { 0 };
	size_t first = NR(rows), last = 0;

	/* a row is a power of two */
	for (size_t i = 0; i < LATENCY_SLOTS; i++) {
		rows[i / sub] += r->all_latency.slots[i];
		if (!r->all_latency.slots[i])
			continue;
		last = i / sub;
		if (first > last)
			first = last;
	}
	if (first > last)
		return;
	for (size_t i = first; i <= last; i++)
		if (rows[i] > most)
			most = rows[i];
	print_title(out, colour, "Latency");
	for (size_t i = first; i <= last; i++) {
		char text[TIME_TEXT_MAX];
		int width = (int)(rows[i] * (sizeof(bar) - 1) / most);

		if (rows[i] && !width)
			width = 1;
		fprintf(out, "< %-9s %10" PRIu64 " %.*s\n",
			format_ns(latency_upper(i * sub + sub - 1) + 1, text),
			(uint64_t)rows[i], width, bar);
	}
}

static void print_failures(const struct faults_report *r, FILE *out)
{
	bool title = false;

	if (r->totals.retries)
		fprintf(out,
			"\n%" PRIu64
			" attempts were retried; each fault is counted once\n",
			(uint64_t)r->totals.retries);
	for (unsigned int f = 0; f < NR_FAULT_FAILURES; f++) {
		if (!r->totals.failures[f])
			continue;
		fprintf(out, "%s%s %" PRIu64,
			title ? "," : "\nFaults that failed, not counted:",
			fault_failure_name(f), (uint64_t)r->totals.failures[f]);
		title = true;
	}
	if (title)
		fputc('\n', out);
}

static void print_signals(const struct faults_report *r, FILE *out, bool colour)
{
	static const struct column columns[] = {
		{ "COUNT", true },   { "PID", true },	      { "CAUSE" },
		{ "ADDRESS", true }, { "INSTRUCTION", true }, { "MEANING" },
	};
	size_t nr = rows_to_show(r, r->nr_signals);
	struct table *t;

	if (!nr)
		return;
	print_title(out, colour, "Signals");
	t = table_open(out, columns, NR(columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct signal_key *key = &r->signals[i].key;

		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)r->signals[i].count);
		table_cell(t, STYLE_PLAIN, "%u", key->tgid);
		table_cell(t, STYLE_WARN, "%s",
			   signal_cause(key->signal, key->code));
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64,
			   (uint64_t)key->address);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, (uint64_t)key->ip);
		table_cell(t, STYLE_DIM, "%s", signal_meaning(key));
	}
	table_close(t);
	print_more(out, r->nr_signals, nr);
}

static void print_lost(const struct faults_report *r, FILE *out, bool colour)
{
	for (unsigned int l = 0; l < NR_FAULT_LOST; l++)
		if (r->totals.lost[l])
			fprintf(out, "%sLost: %" PRIu64 " %s%s\n",
				style_on(colour, STYLE_WARN),
				(uint64_t)r->totals.lost[l], fault_lost_help(l),
				style_off(colour, STYLE_WARN));
	if (r->lacks_stack)
		fputs("This kernel does not show stack growth: its faults count as anon\n",
		      out);
	if (r->lacks_uffd)
		fputs("This kernel has no userfaultfd\n", out);
}

void faults_print(const struct faults_report *r, FILE *out, bool colour)
{
	print_summary(r, out, colour);
	print_kinds(r, out, colour);
	print_origins(r, out, colour);
	print_processes(r, out, colour);
	print_vmas(r, out, colour);
	print_ips(r, out, colour);
	if (r->histogram)
		print_histogram(r, out, colour);
	print_failures(r, out);
	print_signals(r, out, colour);
	print_lost(r, out, colour);
}
