/* SPDX-License-Identifier: GPL-2.0 */
/* The policies in BPF that are loaded, and the spaces that have them. */
#ifndef VMLAB_BPF_LOADED_H
#define VMLAB_BPF_LOADED_H

#include "compat.h"
#include "policy/bpf/bpf.h"

#if VMLAB_HAVE_STRUCT_OPS

void vmlab_bpf_set_usable(void);
bool vmlab_bpf_usable(void);
int vmlab_bpf_add(struct vmlab_bpf_policy *policy);
void vmlab_bpf_unload(const struct vmlab_policy_ops *ops);
const struct vmlab_policy *vmlab_bpf_get(u32 id);
void vmlab_bpf_put(const struct vmlab_policy *policy);
int vmlab_bpf_join(struct vmlab_bpf_space *space,
		   const struct vmlab_policy *policy);
void vmlab_bpf_leave(struct vmlab_bpf_space *space);
unsigned int vmlab_bpf_list(struct vmlab_policy_info *infos, unsigned int nr);

#else

static inline bool vmlab_bpf_usable(void)
{
	return false;
}

static inline const struct vmlab_policy *vmlab_bpf_get(u32 id)
{
	return NULL;
}

static inline void vmlab_bpf_put(const struct vmlab_policy *policy)
{
}

static inline unsigned int vmlab_bpf_list(struct vmlab_policy_info *infos,
					  unsigned int nr)
{
	return 0;
}

#endif

#endif /* VMLAB_BPF_LOADED_H */
