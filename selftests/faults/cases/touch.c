// SPDX-License-Identifier: GPL-2.0
#include "faults/cases/case.h"

#include <alloca.h>

/* Place each function within one page of code. */
#define TOUCH __attribute__((noinline, aligned(256)))

TOUCH void touch_read(const volatile char *p, size_t nr, size_t step)
{
	for (size_t i = 0; i < nr; i++)
		(void)p[i * step];
}

TOUCH void touch_write(volatile char *p, size_t nr, size_t step)
{
	for (size_t i = 0; i < nr; i++)
		p[i * step] = 1;
}

/*
 * Begin below the initial size of the stack, and go down.  Accessing the lowest
 * page first, or making a call, would grow the whole stack at once.
 */
TOUCH void touch_down(size_t nr)
{
	volatile char *p = alloca((nr + 128) * page);

	while (nr--)
		p[nr * page] = 1;
}
