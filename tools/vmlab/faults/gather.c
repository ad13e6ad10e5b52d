// SPDX-License-Identifier: GPL-2.0
/* Read the counters of a session; look up paths and symbols. */
#include <stdlib.h>
#include <string.h>

#include "faults/gather.h"
#include "faults/symbols.h"
#include "sys/xalloc.h"

/* what the tables are read with */
struct gathering {
	struct faults_report *report;
	const struct faults_session *session;
	struct symbols *symbols;
};

static int gather_processes(const struct gathering *g)
{
	struct faults_report *r = g->report;
	struct process_key *keys;
	struct process_stat *stats;
	int err = faults_read(g->session, FAULTS_PROCESSES, (void **)&keys,
			      (void **)&stats, &r->nr_processes);

	r->processes = check_alloc(calloc(r->nr_processes + 1, sizeof(*r->processes)));
	for (size_t i = 0; i < r->nr_processes; i++) {
		struct process_row *row = &r->processes[i];

		row->key = keys[i];
		row->stat = stats[i];
		fault_sum(row->stat.count, row->sum);
	}
	free(keys);
	free(stats);
	return err;
}

static char *vma_name(const struct gathering *g, const struct vma_key *key)
{
	static const char *const names[] = {
		[VMA_CLASS_OTHER] = "[anon]",
		[VMA_CLASS_HEAP] = "[heap]",
		[VMA_CLASS_STACK] = "[stack]",
		[VMA_CLASS_SPECIAL] = "[special]",
	};
	char *path;

	if (!key->file.dev)
		return check_alloc(strdup(names[key->class]));
	path = faults_path(g->session, &key->file, NULL, NULL);
	return path ? path : check_alloc(strdup("?"));
}

static int gather_vmas(const struct gathering *g)
{
	struct faults_report *r = g->report;
	struct vma_key *keys;
	struct vma_stat *stats;
	int err = faults_read(g->session, FAULTS_VMAS, (void **)&keys,
			      (void **)&stats, &r->nr_vmas);

	r->vmas = check_alloc(calloc(r->nr_vmas + 1, sizeof(*r->vmas)));
	for (size_t i = 0; i < r->nr_vmas; i++) {
		r->vmas[i].key = keys[i];
		r->vmas[i].stat = stats[i];
		r->vmas[i].name = vma_name(g, &keys[i]);
	}
	free(keys);
	free(stats);
	return err;
}

/*
 * Return the symbol of an instruction, NULL when unknown.
 * @back: bytes to go back first: a return address may be that of the next function
 */
static char *find_symbol(const struct gathering *g, const struct ip_row *row,
			 unsigned int back, uint64_t *distance)
{
	struct mapped_file file = {
		.key = row->stat.file,
		.pid = (pid_t)row->key.tgid,
	};
	char *symbol, *path;

	path = faults_path(g->session, &row->stat.file, &file.size,
			   &file.mtime);
	if (!path)
		return NULL;
	file.path = path;
	symbol = symbols_find(g->symbols, &file, row->stat.offset - back,
			      distance);
	free(path);
	return symbol;
}

static int gather_ips(const struct gathering *g)
{
	struct faults_report *r = g->report;
	struct ip_key *keys;
	struct ip_stat *stats;
	int err = faults_read(g->session, FAULTS_IPS, (void **)&keys,
			      (void **)&stats, &r->nr_ips);

	r->ips = check_alloc(calloc(r->nr_ips + 1, sizeof(*r->ips)));
	for (size_t i = 0; i < r->nr_ips; i++) {
		struct ip_row *row = &r->ips[i];

		row->key = keys[i];
		row->stat = stats[i];
		if (!row->stat.known)
			continue;
		row->path = faults_path(g->session, &row->stat.file, NULL,
					NULL);
		row->symbol = find_symbol(g, row, 0, &row->distance);
	}
	free(keys);
	free(stats);
	return err;
}

static int compare_keys(const void *a, const void *b)
{
	const struct ip_key *x = &((const struct ip_row *)a)->key;
	const struct ip_key *y = &((const struct ip_row *)b)->key;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->exec_id != y->exec_id)
		return x->exec_id < y->exec_id ? -1 : 1;
	return x->ip == y->ip ? 0 : x->ip < y->ip ? -1 : 1;
}

/* Keep a string for as long as the report lives. */
static const char *keep(struct faults_report *r, char *name)
{
	/* space for a power of two, so the number tells when it is full */
	if (!(r->nr_names & (r->nr_names - 1))) {
		const size_t size = r->nr_names ? 2 * r->nr_names : 1;

		r->names = check_alloc(reallocarray(r->names, size, sizeof(*r->names)));
	}
	r->names[r->nr_names++] = name;
	return name;
}

