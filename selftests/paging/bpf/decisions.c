// SPDX-License-Identifier: GPL-2.0
/* Policies in BPF evict what a built-in policy or a simulation evicts. */
#include <stdlib.h>
#include <string.h>

#include "lib/tap.h"
#include "paging/bpf/bpf.h"
#include "paging/bpf/outcome.h"
#include "paging/references.h"

bool same_outcome(const struct outcome *a, const struct outcome *b,
		  const char *what)
{
	unsigned int i;

	for (i = 0; i < a->nr && i < b->nr; i++) {
		if (a->victims[i] == b->victims[i])
			continue;
		diag("%s: eviction %u: page %llu, not %llu", what, i,
		     (unsigned long long)a->victims[i],
		     (unsigned long long)b->victims[i]);
		return false;
	}
	if (a->nr != b->nr || a->filled != b->filled || a->lost || b->lost) {
		diag("%s: %u evictions, not %u; %llu faults, not %llu%s", what,
		     a->nr, b->nr, (unsigned long long)a->filled,
		     (unsigned long long)b->filled,
		     a->lost || b->lost ? "; contents lost" : "");
		return false;
	}
	return true;
}

void run_policy(uint32_t policy, uint32_t id, unsigned int frames,
		const uint64_t *ref, unsigned int nr, struct outcome *out)
{
	struct vmlab_paging paging = {
		.budget = frames, .policy = policy, .policy_id = id,
	};

	run_references(paging, ref, nr, 2, out);
}

unsigned int random_string(uint64_t ref[static LENGTH_MAX],
			   unsigned int *frames)
{
	unsigned int pages = 3 + random() % (PAGES_MAX - 3);
	unsigned int len = 20 + random() % (LENGTH_MAX - 20);

	*frames = 1 + random() % 12;
	random_references(ref, len, pages);
	return len;
}

static const uint64_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };

static void textbook(const char *name, uint32_t id, uint32_t builtin)
{
	struct outcome bpf, own;

	for (unsigned int frames = 3; frames <= 4; frames++) {
		run_policy(VMLAB_POLICY_BPF, id, frames, belady, 12, &bpf);
		run_policy(builtin, 0, frames, belady, 12, &own);
		ok(same_outcome(&bpf, &own, name),
		   "%s in BPF, 1 2 3 4 1 2 5 1 2 3 4 5 with %u frames: %llu faults, and the victims of the built-in one",
		   name, frames, (unsigned long long)bpf.filled);
		if (builtin == VMLAB_POLICY_FIFO)
			is(bpf.filled, frames == 3 ? 9 : 10,
			   "... as many as the textbook has");
	}
}

static void same_as_builtin(const char *name, uint32_t builtin,
			    unsigned int nr_strings)
{
	unsigned int s, agreed = 0, evictions = 0;
	struct outcome bpf, own;
	struct policy_object *p;
	uint32_t id;

	p = load_or_bail(examples, name, &id);
	textbook(name, id, builtin);
	srandom(7);
	for (s = 0; s < nr_strings; s++) {
		uint64_t ref[LENGTH_MAX];
		unsigned int frames, len = random_string(ref, &frames);

		run_policy(VMLAB_POLICY_BPF, id, frames, ref, len, &bpf);
		run_policy(builtin, 0, frames, ref, len, &own);
		agreed += same_outcome(&bpf, &own, name) &&
			  !bpf.stats.policy_fallbacks &&
			  !bpf.stats.policy_refused;
		evictions += bpf.nr;
	}
	is(agreed, nr_strings,
	   "random strings on which %s in BPF and built in evict the same pages, %u in all",
	   name, evictions);
	policy_object_unload(p);
}

/*
 * SIEVE by its definition: a queue from old to new, and a hand that moves from
 * old to new and round, and stays at the place of the victim.
 */
static void simulate_sieve(const uint64_t *ref, unsigned int nr,
			   unsigned int frames, struct outcome *out)
{
	struct {
		uint64_t page;
		bool visited;
	} queue[LENGTH_MAX];
	unsigned int used = 0, hand = 0, t, i;

	if (!frames)
		bail("no frames");
	memset(out, 0, sizeof(*out));
	for (t = 0; t < nr; t++) {
		for (i = 0; i < used && queue[i].page != ref[t]; i++)
			;
		if (i < used) {
			queue[i].visited = true;
			continue;
		}
		out->filled++;
		if (used == frames) {
			while (queue[hand].visited) {
				queue[hand].visited = false;
				hand = (hand + 1) % used;
			}
			out->victims[out->nr++] = queue[hand].page;
			used--;
			memmove(&queue[hand], &queue[hand + 1],
				(used - hand) * sizeof(queue[0]));
			/* The victim was the newest: go on with the oldest. */
			if (hand == used)
				hand = 0;
		}
		queue[used].page = ref[t];
		queue[used++].visited = false;
	}
}

static void sieve(unsigned int nr_strings)
{
	unsigned int s, agreed = 0, evictions = 0;
	struct policy_object *p;
	uint32_t id;

	p = load_or_bail(examples, "sieve", &id);
	srandom(11);
	for (s = 0; s < nr_strings; s++) {
		uint64_t ref[LENGTH_MAX];
		struct outcome got, want;
		unsigned int frames, len = random_string(ref, &frames);

		run_policy(VMLAB_POLICY_BPF, id, frames, ref, len, &got);
		simulate_sieve(ref, len, frames, &want);
		agreed += same_outcome(&got, &want, "sieve") &&
			  !got.stats.policy_fallbacks &&
			  !got.stats.policy_refused;
		evictions += got.nr;
	}
	is(agreed, nr_strings,
	   "random strings on which SIEVE and the simulation evict the same pages, %u in all",
	   evictions);
	policy_object_unload(p);
}

void decisions(unsigned int nr_strings)
{
	same_as_builtin("fifo", VMLAB_POLICY_FIFO, nr_strings);
	same_as_builtin("clock", VMLAB_POLICY_CLOCK, nr_strings);
	sieve(nr_strings);
}
