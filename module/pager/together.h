/* SPDX-License-Identifier: GPL-2.0 */
/* Pages that one instruction needs at once. */
#ifndef VMLAB_PAGER_TOGETHER_H
#define VMLAB_PAGER_TOGETHER_H

#include "types.h"

struct pt_regs;

void vmlab_together_add(struct vmlab_pager *pager, struct task_struct *task,
			const struct pt_regs *regs, pgoff_t pgoff);
void vmlab_together_note(struct vmlab_space *space, pgoff_t pgoff);
bool vmlab_together_keeps(const struct vmlab_pager *pager,
			  const struct vmlab_frame *frame)
	__must_hold(&pager->lock);

#endif /* VMLAB_PAGER_TOGETHER_H */
