// SPDX-License-Identifier: GPL-2.0
/* Backings by number. */
#include <linux/kernel.h>

#include <linux/vmlab.h>

#include "backing/registry.h"
#include "compat.h"

static const struct vmlab_backing *const backings[] = {
	&vmlab_backing_zero,
	&vmlab_backing_pattern,
	&vmlab_backing_file,
	&vmlab_backing_pfn,
};

/**
 * vmlab_backing_find() - look up a backing by its number
 * @id: VMLAB_BACKING_*
 *
 * Context: any.
 * Return: the backing, or NULL when no backing has that number.
 */
const struct vmlab_backing *vmlab_backing_find(u32 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backings); i++)
		if (backings[i]->id == id)
			return backings[i];
	return NULL;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_backing_find);
