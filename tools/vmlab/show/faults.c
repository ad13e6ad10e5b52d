// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab faults as tables. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "show/command.h"
#include "show/faults.h"
#include "show/faults_words.h"
#include "show/format.h"
#include "show/table.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column kind_columns[] = {
	{ "KIND" },
	{ "MINOR", true },
	{ "MAJOR", true },
	{ "TIME", true },
	{ .title = "P50", .right = true, .optional = true },
	{ "P99", true },
	{ "MAX", true },
	{ .title = "MEANING", .wrap = true },
};

static const struct column origin_columns[] = {
	{ "ACCESS" },
	{ "MINOR", true },
	{ "MAJOR", true },
	{ .title = "BY", .wrap = true },
};

static const struct column process_columns[] = {
	{ "PID", true },  { "MINOR", true }, { "MAJOR", true },
	{ "TIME", true }, { .title = "COMMAND", .wrap = true },
};

static const struct column mapping_columns[] = {
	{ "MINOR", true },
	{ "MAJOR", true },
	{ "TIME", true },
	{ .title = "OFFSET", .right = true, .optional = true },
	{ .title = "KINDS", .wrap = true },
	{ .title = "MAPPING", .wrap = true },
};

static const struct column instruction_columns[] = {
	{ "MINOR", true },
	{ "MAJOR", true },
	{ "TIME", true },
	{ .title = "KINDS", .wrap = true },
	{ .title = "INSTRUCTION", .wrap = true },
	{ .title = "FILE", .wrap = true },
};

static const struct column signal_columns[] = {
	{ "COUNT", true },
	{ "PID", true },
	{ "CAUSE" },
	{ "ADDRESS", true },
	{ .title = "INSTRUCTION", .wrap = true },
	{ .title = "FILE", .wrap = true },
	{ .title = "MEANING", .wrap = true },
};

const struct column_list faults_tables[] = {
	COLUMN_LIST(kind_columns),
	COLUMN_LIST(origin_columns),
	COLUMN_LIST(process_columns),
	COLUMN_LIST(mapping_columns),
	COLUMN_LIST(instruction_columns),
	COLUMN_LIST(signal_columns),
	{ 0 },
};

static size_t rows_to_show(const struct faults_report *r, size_t nr)
{
	return r->top && r->top < nr ? r->top : nr;
}

/* Print the title of a table, unless the rows alone are wanted. */
static void print_title(FILE *out, bool colour, const struct column *columns,
			size_t nr, const char *title)
{
	if (table_plain() || !table_prints(columns, nr))
		return;
	fprintf(out, "\n%s%s%s\n", style_on(colour, STYLE_HEAD), title,
		style_off(colour, STYLE_HEAD));
}

static void print_more(FILE *out, size_t nr, size_t shown)
{
	if (shown < nr && !table_plain())
		fprintf(out, "(%zu more: --rows=0 shows all)\n", nr - shown);
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
		command_print(out, r->command);
		if (r->waited)
			command_print_status(out, r->status);
	} else if (r->pid) {
		fprintf(out, "vmlab faults: process %d", r->pid);
	} else {
		fputs("vmlab faults:", out);
	}
	if (r->all)
		fputs(r->command ? ", and all other processes" : " all processes",
		      out);
	fprintf(out, "\n%" PRIu64 " minor, %" PRIu64 " major in %.3f s\n",
		(uint64_t)r->sum[FAULT_MINOR], (uint64_t)r->sum[FAULT_MAJOR],
		r->seconds);
	/* getrusage(2) knows the command, not the other processes */
	if (r->waited && !r->all)
		print_usage(r, out, colour);
}

static void print_kinds(const struct faults_report *r, FILE *out, bool colour)
{
	struct table *t;

	print_title(out, colour, kind_columns,
		    NR(kind_columns), "By kind");
	t = table_open(out, kind_columns, NR(kind_columns), colour);
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		const __u64 *count = r->totals.count[k];

		if (!count[FAULT_MINOR] && !count[FAULT_MAJOR])
			continue;
		table_cell(t, STYLE_NAME, "%s", fault_kind_name(k));
		count_cells(t, count);
		table_time(t, STYLE_PLAIN, r->totals.ns[k]);
		table_time(t, STYLE_PLAIN,
			   latency_percentile(&r->latency[k], 50,
					      r->totals.max_ns[k]));
		table_time(t, STYLE_PLAIN,
			   latency_percentile(&r->latency[k], 99,
					      r->totals.max_ns[k]));
		table_time(t, STYLE_PLAIN, r->totals.max_ns[k]);
		table_cell(t, STYLE_DIM, "%s", fault_kind_help(k));
	}
	table_footer(t);
	table_cell(t, STYLE_NAME, "total");
	count_cells(t, r->sum);
	table_time(t, STYLE_PLAIN, r->all_ns);
	table_time(t, STYLE_PLAIN, latency_percentile(&r->all_latency, 50, r->all_max_ns));
	table_time(t, STYLE_PLAIN, latency_percentile(&r->all_latency, 99, r->all_max_ns));
	table_time(t, STYLE_PLAIN, r->all_max_ns);
	table_cell(t, STYLE_DIM, "-");
	table_close(t);
}

