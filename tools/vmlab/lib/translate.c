// SPDX-License-Identifier: GPL-2.0
/* Translation of one address, and totals of the page tables. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int vmlab_translate_get(const struct vmlab_proc *proc, uint64_t addr,
			struct vmlab_translation *t)
{
	int err;

	memset(t, 0, sizeof(*t));
	t->size = sizeof(*t);
	t->target = proc->target;
	t->addr = addr;
	err = vmlab_request(proc->lab->fd, VMLAB_IOC_TRANSLATE, t);
	if (err)
		return err;
	if (t->levels > VMLAB_PT_LEVELS_MAX || t->steps > t->levels)
		return -EPROTO;
	return 0;
}

int vmlab_pgtable_totals_get(const struct vmlab_proc *proc,
			     struct vmlab_pgtable_totals *totals)
{
	int err;

	memset(totals, 0, sizeof(*totals));
	totals->size = sizeof(*totals);
	totals->target = proc->target;
	err = vmlab_request(proc->lab->fd, VMLAB_IOC_PGTABLE_TOTALS, totals);
	if (err)
		return err;
	return totals->levels > VMLAB_PT_LEVELS_MAX ? -EPROTO : 0;
}
