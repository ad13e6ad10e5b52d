/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulation of page replacement: how many faults a reference string has.
 * It follows the definitions of textbooks, searches its tables from end to end,
 * and shares nothing with the module.
 */
#ifndef SELFTESTS_PAGING_SIM_H
#define SELFTESTS_PAGING_SIM_H

#include <stdint.h>

#define SIM_FRAMES_MAX	64

/**
 * struct sim_policy - a policy
 * @id: VMLAB_POLICY_*
 * @variant: VMLAB_PAGING_CLOCK_LOAD_0 or VMLAB_PAGING_LFU_TIES_LRU, or 0
 */
struct sim_policy {
	unsigned int id;
	unsigned int variant;
};

/*
 * Return the faults of the references @ref[0..nr) with @frames frames under
 * @policy.  @seed is for the random policy.
 */
unsigned int sim_faults(struct sim_policy policy, unsigned int frames,
			const uint64_t *ref, unsigned int nr, uint64_t seed);

#endif /* SELFTESTS_PAGING_SIM_H */
