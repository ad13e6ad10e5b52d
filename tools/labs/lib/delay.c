// SPDX-License-Identifier: GPL-2.0
/* Faults of a space that take a known time: rules of injection. */
#include "labs/delay.h"

void lab_delay(struct lab_run *run, struct vmlab_space *space, uint64_t us,
	       uint64_t more_us)
{
	const uint64_t delays[] = { us, more_us };
	struct vmlab_inject_rule rules[2];
	uint32_t nr = 0;

	for (int i = 0; i < 2; i++) {
		if (!delays[i])
			continue;
		rules[nr++] = (struct vmlab_inject_rule){
			.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
			.action = VMLAB_INJECT_DELAY,
			.probability = VMLAB_INJECT_CERTAIN,
			.delay_us = (uint32_t)delays[i],
		};
	}
	lab_check(run, vmlab_space_inject_set(space, rules, nr),
		  "delays of faults");
}
