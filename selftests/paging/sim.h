/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page replacement on paper: how many faults a string of references has.
 * Written from the textbook's definitions, with tables that are searched from
 * end to end, and nothing of the module.
 */
#ifndef SELFTESTS_LAB_SIM_H
#define SELFTESTS_LAB_SIM_H

#include <stdint.h>

#define SIM_FRAMES_MAX	64

/*
 * Faults of the references @ref[0..nr) with @frames frames under VMLAB_POLICY_*
 * @policy.  @seed is for the random policy.
 */
unsigned int sim_faults(unsigned int policy, unsigned int frames,
			const uint64_t *ref, unsigned int nr, uint64_t seed);

#endif /* SELFTESTS_LAB_SIM_H */
