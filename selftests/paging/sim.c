// SPDX-License-Identifier: GPL-2.0
/* A simulation of page replacement, see sim.h. */
#include <stdbool.h>
#include <stdlib.h>

#include <linux/vmlab.h>

#include "paging/sim.h"

struct frame {
	uint64_t page;
	unsigned int loaded;	/* time of the fault that filled it */
	unsigned int used;	/* time of the last reference */
	unsigned int uses;	/* references since then */
	bool bit;		/* reference bit */
};

/* Return the time of the next reference to @page, or @nr for never. */
static unsigned int next_use(const uint64_t *ref, unsigned int nr,
			     unsigned int now, uint64_t page)
{
	unsigned int t;

	for (t = now + 1; t < nr; t++)
		if (ref[t] == page)
			return t;
	return nr;
}

/* SplitMix64, the generator that the module documents. */
static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z;

	*state += 0x9e3779b97f4a7c15;
	z = *state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Tell which of two frames with as many uses LFU evicts. */
static bool is_older(const struct frame *a, const struct frame *b,
		     unsigned int variant)
{
	return variant == VMLAB_PAGING_LFU_TIES_LRU ? a->used < b->used :
						      a->loaded < b->loaded;
}

static unsigned int choose(struct sim_policy policy, struct frame *f,
			   unsigned int n, const uint64_t *ref, unsigned int nr,
			   unsigned int now, unsigned int *hand, uint64_t *rng)
{
	unsigned int best = 0, i;

	switch (policy.id) {
	case VMLAB_POLICY_FIFO:
		for (i = 1; i < n; i++)
			if (f[i].loaded < f[best].loaded)
				best = i;
		return best;
	case VMLAB_POLICY_LRU:
		for (i = 1; i < n; i++)
			if (f[i].used < f[best].used)
				best = i;
		return best;
	case VMLAB_POLICY_MRU:
		for (i = 1; i < n; i++)
			if (f[i].used > f[best].used)
				best = i;
		return best;
	case VMLAB_POLICY_LFU:
		for (i = 1; i < n; i++)
			if (f[i].uses < f[best].uses ||
			    (f[i].uses == f[best].uses &&
			     is_older(&f[i], &f[best], policy.variant)))
				best = i;
		return best;
	case VMLAB_POLICY_OPT:
		for (i = 1; i < n; i++)
			if (next_use(ref, nr, now, f[i].page) >
			    next_use(ref, nr, now, f[best].page))
				best = i;
		return best;
	case VMLAB_POLICY_CLOCK:
		for (;; *hand = (*hand + 1) % n) {
			if (!f[*hand].bit) {
				best = *hand;
				*hand = (*hand + 1) % n;
				return best;
			}
			f[*hand].bit = false;
		}
	case VMLAB_POLICY_RANDOM:
		return (__uint128_t)splitmix64(rng) * n >> 64;
	}
	abort();
}

unsigned int sim_faults(struct sim_policy policy, unsigned int frames,
			const uint64_t *ref, unsigned int nr, uint64_t seed)
{
	unsigned int used = 0, hand = 0, faults = 0, now, i;
	struct frame f[SIM_FRAMES_MAX];

	if (!frames || frames > SIM_FRAMES_MAX)
		abort();
	for (now = 0; now < nr; now++) {
		for (i = 0; i < used; i++)
			if (f[i].page == ref[now])
				break;
		if (i == used) {
			faults++;
			if (used < frames) {
				used++;
			} else {
				i = choose(policy, f, used, ref, nr, now,
					   &hand, &seed);
				/*
				 * RANDOM is defined on a table: the last page
				 * moves to the place of the victim, and the new
				 * page is appended.
				 */
				if (policy.id == VMLAB_POLICY_RANDOM) {
					f[i] = f[used - 1];
					i = used - 1;
				}
			}
			f[i] = (struct frame){ .page = ref[now], .loaded = now };
		}
		f[i].used = now;
		f[i].uses++;
		f[i].bit = !(f[i].loaded == now &&
			     policy.variant == VMLAB_PAGING_CLOCK_LOAD_0);
	}
	return faults;
}
