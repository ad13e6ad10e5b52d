// SPDX-License-Identifier: GPL-2.0
/* The report of vmlab faults: sums, percentiles, sorted and merged rows. */
#include <stdlib.h>
#include <string.h>

#include "model/faults.h"
#include "sys/xalloc.h"

/* Compare by the number of faults, most first; ties by time. */
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

/* qsort(3) takes no null pointer, not even for 0 rows. */
static void sort(void *rows, size_t nr, size_t size,
		 int (*compare)(const void *, const void *))
{
	if (nr)
		qsort(rows, nr, size, compare);
}

void faults_sort(struct faults_report *r)
{
	sort(r->processes, r->nr_processes, sizeof(*r->processes),
	     compare_processes);
	sort(r->vmas, r->nr_vmas, sizeof(*r->vmas), compare_vmas);
	sort(r->ips, r->nr_ips, sizeof(*r->ips), compare_ips);
	sort(r->signals, r->nr_signals, sizeof(*r->signals), compare_signals);
}

void faults_sum(struct faults_report *r)
{
	fault_sum(r->totals.count, r->sum);
	for (size_t k = 0; k < NR_FAULT_KINDS; k++) {
		for (size_t i = 0; i < LATENCY_SLOTS; i++)
			r->all_latency.slots[i] += r->latency[k].slots[i];
		r->all_ns += r->totals.ns[k];
		if (r->totals.max_ns[k] > r->all_max_ns)
			r->all_max_ns = r->totals.max_ns[k];
	}
}

static const struct ip_row *find_ip(const struct faults_report *r,
				    const struct signal_key *key)
{
	for (size_t i = 0; i < r->nr_ips; i++) {
		const struct ip_key *ip = &r->ips[i].key;

		if (ip->ip == key->ip && ip->tgid == key->tgid &&
		    ip->exec_id == key->exec_id)
			return &r->ips[i];
	}
	return NULL;
}

void faults_locate_signals(struct faults_report *r)
{
	for (size_t i = 0; i < r->nr_signals; i++) {
		struct signal_row *row = &r->signals[i];
		const struct ip_row *ip = find_ip(r, &row->key);

		if (!ip || !ip->path)
			continue;
		row->path = check_alloc(strdup(ip->path));
		row->symbol = ip->symbol ? check_alloc(strdup(ip->symbol)) : NULL;
		row->offset = ip->stat.offset;
		row->distance = ip->distance;
	}
}

/* Compare by the part of the file, or by the class of anonymous memory. */
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

static void merge_vmas(struct faults_report *r)
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

static void add_ip(struct ip_row *to, const struct ip_row *from)
{
	to->stat.count[FAULT_MINOR] += from->stat.count[FAULT_MINOR];
	to->stat.count[FAULT_MAJOR] += from->stat.count[FAULT_MAJOR];
	to->stat.ns += from->stat.ns;
	to->stat.kinds |= from->stat.kinds;
}

/* Frames of stacks have rows without faults of their own: drop these. */
static void merge_ips(struct faults_report *r)
{
	size_t nr = 0;

	sort(r->ips, r->nr_ips, sizeof(*r->ips), compare_ip_places);
	for (size_t i = 0; i < r->nr_ips; i++) {
		struct ip_row *to = &r->ips[nr ? nr - 1 : 0],
			      *from = &r->ips[i];

		if (from->stat.kinds &&
		    (!nr || compare_ip_places(to, from))) {
			r->ips[nr++] = *from;
			continue;
		}
		if (from->stat.kinds)
			add_ip(to, from);
		free(from->path);
		free(from->symbol);
	}
	r->nr_ips = nr;
	sort(r->ips, nr, sizeof(*r->ips), compare_ips);
}

void faults_merge(struct faults_report *r)
{
	merge_vmas(r);
	merge_ips(r);
}

bool faults_usage_matches(const struct faults_report *r)
{
	return r->sum[FAULT_MINOR] == (__u64)r->usage.ru_minflt &&
	       r->sum[FAULT_MAJOR] == (__u64)r->usage.ru_majflt;
}

void faults_release(struct faults_report *r)
{
	for (size_t i = 0; i < r->nr_vmas; i++)
		free(r->vmas[i].name);
	for (size_t i = 0; i < r->nr_ips; i++) {
		free(r->ips[i].path);
		free(r->ips[i].symbol);
	}
	for (size_t i = 0; i < r->nr_signals; i++) {
		free(r->signals[i].path);
		free(r->signals[i].symbol);
	}
	for (size_t i = 0; i < r->nr_stacks; i++)
		free(r->stacks[i].frames);
	for (size_t i = 0; i < r->nr_names; i++)
		free(r->names[i]);
	free(r->processes);
	free(r->vmas);
	free(r->ips);
	free(r->signals);
	free(r->stacks);
	free(r->names);
}

void fault_sum(const __u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES],
	       __u64 sum[NR_FAULT_SIZES])
{
	sum[FAULT_MINOR] = 0;
	sum[FAULT_MAJOR] = 0;
	for (size_t k = 0; k < NR_FAULT_KINDS; k++) {
		sum[FAULT_MINOR] += count[k][FAULT_MINOR];
		sum[FAULT_MAJOR] += count[k][FAULT_MAJOR];
	}
}

__u64 latency_upper(size_t slot)
{
	const size_t sub = 1 << LATENCY_SUB_BITS;
	size_t shift;

	if (slot < sub)
		return slot;
	shift = slot / sub - 1;
	return ((__u64)(slot % sub + sub + 1) << shift) - 1;
}

__u64 latency_percentile(const struct latency_histogram *h,
			 unsigned int percent, __u64 max)
{
	__u64 total = 0, below = 0, rank;

	for (size_t i = 0; i < LATENCY_SLOTS; i++)
		total += h->slots[i];
	if (!total)
		return 0;
	rank = (total * percent + 99) / 100;
	for (size_t i = 0; i < LATENCY_SLOTS; i++) {
		below += h->slots[i];
		if (below >= rank)
			return latency_upper(i) < max ? latency_upper(i) : max;
	}
	return max;
}
