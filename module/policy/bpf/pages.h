/* SPDX-License-Identifier: GPL-2.0 */
/* The pages of a space by offset, for a policy in BPF. */
#ifndef VMLAB_BPF_PAGES_H
#define VMLAB_BPF_PAGES_H

#include "policy/bpf/bpf.h"

void vmlab_bpf_pages_init(struct vmlab_bpf_space *space);
void vmlab_bpf_pages_insert(struct vmlab_bpf_space *space,
			    struct vmlab_frame *page);
void vmlab_bpf_pages_remove(struct vmlab_bpf_space *space,
			    struct vmlab_frame *page);
struct vmlab_frame *vmlab_bpf_find(struct vmlab_bpf_space *space, u64 pgoff);

#endif /* VMLAB_BPF_PAGES_H */
