/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that give up system calls. */
#ifndef PRELOAD_CEASE_H
#define PRELOAD_CEASE_H

#include "preload.h"

/* The system calls, as the program sees them: a result or a negative errno. */
long run_prctl(int option, long a, long b, long c, long d);
long run_seccomp(unsigned int operation, unsigned int flags, void *arg);

#endif /* PRELOAD_CEASE_H */
