// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab faults as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "show/command.h"
#include "show/faults.h"
#include "show/faults_words.h"
#include "show/format.h"
#include "show/json.h"
#include "sys/xalloc.h"

static json_t *object(void)
{
	return check_alloc(json_object());
}

static void put_counts(json_t *to, const __u64 count[NR_FAULT_SIZES])
{
	json_put(to, "minor", json_count(count[FAULT_MINOR]));
	json_put(to, "major", json_count(count[FAULT_MAJOR]));
}

static void put_latency(json_t *to, const struct latency_histogram *h, __u64 ns,
			__u64 max)
{
	json_put(to, "ns", json_count(ns));
	json_put(to, "p50_ns", json_count(latency_percentile(h, 50, max)));
	json_put(to, "p99_ns", json_count(latency_percentile(h, 99, max)));
	json_put(to, "max_ns", json_count(max));
}

static json_t *kinds_array(__u32 kinds)
{
	json_t *array = check_alloc(json_array());

	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++)
		if (kinds & (1u << k))
			json_array_append_new(array,
					      json_string(fault_kind_name(k)));
	return array;
}

static json_t *totals(const struct faults_report *r)
{
	json_t *o = object();

	put_counts(o, r->sum);
	put_latency(o, &r->all_latency, r->all_ns, r->all_max_ns);
	return o;
}

static json_t *usage(const struct faults_report *r)
{
	json_t *o;

	if (!r->waited || r->all)
		return json_null();
	o = object();
	json_put(o, "minor", json_integer(r->usage.ru_minflt));
	json_put(o, "major", json_integer(r->usage.ru_majflt));
	json_put(o, "equal", json_boolean(faults_usage_matches(r)));
	return o;
}

static json_t *command(const struct faults_report *r)
{
	return r->command ? command_json(r->command) : json_null();
}

static void print_head(const struct faults_report *r, struct json_doc *doc)
{
	json_t *o;

	json_member(doc, "command", command(r));
	json_member(doc, "pid",
		    r->command ? json_integer(r->command_pid) :
		    r->pid     ? json_integer(r->pid) :
				 json_null());
	json_member(doc, "all", json_boolean(r->all));
	json_member(doc, "seconds", json_real(r->seconds));
	json_member(doc, "exit_status",
		    r->waited && WIFEXITED(r->status) ?
			    json_integer(WEXITSTATUS(r->status)) :
			    json_null());
	json_member(doc, "signal",
		    r->waited && WIFSIGNALED(r->status) ?
			    json_integer(WTERMSIG(r->status)) :
			    json_null());
	json_member(doc, "total", totals(r));
	json_member(doc, "getrusage", usage(r));

	o = object();
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		json_t *kind = object();

		put_counts(kind, r->totals.count[k]);
		put_latency(kind, &r->latency[k], r->totals.ns[k],
			    r->totals.max_ns[k]);
		json_put(o, fault_kind_name(k), kind);
	}
	json_member(doc, "kinds", o);

	o = object();
	for (unsigned int i = 0; i < NR_FAULT_ORIGINS; i++) {
		json_t *origin = object();

		put_counts(origin, r->totals.origin[i]);
		json_put(o, fault_origin_name(i), origin);
	}
	json_member(doc, "origins", o);
	json_member(doc, "retries", json_count(r->totals.retries));
	json_member(doc, "untimed", json_count(r->totals.untimed));

	o = object();
	for (unsigned int f = 0; f < NR_FAULT_FAILURES; f++)
		json_put(o, fault_failure_name(f),
			 json_count(r->totals.failures[f]));
	json_member(doc, "failures", o);

	o = object();
	for (unsigned int l = 0; l < NR_FAULT_LOST; l++)
		json_put(o, fault_lost_name(l), json_count(r->totals.lost[l]));
	json_member(doc, "lost", o);
}

static void print_latency(const struct faults_report *r, struct json_doc *doc)
{
	json_array_begin(doc, "latency");
	for (size_t i = 0; i < LATENCY_SLOTS; i++) {
		json_t *o;

		if (!r->all_latency.slots[i])
			continue;
		o = object();
		json_put(o, "upto_ns", json_count(latency_upper(i)));
		json_put(o, "faults", json_count(r->all_latency.slots[i]));
		json_item(doc, o);
	}
	json_array_end(doc);
}

