/* SPDX-License-Identifier: GPL-2.0 */
/* Load and unload the module while programs run. */
#ifndef SELFTESTS_FUZZ_GUIDED_CHURN_H
#define SELFTESTS_FUZZ_GUIDED_CHURN_H

#include <stdbool.h>
#include <stdint.h>

struct churned {
	unsigned long loaded, failed, unloaded, busy;
};

/* @path: of the module; @rng: as of random_state() */
bool churn_start(const char *path, uint64_t rng);
/* What was done; the module is loaded or not. */
struct churned churn_stop(void);

#endif /* SELFTESTS_FUZZ_GUIDED_CHURN_H */
