// SPDX-License-Identifier: GPL-2.0
/* The functions of libc that the library replaces, except those that fork. */
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cease.h"
#include "memory.h"
#include "report.h"

EXPORTED void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return (void *)result(run_mmap((uintptr_t)addr, len, prot, flags, fd, offset));
}

EXPORTED void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
	__attribute__((alias("mmap")));

EXPORTED int munmap(void *addr, size_t len)
{
	return (int)result(run_munmap((uintptr_t)addr, len));
}

EXPORTED void *mremap(void *old, size_t old_len, size_t new_len, int flags, ...)
{
	uintptr_t addr;
	va_list args;

	va_start(args, flags);
	addr = (uintptr_t)va_arg(args, void *);
	va_end(args);
	return (void *)result(run_mremap((uintptr_t)old, old_len, new_len, flags, addr));
}

EXPORTED int madvise(void *addr, size_t len, int advice)
{
	return (int)result(run_madvise((uintptr_t)addr, len, advice));
}

EXPORTED int mprotect(void *addr, size_t len, int prot)
{
	return (int)result(run_mprotect((uintptr_t)addr, len, prot, -1));
}

EXPORTED int pkey_mprotect(void *addr, size_t len, int prot, int pkey)
{
	return (int)result(run_mprotect((uintptr_t)addr, len, prot, pkey));
}

/* Newer than some versions of <sys/mman.h>. */
EXPORTED int mseal(void *addr, size_t len, unsigned long flags);

EXPORTED int mseal(void *addr, size_t len, unsigned long flags)
{
	return (int)result(run_mseal((uintptr_t)addr, len, flags));
}

EXPORTED ssize_t process_madvise(int pidfd, const struct iovec *ranges, size_t nr, int advice,
				 unsigned int flags)
{
	return result(run_process_madvise(pidfd, ranges, nr, advice, flags));
}

EXPORTED int prctl(int option, ...)
{
	long arg[4];
	va_list args;

	va_start(args, option);
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	return (int)result(run_prctl(option, arg[0], arg[1], arg[2], arg[3]));
}

EXPORTED int close(int fd)
{
	/* As libc does: a thread can be cancelled here. */
	pthread_testcancel();
	return (int)result(run_close(fd));
}

EXPORTED int __close(int fd) __attribute__((alias("close")));

EXPORTED int close_range(unsigned int first, unsigned int last, int flags)
{
	return (int)result(run_close_range(first, last, (unsigned int)flags));
}

EXPORTED void closefrom(int low)
{
	run_close_range(low < 0 ? 0 : (unsigned int)low, ~0u, 0);
}

EXPORTED int dup2(int from, int to)
{
	return (int)result(run_dup3(from, to, 0, true));
}

EXPORTED int __dup2(int from, int to) __THROW __attribute__((alias("dup2")));

EXPORTED int dup3(int from, int to, int flags)
{
	return (int)result(run_dup3(from, to, flags, false));
}

EXPORTED void _exit(int status)
{
	report_exit();
	for (;;)
		raw3(SYS_exit_group, status, 0, 0);
}

EXPORTED void _Exit(int status) __attribute__((alias("_exit"), noreturn));
