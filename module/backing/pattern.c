// SPDX-License-Identifier: GPL-2.0
/* Pattern: each 64-bit word of a new frame is its own offset in the space. */
#include <linux/highmem.h>

#include <linux/vmlab.h>

#include "backing/backing.h"

static int pattern_fill(struct vmlab_space *space, struct folio *folio,
			pgoff_t pgoff)
{
	u64 *words = kmap_local_page(folio_page(folio, pgoff - folio->index));
	u64 offset = (u64)pgoff << PAGE_SHIFT;
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = offset + i * sizeof(*words);
	kunmap_local(words);
	return 0;
}

const struct vmlab_backing vmlab_backing_pattern = {
	.name	= "pattern",
	.id	= VMLAB_BACKING_PATTERN,
	.huge	= true,
	.fill	= pattern_fill,
};
