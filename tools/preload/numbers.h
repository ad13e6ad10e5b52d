/* SPDX-License-Identifier: GPL-2.0 */
/* System calls by their numbers. */
#ifndef PRELOAD_NUMBERS_H
#define PRELOAD_NUMBERS_H

/* Called by syscall(3), in entry.S, for the system calls that the library handles. */
long run_syscall(long nr, long a, long b, long c, long d, long e, long f);

#endif /* PRELOAD_NUMBERS_H */
