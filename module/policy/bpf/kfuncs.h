/* SPDX-License-Identifier: GPL-2.0 */
/* The kfuncs that a policy in BPF can call. */
#ifndef VMLAB_BPF_KFUNCS_H
#define VMLAB_BPF_KFUNCS_H

#include "policy/bpf/bpf.h"

int vmlab_bpf_kfuncs_init(void);

u64 vmlab_bpf_space_id(struct vmlab_bpf_space *space);
u64 vmlab_bpf_budget(struct vmlab_bpf_space *space);
u64 vmlab_bpf_nr_resident(struct vmlab_bpf_space *space);
u64 vmlab_bpf_next_resident(struct vmlab_bpf_space *space, u64 pgoff);
u64 vmlab_bpf_list_len(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_first(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_last(struct vmlab_bpf_space *space, u32 list);
u64 vmlab_bpf_list_next(struct vmlab_bpf_space *space, u64 pgoff);
u64 vmlab_bpf_list_prev(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_list_of(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_list_move(struct vmlab_bpf_space *space, u64 pgoff, u32 list,
			u32 tail);
int vmlab_bpf_referenced(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_set_referenced(struct vmlab_bpf_space *space, u64 pgoff,
			     u32 referenced);
u64 vmlab_bpf_value(struct vmlab_bpf_space *space, u64 pgoff);
int vmlab_bpf_set_value(struct vmlab_bpf_space *space, u64 pgoff, u64 value);
int vmlab_bpf_prefetch(struct vmlab_bpf_space *space, u64 pgoff, u32 nr,
		       s64 stride);
int vmlab_bpf_evict(struct vmlab_bpf_space *space, u64 pgoff);

#endif /* VMLAB_BPF_KFUNCS_H */