static void print_processes(const struct faults_report *r, struct json_doc *doc)
{
	json_array_begin(doc, "processes");
	for (size_t i = 0; i < r->nr_processes; i++) {
		const struct process_row *p = &r->processes[i];
		json_t *o = object(), *kinds = object();

		json_put(o, "pid", json_integer(p->key.tgid));
		json_put_name(o, "comm", p->stat.comm);
		put_counts(o, p->sum);
		json_put(o, "ns", json_count(p->stat.ns));
		json_put(o, "exited", json_boolean(p->stat.exited));
		for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
			__u64 nr = p->stat.count[k][FAULT_MINOR] +
				   p->stat.count[k][FAULT_MAJOR];

			if (nr)
				json_put(kinds, fault_kind_name(k),
					 json_count(nr));
		}
		json_put(o, "kinds", kinds);
		json_item(doc, o);
	}
	json_array_end(doc);
}

static void put_file(json_t *to, const struct file_key *file)
{
	/* the kernel's encoding: see struct file_key */
	json_put(to, "dev_major", json_integer(file->dev >> 20));
	json_put(to, "dev_minor", json_integer(file->dev & 0xfffff));
	json_put(to, "inode", json_count(file->ino));
}

static void print_vmas(const struct faults_report *r, struct json_doc *doc)
{
	json_array_begin(doc, "vmas");
	for (size_t i = 0; i < r->nr_vmas; i++) {
		const struct vma_row *v = &r->vmas[i];
		json_t *o = object();

		json_put(o, "pid", json_integer(v->key.tgid));
		json_put(o, "start", json_hex(v->stat.start));
		json_put(o, "end", json_hex(v->stat.end));
		put_counts(o, v->stat.count);
		json_put(o, "ns", json_count(v->stat.ns));
		json_put(o, "kinds", kinds_array(v->stat.kinds));
		json_put(o, "vm_flags", json_hex(v->stat.flags));
		if (v->key.file.dev) {
			json_put(o, "offset", json_count(v->stat.pgoff << 12));
			put_file(o, &v->key.file);
		}
		json_put_name(o, "name", v->name);
		json_item(doc, o);
	}
	json_array_end(doc);
}

/* Put the file and the symbol of an instruction, as far as they are known. */
static void put_place(json_t *o, const char *path, uint64_t offset, const char *symbol,
		      uint64_t distance)
{
	if (path) {
		json_put_name(o, "file", path);
		json_put(o, "offset", json_hex(offset));
	}
	if (symbol) {
		json_put_name(o, "symbol", symbol);
		json_put(o, "distance", json_count(distance));
	}
}

static void print_ips(const struct faults_report *r, struct json_doc *doc)
{
	json_array_begin(doc, "instructions");
	for (size_t i = 0; i < r->nr_ips; i++) {
		const struct ip_row *ip = &r->ips[i];
		json_t *o;

		if (!ip->stat.kinds)
			continue;
		o = object();
		json_put(o, "pid", json_integer(ip->key.tgid));
		json_put(o, "ip", json_hex(ip->key.ip));
		put_counts(o, ip->stat.count);
		json_put(o, "ns", json_count(ip->stat.ns));
		json_put(o, "kinds", kinds_array(ip->stat.kinds));
		put_place(o, ip->path, ip->stat.offset, ip->symbol, ip->distance);
		json_item(doc, o);
	}
	json_array_end(doc);
}

static void print_signals(const struct faults_report *r, struct json_doc *doc)
{
	json_array_begin(doc, "signals");
	for (size_t i = 0; i < r->nr_signals; i++) {
		const struct signal_row *row = &r->signals[i];
		const struct signal_key *key = &row->key;
		json_t *o = object();

		json_put(o, "pid", json_integer(key->tgid));
		json_put(o, "signal", json_integer(key->signal));
		json_put(o, "cause",
			 json_string(signal_cause(key->signal, key->code)));
		json_put(o, "code", json_integer(key->code));
		json_put(o, "address", json_hex(key->address));
		json_put(o, "ip", json_hex(key->ip));
		json_put(o, "stack_limit", json_boolean(key->stack_limit));
		json_put(o, "count", json_count(row->count));
		put_place(o, row->path, row->offset, row->symbol, row->distance);
		json_item(doc, o);
	}
	json_array_end(doc);
}

void faults_print_json(const struct faults_report *r, FILE *out)
{
	struct json_doc doc;

	json_begin(&doc, out);
	print_head(r, &doc);
	print_latency(r, &doc);
	print_processes(r, &doc);
	if (r->by_vma)
		print_vmas(r, &doc);
	if (r->by_ip)
		print_ips(r, &doc);
	print_signals(r, &doc);
	json_end(&doc);
}
