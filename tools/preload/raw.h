/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls without libc: nothing of it is interposed, and errno stays.  Each
 * returns what the kernel does: a result or a negative errno.
 */
#ifndef PRELOAD_RAW_H
#define PRELOAD_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* Newer than some versions of <sys/syscall.h>. */
#ifndef SYS_mseal
#define SYS_mseal	462
#endif

static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long raw3(long nr, long a, long b, long c)
{
	return raw6(nr, a, b, c, 0, 0, 0);
}

static inline bool raw_failed(long ret)
{
	return (unsigned long)ret > -4096UL;
}

static inline long raw_mmap(uintptr_t addr, size_t len, int prot, int flags,
			    int fd, off_t offset)
{
	return raw6(SYS_mmap, (long)addr, (long)len, prot, flags, fd, offset);
}

static inline long raw_munmap(uintptr_t addr, size_t len)
{
	return raw3(SYS_munmap, (long)addr, (long)len, 0);
}

static inline long raw_mprotect(uintptr_t addr, size_t len, int prot)
{
	return raw3(SYS_mprotect, (long)addr, (long)len, prot);
}

static inline long raw_madvise(uintptr_t addr, size_t len, int advice)
{
	return raw3(SYS_madvise, (long)addr, (long)len, advice);
}

static inline long raw_mremap(uintptr_t old, size_t old_len, size_t new_len,
			      int flags, uintptr_t addr)
{
	return raw6(SYS_mremap, (long)old, (long)old_len, (long)new_len, flags,
		    (long)addr, 0);
}

static inline long raw_ioctl(int fd, unsigned long request, void *arg)
{
	return raw3(SYS_ioctl, fd, (long)request, (long)arg);
}

static inline long raw_open(const char *path, int flags)
{
	return raw6(SYS_openat, -100 /* AT_FDCWD */, (long)path, flags, 0, 0, 0);
}

static inline long raw_close(int fd)
{
	return raw3(SYS_close, fd, 0, 0);
}

static inline long raw_read(int fd, void *to, size_t len)
{
	return raw3(SYS_read, fd, (long)to, (long)len);
}

static inline int raw_getpid(void)
{
	return (int)raw3(SYS_getpid, 0, 0, 0);
}

#endif /* PRELOAD_RAW_H */
