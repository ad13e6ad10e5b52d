/* SPDX-License-Identifier: GPL-2.0 */
/* The struct_ops type vmlab_policy_ops, as the BPF subsystem needs it. */
#ifndef VMLAB_BPF_STRUCT_OPS_H
#define VMLAB_BPF_STRUCT_OPS_H

#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS
int vmlab_bpf_init(void);
#else
static inline int vmlab_bpf_init(void)
{
	return 0;
}
#endif

#endif /* VMLAB_BPF_STRUCT_OPS_H */
