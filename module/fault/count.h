/* SPDX-License-Identifier: GPL-2.0 */
/* Statistics, tracepoint and event of each fault. */
#ifndef VMLAB_FAULT_COUNT_H
#define VMLAB_FAULT_COUNT_H

#include <linux/mm.h>

#include "types.h"

unsigned int vmlab_latency_bucket(u64 ns);
void vmlab_count_fault(struct vmlab_space *space, const struct vm_fault *vmf,
		       u32 outcome, u64 begin);
void vmlab_count_mkwrite(struct vmlab_space *space, pgoff_t pgoff);

#endif /* VMLAB_FAULT_COUNT_H */
