// SPDX-License-Identifier: GPL-2.0
/* syscall(3): the system calls that the library handles elsewhere. */
#include <linux/sched.h>
#include <string.h>

#include "cease.h"
#include "entry.h"
#include "fork.h"
#include "memory.h"
#include "numbers.h"
#include "stack.h"

/* A child of fork(2), clone(2) or clone3(2), without CLONE_VM. */
struct system_call {
	long nr;
	long arg[6];
	unsigned long flags;
	uintptr_t stack;	/* of the child, 0 for the caller's */
	int *child_tid;		/* where the child writes its pid, or NULL */
};

static long copy_process(void *arg)
{
	const struct system_call *const call = arg;
	/* The caller's stack is not the child's if that returns on another. */
	const struct system_call here = *call;
	long pid;

	fork_prepare(here.flags);
	pid = raw6(here.nr, here.arg[0], here.arg[1], here.arg[2], here.arg[3],
		   here.arg[4], 0);
	fork_finish(pid);
	if (pid)
		return pid;
	if (here.child_tid)
		*here.child_tid = raw_getpid();
	if (here.stack)
		return_on((void *)here.stack);
	return 0;
}

static long run_clone(long flags, long stack, long parent_tid, long child_tid, long tls)
{
	struct system_call call = {
		.nr = SYS_clone,
		.arg = { flags & ~CLONE_CHILD_SETTID, 0, parent_tid, child_tid, tls },
		.flags = (unsigned long)flags,
		.stack = (uintptr_t)stack,
		.child_tid = flags & CLONE_CHILD_SETTID ? (int *)child_tid : NULL,
	};

	return stack_private(copy_process, &call);
}

static long run_clone3(const struct clone_args *from, size_t size)
{
	union {
		struct clone_args args;
		char room[256];
	} copy;
	struct system_call call = {
		.nr = SYS_clone3,
		.arg = { (long)&copy, (long)size },
		.flags = from->flags,
	};

	/* The kernel knows what it does not know. */
	if (size < CLONE_ARGS_SIZE_VER0 || size > sizeof(copy))
		return raw3(SYS_clone3, (long)from, (long)size, 0);
	memcpy(&copy, from, size);
	if (from->flags & CLONE_CHILD_SETTID)
		call.child_tid = (int *)from->child_tid;
	copy.args.flags &= ~(uint64_t)CLONE_CHILD_SETTID;
	if (from->stack)
		call.stack = from->stack + from->stack_size;
	copy.args.stack = 0;
	copy.args.stack_size = 0;
	return stack_private(copy_process, &call);
}

static long run_number(long nr, long a, long b, long c, long d, long e, long f)
{
	struct system_call call = { .nr = SYS_fork };

	switch (nr) {
	case SYS_mmap:
		return run_mmap((uintptr_t)a, (size_t)b, (int)c, (int)d, (int)e, f);
	case SYS_munmap:
		return run_munmap((uintptr_t)a, (size_t)b);
	case SYS_mremap:
		return run_mremap((uintptr_t)a, (size_t)b, (size_t)c, (int)d, (uintptr_t)e);
	case SYS_madvise:
		return run_madvise((uintptr_t)a, (size_t)b, (int)c);
	case SYS_process_madvise:
		return run_process_madvise((int)a, (const struct iovec *)b, (size_t)c, (int)d,
					   (unsigned int)e);
	case SYS_prctl:
		return run_prctl((int)a, b, c, d, e);
	case SYS_seccomp:
		return run_seccomp((unsigned int)a, (unsigned int)b, (void *)c);
	case SYS_mprotect:
		return run_mprotect((uintptr_t)a, (size_t)b, (int)c, -1);
	case SYS_pkey_mprotect:
		return run_mprotect((uintptr_t)a, (size_t)b, (int)c, (int)d);
	case SYS_mseal:
		return run_mseal((uintptr_t)a, (size_t)b, (unsigned long)c);
	case SYS_close:
		return run_close((int)a);
	case SYS_close_range:
		return run_close_range((unsigned int)a, (unsigned int)b, (unsigned int)c);
	case SYS_dup2:
		return run_dup3((int)a, (int)b, 0, true);
	case SYS_dup3:
		return run_dup3((int)a, (int)b, (int)c, false);
	case SYS_fork:
		return stack_private(copy_process, &call);
	case SYS_clone:
		return run_clone(a, b, c, d, e);
	case SYS_clone3:
		return run_clone3((const struct clone_args *)a, (size_t)b);
	}
	return raw6(nr, a, b, c, d, e, f);
}

long run_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	return result(run_number(nr, a, b, c, d, e, f));
}
