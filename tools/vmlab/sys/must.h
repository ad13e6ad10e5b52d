/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_MUST_H
#define VMLAB_MUST_H

#include <stdio.h>
#include <stdlib.h>

/** must - return @p; end the program when it is NULL for lack of memory */
static inline void *must(void *p)
{
	if (!p) {
		fputs("vmlab: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return p;
}

#endif /* VMLAB_MUST_H */
