// SPDX-License-Identifier: GPL-2.0
/* Read the maps of the fault-counting BPF programs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "faults/internal.h"
#include "faults/session.h"
#include "sys/xalloc.h"

/* Read the values of all CPUs for one key. */
static int read_cpus(const struct faults_session *s, const struct bpf_map *map,
		     __u32 key, size_t size, void *each_cpu)
{
	return bpf_map__lookup_elem(map, &key, sizeof(key), each_cpu,
				    size * (size_t)s->nr_cpus, 0);
}

static void add_kind(struct fault_totals *sum, size_t kind,
		     const struct kind_stat *k)
{
	for (size_t o = 0; o < NR_FAULT_ORIGINS; o++) {
		for (size_t i = 0; i < NR_FAULT_SIZES; i++) {
			sum->count[kind][i] += k->count[o][i];
			sum->origin[o][i] += k->count[o][i];
		}
	}
	sum->ns[kind] += k->ns;
	if (k->max_ns > sum->max_ns[kind])
		sum->max_ns[kind] = k->max_ns;
}

static int sum_kinds(const struct faults_session *s, struct fault_totals *sum)
{
	struct kind_stat *cpus =
		check_alloc(calloc((size_t)s->nr_cpus, sizeof(*cpus)));
	int err = 0;

	for (__u32 kind = 0; !err && kind < NR_FAULT_KINDS; kind++) {
		err = read_cpus(s, s->skel->maps.kinds, kind, sizeof(*cpus),
				cpus);
		for (int cpu = 0; !err && cpu < s->nr_cpus; cpu++)
			add_kind(sum, kind, &cpus[cpu]);
	}
	free(cpus);
	return err;
}

static int sum_attempts(const struct faults_session *s,
			struct fault_totals *sum)
{
	struct fault_attempts *cpus =
		check_alloc(calloc((size_t)s->nr_cpus, sizeof(*cpus)));
	int err = read_cpus(s, s->skel->maps.attempts, 0, sizeof(*cpus), cpus);

	for (int cpu = 0; !err && cpu < s->nr_cpus; cpu++) {
		sum->retries += cpus[cpu].retries;
		sum->untimed += cpus[cpu].untimed;
		for (size_t f = 0; f < NR_FAULT_FAILURES; f++)
			sum->failures[f] += cpus[cpu].failures[f];
		for (size_t l = 0; l < NR_FAULT_LOST; l++)
			sum->lost[l] += cpus[cpu].lost[l];
	}
	free(cpus);
	return err;
}

int faults_totals(const struct faults_session *s, struct fault_totals *sum)
{
	int err;

	memset(sum, 0, sizeof(*sum));
	err = sum_kinds(s, sum);
	return err ? err : sum_attempts(s, sum);
}

int faults_latency(const struct faults_session *s, enum fault_kind kind,
		   struct latency_histogram *sum)
{
	struct kind_stat *cpus =
		check_alloc(calloc((size_t)s->nr_cpus, sizeof(*cpus)));
	int err = read_cpus(s, s->skel->maps.kinds, kind, sizeof(*cpus), cpus);

	memset(sum, 0, sizeof(*sum));
	for (int cpu = 0; !err && cpu < s->nr_cpus; cpu++)
		for (size_t i = 0; i < LATENCY_SLOTS; i++)
			sum->slots[i] += cpus[cpu].latency.slots[i];
	free(cpus);
	return err;
}

/*
 * Return the hash of a table.
 * @values: [out] the map with its values, if the hash has slots of it; else NULL
 */
static struct bpf_map *map_of(const struct faults_session *s,
			      enum faults_table table, struct bpf_map **values)
{
	*values = NULL;
	switch (table) {
	case FAULTS_PROCESSES:
		*values = s->skel->maps.processes_values;
		return s->skel->maps.processes;
	case FAULTS_VMAS:
		*values = s->skel->maps.vmas_values;
		return s->skel->maps.vmas;
	case FAULTS_IPS:
		*values = s->skel->maps.ips_values;
		return s->skel->maps.ips;
	case FAULTS_STACKS:
		return s->skel->maps.stacks;
	default:
		return s->skel->maps.signals;
	}
}

int faults_read(const struct faults_session *s, enum faults_table table,
		void **keys, void **values, size_t *nr)
{
	struct bpf_map *values_map, *map = map_of(s, table, &values_map);
	size_t key_size = bpf_map__key_size(map),
	       value_size = bpf_map__value_size(values_map ? values_map : map);
	size_t space = bpf_map__max_entries(map);
	char *k, *v, *previous = NULL;

	/* pages that are not written to take no memory */
	k = check_alloc(malloc(key_size * (space + 1)));
	v = check_alloc(malloc(value_size * (space + 1)));
	*keys = k;
	*values = v;
	*nr = 0;
	while (*nr < space &&
	       !bpf_map__get_next_key(map, previous, k, key_size)) {
		__u32 slot;
		int err;

		previous = k;
		if (values_map) {
			err = bpf_map__lookup_elem(map, k, key_size, &slot,
						   sizeof(slot), 0);
			if (!err)
				err = bpf_map__lookup_elem(values_map, &slot,
							   sizeof(slot), v,
							   value_size, 0);
		} else {
			err = bpf_map__lookup_elem(map, k, key_size, v,
						   value_size, 0);
		}
		if (err)
			continue; /* deleted meanwhile: reuse the element */
		k += key_size;
		v += value_size;
		++*nr;
	}
	return 0;
}

void faults_forget(const struct faults_session *s,
		   const struct process_key *key)
{
	static const struct process_stat unused;
	__u32 slot;

	if (bpf_map__lookup_elem(s->skel->maps.processes, key, sizeof(*key),
				 &slot, sizeof(slot), 0) ||
	    bpf_map__delete_elem(s->skel->maps.processes, key, sizeof(*key), 0))
		return;
	bpf_map__update_elem(s->skel->maps.processes_values, &slot,
			     sizeof(slot), &unused, sizeof(unused), BPF_ANY);
	bpf_map__update_elem(s->skel->maps.free_processes, NULL, 0, &slot,
			     sizeof(slot), BPF_ANY);
}

size_t faults_stack(const struct faults_session *s, int stack,
		    __u64 frames[MAX_FAULT_STACK])
{
	size_t nr = 0;

	if (bpf_map__lookup_elem(s->skel->maps.stack_traces, &stack,
				 sizeof(stack), frames,
				 MAX_FAULT_STACK * sizeof(*frames), 0))
		return 0;
	while (nr < MAX_FAULT_STACK && frames[nr])
		nr++;
	return nr;
}

char *faults_path(const struct faults_session *s, const struct file_key *key,
		  __s64 *size, __s64 *mtime)
{
	struct file_path raw;
	char *path, *to;
	size_t start, end;

	if (bpf_map__lookup_elem(s->skel->maps.files, key, sizeof(*key), &raw,
				 sizeof(raw), 0))
		return NULL;
	if (raw.len > sizeof(raw.names) || !raw.len)
		return NULL;
	if (size)
		*size = raw.size;
	if (mtime)
		*mtime = raw.mtime;
	path = check_alloc(malloc(raw.len + 2));
	to = path;
	/* the names are stored from the last to the first */
	for (end = raw.len; end; end = start) {
		size_t len;

		for (start = end - 1; start && raw.names[start - 1]; start--)
			;
		len = strnlen(raw.names + start, end - start);
		if (!raw.rootless || len == 0 || raw.names[start] != '/')
			*to++ = '/';
		memcpy(to, raw.names + start, len);
		to += len;
	}
	*to = '\0';
	return path;
}