static void print_origins(const struct faults_report *r, FILE *out, bool colour)
{
	struct table *t;

	if (!r->sum[FAULT_MINOR] && !r->sum[FAULT_MAJOR])
		return;
	print_title(out, colour, origin_columns,
		    NR(origin_columns), "By origin of the access");
	t = table_open(out, origin_columns, NR(origin_columns), colour);
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
	size_t nr = rows_to_show(r, r->nr_processes);
	struct table *t;

	if (r->nr_processes < 2)
		return;
	print_title(out, colour, process_columns,
		    NR(process_columns), "By process");
	t = table_open(out, process_columns, NR(process_columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct process_row *p = &r->processes[i];
		char *comm = check_alloc(format_safe(p->stat.comm));

		table_cell(t, STYLE_PLAIN, "%u", p->key.tgid);
		count_cells(t, p->sum);
		table_time(t, STYLE_PLAIN, p->stat.ns);
		table_cell(t, STYLE_NAME, "%s", *comm ? comm : "-");
		free(comm);
	}
	table_close(t);
	print_more(out, r->nr_processes, nr);
}

static void print_vmas(const struct faults_report *r, FILE *out, bool colour)
{
	char kinds[KINDS_TEXT_MAX];
	struct table *t;
	size_t nr = rows_to_show(r, r->nr_vmas);

	if (!nr)
		return;
	print_title(out, colour, mapping_columns,
		    NR(mapping_columns), "By mapping");
	t = table_open(out, mapping_columns, NR(mapping_columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct vma_row *v = &r->vmas[i];
		char *name = check_alloc(format_safe(v->name));

		count_cells(t, v->stat.count);
		table_time(t, STYLE_PLAIN, v->stat.ns);
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

/*
 * Print the cells INSTRUCTION and FILE.
 * @address: the offset in the file, or without a file the address
 */
static void place_cells(struct table *t, const char *path, const char *symbol,
			uint64_t distance, uint64_t address)
{
	char *file = path ? check_alloc(format_safe(path)) : NULL;

	if (symbol)
		table_cell(t, STYLE_NAME, "%s+0x%" PRIx64, symbol, distance);
	else
		table_cell(t, STYLE_NAME, "0x%" PRIx64, address);
	table_cell(t, STYLE_DIM, "%s", file ? file : "-");
	free(file);
}

static void print_ips(const struct faults_report *r, FILE *out, bool colour)
{
	char kinds[KINDS_TEXT_MAX];
	struct table *t;
	size_t nr = rows_to_show(r, r->nr_ips);

	if (!r->by_ip || !nr)
		return;
	print_title(out, colour, instruction_columns,
		    NR(instruction_columns), "By instruction");
	t = table_open(out, instruction_columns, NR(instruction_columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct ip_row *ip = &r->ips[i];

		count_cells(t, ip->stat.count);
		table_time(t, STYLE_PLAIN, ip->stat.ns);
		table_cell(t, STYLE_PLAIN, "%s",
			   fault_kinds_text(ip->stat.kinds, kinds));
		place_cells(t, ip->path, ip->symbol, ip->distance,
			    ip->path ? ip->stat.offset : ip->key.ip);
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
	fprintf(out, "\n%sLatency%s\n", style_on(colour, STYLE_HEAD),
		style_off(colour, STYLE_HEAD));
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
	if (r->totals.untimed)
		fprintf(out,
			"\n%" PRIu64
			" faults have no latency: vmlab did not see their end\n",
			(uint64_t)r->totals.untimed);
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
	size_t nr = rows_to_show(r, r->nr_signals);
	struct table *t;

	if (!nr)
		return;
	print_title(out, colour, signal_columns,
		    NR(signal_columns), "Signals");
	t = table_open(out, signal_columns, NR(signal_columns), colour);
	for (size_t i = 0; i < nr; i++) {
		const struct signal_row *row = &r->signals[i];
		const struct signal_key *key = &row->key;

		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)row->count);
		table_cell(t, STYLE_PLAIN, "%u", key->tgid);
		table_cell(t, STYLE_WARN, "%s",
			   signal_cause(key->signal, key->code));
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64,
			   (uint64_t)key->address);
		place_cells(t, row->path, row->symbol, row->distance,
			    row->path ? row->offset : key->ip);
		table_cell(t, STYLE_DIM, "%s", signal_meaning(key));
	}
	table_close(t);
	print_more(out, r->nr_signals, nr);
}

static void print_lost(const struct faults_report *r, FILE *out, bool colour)
{
	if (table_plain())
		return;
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
	if (!table_plain())
		print_summary(r, out, colour);
	print_kinds(r, out, colour);
	print_origins(r, out, colour);
	print_processes(r, out, colour);
	print_vmas(r, out, colour);
	print_ips(r, out, colour);
	if (r->histogram && !table_plain())
		print_histogram(r, out, colour);
	if (!table_plain())
		print_failures(r, out);
	print_signals(r, out, colour);
	print_lost(r, out, colour);
}
