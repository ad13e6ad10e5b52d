/* SPDX-License-Identifier: GPL-2.0 */
/* Errors and delays in faults, by rule. */
#ifndef VMLAB_FAULT_INJECT_H
#define VMLAB_FAULT_INJECT_H

#include <linux/atomic.h>
#include <linux/mm.h>

#include "types.h"

/**
 * struct vmlab_inject_state - one rule in force
 * @rule: the rule, as user space gave it
 * @pid: the process that it concerns, referenced; NULL for all
 * @kernel: a delay also concerns faults of the kernel
 * @matches: faults that the rule matched
 * @hits: faults that it disturbed
 */
struct vmlab_inject_state {
	struct vmlab_inject_rule rule;
	struct pid *pid;
	bool kernel;
	atomic64_t matches;
	atomic64_t hits;
};

/* All rules of a space; replaced as a whole, under RCU. */
struct vmlab_inject_rules {
	unsigned int nr;
	struct vmlab_inject_state state[];
};

void vmlab_inject_free(struct vmlab_inject_rules *rules);
int vmlab_inject_set(struct vmlab_space *space,
		     struct vmlab_inject_rules *rules);
void vmlab_inject_destroy(struct vmlab_space *space);
int vmlab_inject_fault(struct vmlab_space *space, struct vm_fault *vmf);

#endif /* VMLAB_FAULT_INJECT_H */
