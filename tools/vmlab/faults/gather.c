// SPDX-License-Identifier: GPL-2.0
/* vmlab faults: reads the counters, names the places, sorts the rows. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "faults/report.h"
#include "show/faults_words.h"
#include "cli/must.h"
#include "faults/symbols.h"

/* compare by number of faults, most first; ties by time spent */
static int by_count(const __u64 *a, __u64 a_ns, const __u64 *b, __u64 b_ns)
{
	__u64 x = a[FAULT_MINOR] + a[FAULT_MAJOR],
	      y = b[FAULT_MINOR] + b[FAULT_MAJOR];

	if (x != y)
		return x > y ? -1 : 1;
	return a_ns == b_ns ? 0 : a_ns > b_ns ? -1 : 1;
}

static int compare_processes(const void *a, const void *b)
{
	const struct process_row *x = a, *y = b;
	int order = by_count(x->sum, x->stat.ns, y->sum, y->stat.ns);

	if (order)
		return order;
	return x->key.start_ns == y->key.start_ns ? 0 :
	       x->key.start_ns < y->key.start_ns  ? -1 :
						    1;
}

static int compare_vmas(const void *a, const void *b)
{
	const struct vma_row *x = a, *y = b;

	return by_count(x->stat.count, x->stat.ns, y->stat.count, y->stat.ns);
}

static int compare_ips(const void *a, const void *b)
{
	const struct ip_row *x = a, *y = b;

	return by_count(x->stat.count, x->stat.ns, y->stat.count, y->stat.ns);
}

static int compare_signals(const void *a, const void *b)
{
	const struct signal_row *x = a, *y = b;

	return x->count == y->count ? 0 : x->count > y->count ? -1 : 1;
}

/* qsort(3) may not be given a null pointer, not even for nothing */
static void sort(void *rows, size_t nr, size_t size,
		 int (*compare)(const void *, const void *))
{
	if (nr)
		qsort(rows, nr, size, compare);
}

static int gather_processes(struct faults_report *r)
{
	struct process_key *keys;
	struct process_stat *stats;
	int err = faults_read(r->session, FAULTS_PROCESSES, (void **)&keys,
			      (void **)&stats, &r->nr_processes);

	r->processes = must(calloc(r->nr_processes + 1, sizeof(*r->processes)));
	for (size_t i = 0; i < r->nr_processes; i++) {
		struct process_row *row = &r->processes[i];

		row->key = keys[i];
		row->stat = stats[i];
		fault_sum(row->stat.count, row->sum);
	}
	sort(r->processes, r->nr_processes, sizeof(*r->processes),
	     compare_processes);
	free(keys);
	free(stats);
	return err;
}

static char *vma_name(const struct faults_report *r, const struct vma_key *key)
{
	char *path;

	if (key->file.dev) {
		path = faults_path(r->session, &key->file);
		return path ? path : must(strdup("?"));
	}
	switch (key->class) {
	case VMA_CLASS_HEAP:
		return must(strdup("[heap]"));
	case VMA_CLASS_STACK:
		return must(strdup("[stack]"));
	case VMA_CLASS_SPECIAL:
		return must(strdup("[special]"));
	default:
		return must(strdup("[anon]"));
	}
}

static int gather_vmas(struct faults_report *r)
{
	struct vma_key *keys;
	struct vma_stat *stats;
	int err = faults_read(r->session, FAULTS_VMAS, (void **)&keys,
			      (void **)&stats, &r->nr_vmas);

	r->vmas = must(calloc(r->nr_vmas + 1, sizeof(*r->vmas)));
	for (size_t i = 0; i < r->nr_vmas; i++) {
		r->vmas[i].key = keys[i];
		r->vmas[i].stat = stats[i];
		r->vmas[i].name = vma_name(r, &keys[i]);
	}
	sort(r->vmas, r->nr_vmas, sizeof(*r->vmas), compare_vmas);
	free(keys);
	free(stats);
	return err;
}

static int gather_ips(struct faults_report *r)
{
	struct ip_key *keys;
	struct ip_stat *stats;
	int err = faults_read(r->session, FAULTS_IPS, (void **)&keys,
			      (void **)&stats, &r->nr_ips);

	r->ips = must(calloc(r->nr_ips + 1, sizeof(*r->ips)));
	for (size_t i = 0; i < r->nr_ips; i++) {
		struct ip_row *row = &r->ips[i];

		row->key = keys[i];
		row->stat = stats[i];
		if (!row->stat.known)
			continue;
		row->path = faults_path(r->session, &row->stat.file);
		if (row->path)
			row->symbol = symbols_find(r->symbols, row->path,
						   row->stat.offset,
						   &row->distance);
	}
	sort(r->ips, r->nr_ips, sizeof(*r->ips), compare_ips);
	free(keys);
	free(stats);
	return err;
}

