// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/activity.h"
#include "sys/xalloc.h"

static int compare_keys(const struct process_key *x, const struct process_key *y)
{
	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	return x->start_ns == y->start_ns ? 0 :
	       x->start_ns < y->start_ns  ? -1 :
					    1;
}

static int compare_rows(const void *a, const void *b)
{
	const struct process_row *x = a, *y = b;

	return compare_keys(&x->key, &y->key);
}

static int compare_activity(const void *a, const void *b)
{
	const struct activity *x = a, *y = b;
	__u64 m = x->sum[FAULT_MINOR] + x->sum[FAULT_MAJOR];
	__u64 n = y->sum[FAULT_MINOR] + y->sum[FAULT_MAJOR];

	if (m != n)
		return m > n ? -1 : 1;
	return compare_keys(&x->key, &y->key);
}

void counters_sort(struct counters *c)
{
	if (c->nr)
		qsort(c->processes, c->nr, sizeof(*c->processes), compare_rows);
}

void counters_drop_exited(struct counters *c)
{
	size_t nr = 0;

	for (size_t i = 0; i < c->nr; i++)
		if (!c->processes[i].stat.exited)
			c->processes[nr++] = c->processes[i];
	c->nr = nr;
}

/* Fill in the faults since @old, NULL for a new process; return whether there are any. */
static bool compare_stats(const struct process_row *old,
			  const struct process_row *new, struct activity *a)
{
	memset(a, 0, sizeof(*a));
	a->key = new->key;
	memcpy(a->comm, new->stat.comm, sizeof(a->comm));
	a->exited = new->stat.exited;
	a->ns = new->stat.ns - (old ? old->stat.ns : 0);
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		__u64 both = 0;

		for (size_t s = 0; s < NR_FAULT_SIZES; s++) {
			__u64 delta = new->stat.count[k][s] -
				      (old ? old->stat.count[k][s] : 0);

			a->sum[s] += delta;
			both += delta;
		}
		if (both > a->kind_count) {
			a->kind_count = both;
			a->kind = k;
		}
	}
	return a->sum[FAULT_MINOR] || a->sum[FAULT_MAJOR];
}

void interval_between(const struct counters *before,
		      const struct counters *after, struct interval *in)
{
	memset(in, 0, sizeof(*in));
	in->active = check_alloc(calloc(after->nr + 1, sizeof(*in->active)));
	for (size_t i = 0; i < after->nr; i++) {
		const struct process_row *new = &after->processes[i], *old = NULL;

		if (before->nr)
			old = bsearch(new, before->processes, before->nr,
				      sizeof(*old), compare_rows);
		if (compare_stats(old, new, &in->active[in->nr]))
			in->nr++;
	}
	if (in->nr)
		qsort(in->active, in->nr, sizeof(*in->active),
		      compare_activity);
	for (size_t k = 0; k < NR_FAULT_KINDS; k++)
		for (size_t s = 0; s < NR_FAULT_SIZES; s++)
			in->kinds[k][s] = after->totals.count[k][s] -
					  before->totals.count[k][s];
	fault_sum(in->kinds, in->sum);
	for (size_t l = 0; l < NR_FAULT_LOST; l++)
		in->lost += after->totals.lost[l];
	in->seconds = after->time - before->time;
}

void interval_release(struct interval *in)
{
	free(in->active);
	in->active = NULL;
	in->nr = 0;
}

double interval_rate(const struct interval *in, __u64 count)
{
	return in->seconds > 0 ? (double)count / in->seconds : 0;
}
