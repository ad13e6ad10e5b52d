// SPDX-License-Identifier: GPL-2.0
/*
 * Stacks that fork copies.  A coroutine's stack may be memory of the library: parent and
 * child of a fork on it would share it until the child has its own memory.
 */
#include <sys/mman.h>

#include "entry.h"
#include "preload.h"

/* Untouched pages cost nothing; handlers of pthread_atfork(3) run on it as well. */
enum { STACK_BYTES = 256 << 10 };

long stack_map(void)
{
	return raw_mmap(0, STACK_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
}

void stack_unmap(long stack)
{
	raw_munmap((uintptr_t)stack, STACK_BYTES);
}

void *stack_top(long stack)
{
	return (char *)stack + STACK_BYTES;
}

bool stack_is_shared(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	struct vmlab_vma vma;
	int fd;

	if (!managed_may_have(here, 1))
		return false;
	fd = space_use(false);
	return fd >= 0 && vma_ours_at(fd, here, &vma);
}

long stack_private(long (*fn)(void *arg), void *arg)
{
	long stack, ret;

	if (!stack_is_shared())
		return fn(arg);
	stack = stack_map();
	/* fork_prepare() sees on which stack it is. */
	if (raw_failed(stack))
		return fn(arg);
	ret = on_stack(stack_top(stack), fn, arg);
	stack_unmap(stack);
	return ret;
}
