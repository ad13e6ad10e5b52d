/* SPDX-License-Identifier: GPL-2.0 */
/* Between the pager and a policy in BPF. */
#ifndef VMLAB_BPF_POLICY_H
#define VMLAB_BPF_POLICY_H

#include "policy/bpf/bpf.h"

int vmlab_bpf_load(const struct vmlab_policy_ops *ops);

#endif /* VMLAB_BPF_POLICY_H */
