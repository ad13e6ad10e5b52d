// SPDX-License-Identifier: GPL-2.0
/* Pattern: each 64-bit word of a new frame is its own offset in the space. */
#include <linux/highmem.h>

#include <linux/vmlab.h>

#include "backing.h"

static int pattern_fill(struct vmlab_space *space, struct folio *folio)
{
	u64 *words = kmap_local_folio(folio, 0);
	u64 offset = (u64)folio->index << PAGE_SHIFT;
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = offset + i * sizeof(*words);
	kunmap_local(words);
	return 0;
}

const struct vmlab_backing vmlab_backing_pattern = {
	.name	= "pattern",
	.id	= VMLAB_BACKING_PATTERN,
	.fill	= pattern_fill,
};
