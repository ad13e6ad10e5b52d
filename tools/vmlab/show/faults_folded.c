// SPDX-License-Identifier: GPL-2.0
/* vmlab faults: stacks, one a line, as flame graph programs read them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "faults/report.h"
#include "show/faults_words.h"
#include "cli/must.h"
#include "faults/symbols.h"

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

/* a semicolon or a line break in a name would be taken for another frame */
static void print_name(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';' || (unsigned char)*name < ' ' ? '_' : *name,
		      out);
}

static void print_frame(const struct faults_report *r, FILE *out,
			const struct ip_key *key, bool caller)
{
	struct ip_row wanted = { .key = *key };
	const struct ip_row *ip = NULL;
	const char *symbol = NULL, *file;
	uint64_t distance;

	if (r->nr_ips)
		ip = bsearch(&wanted, r->ips, r->nr_ips, sizeof(*r->ips),
			     compare_keys);
	/* a return address may be that of the next function */
	if (ip && ip->path)
		symbol = symbols_find(r->symbols, ip->path,
				      ip->stat.offset - caller, &distance);
	fputc(';', out);
	if (symbol) {
		print_name(out, symbol);
	} else if (ip && ip->path) {
		file = strrchr(ip->path, '/');
		print_name(out, file ? file + 1 : ip->path);
		fprintf(out, "+0x%" PRIx64, (uint64_t)ip->stat.offset);
	} else {
		fprintf(out, "0x%" PRIx64, (uint64_t)key->ip);
	}
}

static void print_stack(const struct faults_report *r, FILE *out,
			const struct stack_key *key,
			const struct stack_stat *stat)
{
	__u64 frames[MAX_FAULT_STACK];
	size_t nr = key->stack == NO_FAULT_STACK ?
			    0 :
			    faults_stack(r->session, key->stack, frames);

	print_name(out, *stat->comm ? stat->comm : "?");
	while (nr) {
		struct ip_key ip = { .tgid = key->tgid,
				     .exec_id = key->exec_id };

		ip.ip = frames[--nr];
		print_frame(r, out, &ip, nr > 0);
	}
	fprintf(out, ";%s_[k] %" PRIu64 "\n", fault_kind_name(key->kind),
		(uint64_t)(stat->count[FAULT_MINOR] +
			   stat->count[FAULT_MAJOR]));
}

int faults_print_folded(struct faults_report *r, FILE *out)
{
	struct stack_key *keys;
	struct stack_stat *stats;
	size_t nr;
	int err = faults_read(r->session, FAULTS_STACKS, (void **)&keys,
			      (void **)&stats, &nr);

	if (r->nr_ips)
		qsort(r->ips, r->nr_ips, sizeof(*r->ips), compare_keys);
	for (size_t i = 0; !err && i < nr; i++)
		print_stack(r, out, &keys[i], &stats[i]);
	free(keys);
	free(stats);
	if (!err && ferror(out))
		err = -EIO;
	return err;
}