/*
 * Describe a frame.
 * @cache: two elements for each row of instructions: the frame as the innermost
 *	and as a caller
 */
static struct stack_frame frame_of(const struct gathering *g,
				   struct stack_frame *cache,
				   const struct ip_key *key, unsigned int caller)
{
	struct faults_report *r = g->report;
	struct ip_row wanted = { .key = *key };
	struct stack_frame *frame;
	const struct ip_row *row;
	uint64_t distance;
	char *symbol;

	row = r->nr_ips ? bsearch(&wanted, r->ips, r->nr_ips, sizeof(*row),
				  compare_keys) :
			  NULL;
	if (!row || !row->path)
		return (struct stack_frame){ .address = key->ip };
	frame = &cache[2 * (size_t)(row - r->ips) + caller];
	if (!frame->path) {
		symbol = find_symbol(g, row, caller, &distance);
		frame->symbol = symbol ? keep(r, symbol) : NULL;
		frame->path = keep(r, check_alloc(strdup(row->path)));
		frame->address = row->stat.offset;
	}
	return *frame;
}

static void fill_stack(const struct gathering *g, struct stack_frame *cache,
		       struct stack_row *row)
{
	struct ip_key ip = { .tgid = row->key.tgid,
			     .exec_id = row->key.exec_id };
	__u64 addresses[MAX_FAULT_STACK];
	size_t nr = 0;

	if (row->key.stack != NO_FAULT_STACK)
		nr = faults_stack(g->session, row->key.stack, addresses);
	row->frames = check_alloc(calloc(nr + 1, sizeof(*row->frames)));
	row->nr_frames = nr;
	for (size_t i = 0; i < nr; i++) {
		ip.ip = addresses[nr - 1 - i];
		row->frames[i] = frame_of(g, cache, &ip, i + 1 < nr);
	}
}

static int gather_stacks(const struct gathering *g)
{
	struct faults_report *r = g->report;
	struct stack_frame *cache;
	struct stack_key *keys;
	struct stack_stat *stats;
	int err = faults_read(g->session, FAULTS_STACKS, (void **)&keys,
			      (void **)&stats, &r->nr_stacks);

	if (r->nr_ips)
		qsort(r->ips, r->nr_ips, sizeof(*r->ips), compare_keys);
	cache = check_alloc(calloc(2 * r->nr_ips + 1, sizeof(*cache)));
	r->stacks = check_alloc(calloc(r->nr_stacks + 1, sizeof(*r->stacks)));
	for (size_t i = 0; i < r->nr_stacks; i++) {
		r->stacks[i].key = keys[i];
		r->stacks[i].stat = stats[i];
		fill_stack(g, cache, &r->stacks[i]);
	}
	free(cache);
	free(keys);
	free(stats);
	return err;
}

static int gather_signals(const struct gathering *g)
{
	struct faults_report *r = g->report;
	struct signal_key *keys;
	__u64 *counts;
	int err = faults_read(g->session, FAULTS_SIGNALS, (void **)&keys,
			      (void **)&counts, &r->nr_signals);

	r->signals = check_alloc(calloc(r->nr_signals + 1, sizeof(*r->signals)));
	for (size_t i = 0; i < r->nr_signals; i++) {
		r->signals[i].key = keys[i];
		r->signals[i].count = counts[i];
	}
	free(keys);
	free(counts);
	return err;
}

static int gather_totals(const struct gathering *g)
{
	struct faults_report *r = g->report;
	int err = faults_totals(g->session, &r->totals);

	for (size_t k = 0; !err && k < NR_FAULT_KINDS; k++)
		err = faults_latency(g->session, (enum fault_kind)k,
				     &r->latency[k]);
	r->lacks_stack = faults_lacks_stack(g->session);
	r->lacks_uffd = faults_lacks_uffd(g->session);
	faults_sum(r);
	return err;
}

int faults_gather(struct faults_report *r, const struct faults_session *session,
		  const struct faults_options *o)
{
	struct gathering g = { r, session, symbols_new() };
	int err = gather_totals(&g);

	if (!err)
		err = gather_processes(&g);
	if (!err)
		err = gather_signals(&g);
	if (!err && o->by_vma)
		err = gather_vmas(&g);
	if (!err && (o->by_ip || o->by_stack))
		err = gather_ips(&g);
	faults_locate_signals(r);
	if (!err && o->by_stack)
		err = gather_stacks(&g);
	faults_sort(r);
	symbols_free(g.symbols);
	return err;
}
