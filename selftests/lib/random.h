/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that are the same on every machine for a seed, and cost a
 * thread no lock: xorshift64*.
 */
#ifndef SELFTESTS_RANDOM_H
#define SELFTESTS_RANDOM_H

#include <assert.h>
#include <stdint.h>

/* The state that a generator starts with; @nr tells generators apart. */
static inline uint64_t random_state(uint64_t seed, uint64_t nr)
{
	return (seed + nr + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

/* Return a random number from 0 to @below - 1; @below is not 0. */
static inline uint64_t random_below(uint64_t *state, uint64_t below)
{
	assert(below > 0);
	return (random_next(state) >> 16) % below;
}

#endif /* SELFTESTS_RANDOM_H */
