/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userfaultfd(2): asynchronous write protection, where writes go on and are noted;
 * and faults that hang.
 */
#ifndef SELFTESTS_UFFD_H
#define SELFTESTS_UFFD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Watch a range, so that it can be write-protected.  Return a file descriptor, or
 * -1 and errno: EOPNOTSUPP when the kernel has no asynchronous write protection.
 */
int uffd_watch(void *p, size_t len);

/* Write-protect a part of it; return 0, or -1 and errno. */
int uffd_protect(int uffd, void *p, size_t len);

/*
 * Does this kernel let userfaultfd watch special mappings (VM_SPECIAL)?  It must
 * not, since their handlers do not expect its markers; early kernels with
 * asynchronous write protection do.  Tried on a mapping of io_uring.
 */
bool uffd_watches_special(void);

/*
 * Map a page whose faults nobody resolves: an access hangs until its task is killed.
 * *@hung is set then.  NULL and errno without userfaultfd.
 */
char *uffd_hole(volatile bool *hung);

#endif /* SELFTESTS_UFFD_H */
