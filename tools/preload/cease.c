// SPDX-License-Identifier: GPL-2.0
/*
 * A program that gives up system calls (seccomp(2)) would be killed for those of the
 * library.  So its memory is given back before that, and the library makes none any more.
 */
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "cease.h"
#include "open.h"
#include "stack.h"

static long cease(void *arg)
{
	(void)arg;
	space_cease();
	return 0;
}

/* With a filter but no pointer to it, a program asks whether the kernel has filters. */
long run_prctl(int option, long a, long b, long c, long d)
{
	if (option == PR_SET_SECCOMP && (a == SECCOMP_MODE_STRICT || b))
		stack_private(cease, NULL);
	return raw6(SYS_prctl, option, a, b, c, d, 0);
}

long run_seccomp(unsigned int operation, unsigned int flags, void *arg)
{
	if (operation == SECCOMP_SET_MODE_STRICT ||
	    (operation == SECCOMP_SET_MODE_FILTER && arg))
		stack_private(cease, NULL);
	return raw3(SYS_seccomp, operation, flags, (long)arg);
}
