/* SPDX-License-Identifier: GPL-2.0 */
/* The system calls, as the program sees them: a result or a negative errno. */
#ifndef PRELOAD_MEMORY_H
#define PRELOAD_MEMORY_H

#include <sys/uio.h>

#include "preload.h"

long run_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd, off_t offset);
long run_munmap(uintptr_t addr, size_t len);
long run_mremap(uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t addr);
long run_madvise(uintptr_t addr, size_t len, int advice);
long run_mprotect(uintptr_t addr, size_t len, int prot, int pkey);
long run_mseal(uintptr_t addr, size_t len, unsigned long flags);
long run_process_madvise(int pidfd, const struct iovec *ranges, size_t nr, int advice,
			 unsigned int flags);
long run_close(int fd);
long run_close_range(unsigned int first, unsigned int last, unsigned int flags);
long run_dup3(int from, int to, int flags, bool dup2);

#endif /* PRELOAD_MEMORY_H */
