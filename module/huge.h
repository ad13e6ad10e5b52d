/* SPDX-License-Identifier: GPL-2.0 */
/* Huge frames: 2 MiB at once. */
#ifndef VMLAB_HUGE_H
#define VMLAB_HUGE_H

#include <linux/types.h>

#include "compat.h"

struct folio;
struct vm_fault;
struct vmlab_space;

#ifdef VMLAB_HAVE_HUGE
bool vmlab_huge_possible(void);
bool vmlab_huge_wanted(struct vmlab_space *space, const struct vm_fault *vmf);
struct folio *vmlab_huge_bring(struct vmlab_space *space, pgoff_t pgoff,
			       bool *filled);
#else
static inline bool vmlab_huge_possible(void)
{
	return false;
}
#endif

#endif /* VMLAB_HUGE_H */
