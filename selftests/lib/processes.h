/* SPDX-License-Identifier: GPL-2.0 */
/* Target processes in a known state. */
#ifndef SELFTESTS_PROCESSES_H
#define SELFTESTS_PROCESSES_H

#include <sys/types.h>

/* Fork a child that does nothing but stop itself, and wait until it has. */
pid_t stopped_child(void);

/* Kill a child and wait until it is a zombie; the caller still has to reap it. */
void kill_without_reaping(pid_t pid);

/* The pid of a kernel thread, or 0 when this pid namespace has none. */
pid_t kernel_thread(void);

#endif /* SELFTESTS_PROCESSES_H */