static int gather_signals(struct faults_report *r)
{
	struct signal_key *keys;
	__u64 *counts;
	int err = faults_read(r->session, FAULTS_SIGNALS, (void **)&keys,
			      (void **)&counts, &r->nr_signals);

	r->signals = must(calloc(r->nr_signals + 1, sizeof(*r->signals)));
	for (size_t i = 0; i < r->nr_signals; i++) {
		r->signals[i].key = keys[i];
		r->signals[i].count = counts[i];
	}
	sort(r->signals, r->nr_signals, sizeof(*r->signals), compare_signals);
	free(keys);
	free(counts);
	return err;
}

static int gather_latency(struct faults_report *r)
{
	int err = 0;

	for (size_t k = 0; !err && k < NR_FAULT_KINDS; k++) {
		err = faults_latency(r->session, (enum fault_kind)k,
				     &r->latency[k]);
		for (size_t i = 0; i < LATENCY_SLOTS; i++)
			r->all_latency.slots[i] += r->latency[k].slots[i];
		r->all_ns += r->totals.ns[k];
		if (r->totals.max_ns[k] > r->all_max_ns)
			r->all_max_ns = r->totals.max_ns[k];
	}
	return err;
}

int faults_gather(struct faults_report *r)
{
	int err = faults_totals(r->session, &r->totals);

	r->symbols = symbols_new();
	fault_sum(r->totals.count, r->sum);
	if (!err)
		err = gather_latency(r);
	if (!err)
		err = gather_processes(r);
	if (!err)
		err = gather_signals(r);
	if (!err && r->options.by_vma)
		err = gather_vmas(r);
	if (!err && (r->options.by_ip || r->options.by_stack))
		err = gather_ips(r);
	return err;
}

void faults_release(struct faults_report *r)
{
	for (size_t i = 0; i < r->nr_vmas; i++)
		free(r->vmas[i].name);
	for (size_t i = 0; i < r->nr_ips; i++)
		free(r->ips[i].path);
	free(r->processes);
	free(r->vmas);
	free(r->ips);
	free(r->signals);
	if (r->symbols)
		symbols_free(r->symbols);
}

/* the same part of the same file, or the same sort of anonymous memory */
static int compare_vma_places(const void *a, const void *b)
{
	const struct vma_row *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order || !x->key.file.dev)
		return order;
	return x->stat.pgoff == y->stat.pgoff ? 0 :
	       x->stat.pgoff < y->stat.pgoff  ? -1 :
						1;
}

void faults_merge_vmas(struct faults_report *r)
{
	size_t nr = 0;

	sort(r->vmas, r->nr_vmas, sizeof(*r->vmas), compare_vma_places);
	for (size_t i = 0; i < r->nr_vmas; i++) {
		struct vma_row *to = &r->vmas[nr ? nr - 1 : 0],
			       *from = &r->vmas[i];

		if (!nr || compare_vma_places(to, from)) {
			r->vmas[nr++] = *from;
			continue;
		}
		to->stat.count[FAULT_MINOR] += from->stat.count[FAULT_MINOR];
		to->stat.count[FAULT_MAJOR] += from->stat.count[FAULT_MAJOR];
		to->stat.ns += from->stat.ns;
		to->stat.kinds |= from->stat.kinds;
		to->stat.flags |= from->stat.flags;
		free(from->name);
	}
	r->nr_vmas = nr;
	sort(r->vmas, nr, sizeof(*r->vmas), compare_vmas);
}

static int compare_ip_places(const void *a, const void *b)
{
	const struct ip_row *x = a, *y = b;
	int order;

	if (!x->path != !y->path)
		return x->path ? -1 : 1;
	if (!x->path) {
		if (x->key.tgid != y->key.tgid)
			return x->key.tgid < y->key.tgid ? -1 : 1;
		return x->key.ip == y->key.ip ? 0 :
		       x->key.ip < y->key.ip  ? -1 :
						1;
	}
	order = strcmp(x->path, y->path);
	if (order)
		return order;
	return x->stat.offset == y->stat.offset ? 0 :
	       x->stat.offset < y->stat.offset	? -1 :
						  1;
}

void faults_merge_ips(struct faults_report *r)
{
	size_t nr = 0;

	sort(r->ips, r->nr_ips, sizeof(*r->ips), compare_ip_places);
	for (size_t i = 0; i < r->nr_ips; i++) {
		struct ip_row *to = &r->ips[nr ? nr - 1 : 0],
			      *from = &r->ips[i];

		if (!nr || compare_ip_places(to, from)) {
			r->ips[nr++] = *from;
			continue;
		}
		to->stat.count[FAULT_MINOR] += from->stat.count[FAULT_MINOR];
		to->stat.count[FAULT_MAJOR] += from->stat.count[FAULT_MAJOR];
		to->stat.ns += from->stat.ns;
		to->stat.kinds |= from->stat.kinds;
		free(from->path);
	}
	r->nr_ips = nr;
	sort(r->ips, nr, sizeof(*r->ips), compare_ips);
}

bool faults_usage_matches(const struct faults_report *r)
{
	return r->sum[FAULT_MINOR] == (__u64)r->usage.ru_minflt &&
	       r->sum[FAULT_MAJOR] == (__u64)r->usage.ru_majflt;
}
