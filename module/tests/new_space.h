/* SPDX-License-Identifier: GPL-2.0 */
/* A space without an open file. */
#ifndef VMLAB_TESTS_NEW_SPACE_H
#define VMLAB_TESTS_NEW_SPACE_H

#include <linux/err.h>

#include "space/space.h"

/* Return a space, to be freed with vmlab_space_destroy(), or an ERR_PTR(). */
static inline struct vmlab_space *new_space(void)
{
	struct vmlab_opener opener;
	struct vmlab_space *space;
	int ret = vmlab_opener_get(&opener);

	if (ret)
		return ERR_PTR(ret);
	space = vmlab_space_create(&opener);
	if (IS_ERR(space))
		vmlab_opener_put(&opener);
	return space;
}

#endif /* VMLAB_TESTS_NEW_SPACE_H */
