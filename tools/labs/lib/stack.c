// SPDX-License-Identifier: GPL-2.0
/* The stack that the caller runs on. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "labs/memory.h"
#include "labs/stack.h"

enum { FRAME = 2048, DEPTH = 1 << 20 };

void lab_stack_vma(struct lab_run *run, struct vmlab_vma *vma)
{
	char here = 0;

	if (!lab_vma(run, 0, &here, vma, NULL, 0))
		lab_fail(run, "the stack has no VMA");
}

void lab_stack_limit(struct lab_run *run, uint64_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = bytes;
	if (setrlimit(RLIMIT_STACK, &limit))
		lab_fail(run, "setrlimit of the stack to %llu bytes: %s",
			 (unsigned long long)bytes, strerror(errno));
}

static int __attribute__((noinline)) recurse(unsigned int depth)
{
	volatile char frame[FRAME];

	frame[0] = (char)depth;
	return depth ? recurse(depth - 1) + frame[0] : 0;
}

void lab_stack_overflow(void *unused)
{
	(void)unused;
	recurse(DEPTH);
}
