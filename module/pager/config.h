/* SPDX-License-Identifier: GPL-2.0 */
/* Configuration of the pager: budget, policy, prefetcher. */
#ifndef VMLAB_PAGER_CONFIG_H
#define VMLAB_PAGER_CONFIG_H

#include "types.h"

void vmlab_pager_setup(struct vmlab_pager *pager,
		       void (*dirty_evicted)(struct vmlab_space *space));
void vmlab_pager_destroy(struct vmlab_pager *pager);

int vmlab_pager_enable(struct vmlab_space *space);
int vmlab_pager_set(struct vmlab_space *space,
		    const struct vmlab_paging *paging, const u64 *trace);
int vmlab_pager_set_policy(struct vmlab_space *space, u32 id, u32 bpf_id,
			   u64 seed);
int vmlab_pager_get(struct vmlab_space *space, struct vmlab_paging *paging);
void vmlab_pager_name(struct vmlab_space *space,
		      char name[VMLAB_POLICY_NAME_MAX]);

#endif /* VMLAB_PAGER_CONFIG_H */
