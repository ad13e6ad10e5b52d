/* SPDX-License-Identifier: GPL-2.0 */
/* Run reference strings under a policy and compare the outcomes. */
#ifndef SELFTESTS_PAGING_BPF_OUTCOME_H
#define SELFTESTS_PAGING_BPF_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "paging/references.h"

void run_policy(uint32_t policy, uint32_t id, unsigned int frames,
		const uint64_t *ref, unsigned int nr, struct outcome *out);

/* Same victims in the same order, same faults, and no contents lost? */
bool same_outcome(const struct outcome *a, const struct outcome *b,
		  const char *what);

/* Fill @ref and return its length; *@frames is a random budget. */
unsigned int random_string(uint64_t ref[static LENGTH_MAX],
			   unsigned int *frames);

#endif /* SELFTESTS_PAGING_BPF_OUTCOME_H */
