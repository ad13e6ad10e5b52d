/* SPDX-License-Identifier: GPL-2.0 */
/* Pseudo-random numbers that are the same in every run. */
#ifndef SELFTESTS_RANDOM_H
#define SELFTESTS_RANDOM_H

#include <stdint.h>

/* Advance a linear congruential generator; its high bits are the good ones. */
static inline uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

#endif /* SELFTESTS_RANDOM_H */
